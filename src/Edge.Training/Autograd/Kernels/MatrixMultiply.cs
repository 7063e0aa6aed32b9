using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>Products of row-major matrices. Not for two callers at a time.</summary>
public sealed class MatrixMultiply<T>(Workers workers)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>c = op(a)·op(b), or c += with <paramref name="accumulate"/>; op transposes or not.</summary>
    /// <param name="m">Rows of op(a) and c.</param>
    /// <param name="n">Columns of op(b) and c.</param>
    /// <param name="k">Columns of op(a), rows of op(b).</param>
    /// <param name="a">[m, k], or [k, m] when transposed.</param>
    /// <param name="transposeA">Take a for its transpose.</param>
    /// <param name="b">[k, n], or [n, k] when transposed.</param>
    /// <param name="transposeB">Take b for its transpose.</param>
    /// <param name="c">[m, n].</param>
    /// <param name="accumulate">Add to c instead of overwriting it.</param>
    public void Run(int m, int n, int k, T[] a, bool transposeA, T[] b, bool transposeB, T[] c, bool accumulate)
    {
        (int aRow, int aColumn) = transposeA ? (1, m) : (k, 1);
        (int bRow, int bColumn) = transposeB ? (1, k) : (n, 1);
        workers.Run(m, (first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    T sum = accumulate ? c[(i * n) + j] : T.Zero;
                    for (int l = 0; l < k; l++)
                        sum += a[(i * aRow) + (l * aColumn)] * b[(l * bRow) + (j * bColumn)];
                    c[(i * n) + j] = sum;
                }
            }
        });
    }
}
