using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>Sums over the rows of a matrix: the gradient of a bias.</summary>
internal static unsafe class Columns
{
    /// <summary>sums[c] += Σ_r matrix[r, c].</summary>
    public static void Add<T>(T* matrix, int rows, int columns, T* sums)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int r = 0; r < rows; r++, matrix += columns)
        {
            int c = 0;
            for (; c <= columns - Vector<T>.Count; c += Vector<T>.Count)
                (Vector.Load(sums + c) + Vector.Load(matrix + c)).Store(sums + c);
            for (; c < columns; c++)
                sums[c] += matrix[c];
        }
    }
}
