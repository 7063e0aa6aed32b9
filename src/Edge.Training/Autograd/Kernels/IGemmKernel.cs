using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>The innermost products for one vector width: see <see cref="GatherTile{T, TVector, TSimd, TSize}"/> and
/// <see cref="OuterTile{T, TVector, TSimd, TSize}"/>.</summary>
internal unsafe interface IGemmKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of a tile.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of a narrow tile; a wide one has twice as many.</summary>
    static abstract int Narrow { get; }

    static abstract void Gather(
        bool wide, T** rows, nint offset, int taps, nint depth, T* weights, T* bias, bool accumulate, T** outputs,
        nint outputOffset);

    static abstract void Outer(
        bool wide, nint pixels, T* a, T* b, nint bStride, T* c, nint cStride, bool accumulate);
}
