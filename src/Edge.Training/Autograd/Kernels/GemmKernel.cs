using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <inheritdoc cref="IGemmKernel{T}"/>
internal readonly unsafe struct GemmKernel<T, TVector, TSimd, TWide, TNarrow> : IGemmKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TSimd : struct, ISimd<T, TVector>
    where TWide : struct, ITileSize
    where TNarrow : struct, ITileSize
{
    public static int Rows => TWide.Rows;

    public static int Narrow => TSimd.Count;

    public static void Gather(
        bool wide, T** rows, nint offset, int taps, nint depth, T* weights, T* bias, bool accumulate, T** outputs,
        nint outputOffset)
    {
        if (wide)
        {
            GatherTile<T, TVector, TSimd, TWide>.Run(
                rows, offset, taps, depth, weights, bias, accumulate, outputs, outputOffset);
            return;
        }

        GatherTile<T, TVector, TSimd, TNarrow>.Run(rows, offset, taps, depth, weights, bias, accumulate, outputs, outputOffset);
    }

    public static void Outer(
        bool wide, nint pixels, T* a, T* b, nint bStride, T* c, nint cStride, bool accumulate)
    {
        if (wide)
            OuterTile<T, TVector, TSimd, TWide>.Run(pixels, a, b, bStride, c, cStride, accumulate);
        else
            OuterTile<T, TVector, TSimd, TNarrow>.Run(pixels, a, b, bStride, c, cStride, accumulate);
    }
}
