using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Training.Autograd.Kernels;

/// <summary>Chooses kernels by geometry and by the width of the machine's vectors.</summary>
internal static class ConvolutionKernels
{
    /// <summary>The widest vectors that this machine computes with: 512, 256 or 128.</summary>
    public static int VectorBits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <param name="shape">Geometry.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="vectorBits">512, 256 or 128; wider ones than the machine has are emulated.</param>
    public static Convolution<T> Create<T>(ConvolutionShape shape, Workers workers, int vectorBits)
        where T : unmanaged, IFloatingPointIeee754<T> => vectorBits switch
        {
            512 => Create<T, Vector512<T>, Simd512<T>, Tile12x2, Tile12x1>(shape, workers),
            256 => Create<T, Vector256<T>, Simd256<T>, Tile6x2, Tile6x1>(shape, workers),

            // NEON has 32 registers, SSE 16.
            _ when AdvSimd.IsSupported => Create<T, Vector128<T>, Simd128<T>, Tile12x2, Tile12x1>(shape, workers),
            _ => Create<T, Vector128<T>, Simd128<T>, Tile6x2, Tile6x1>(shape, workers),
        };

    private static Convolution<T> Create<T, TVector, TSimd, TWide, TNarrow>(ConvolutionShape shape, Workers workers)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged
        where TSimd : struct, ISimd<T, TVector>
        where TWide : struct, ITileSize
        where TNarrow : struct, ITileSize =>
        IsDepthwise(shape)
            ? new DepthwiseConvolution<T, DepthwiseKernel<T, TVector, TSimd>>(shape, workers)
            : new GemmConvolution<T, GemmKernel<T, TVector, TSimd, TWide, TNarrow>>(shape, workers);

    private static bool IsDepthwise(ConvolutionShape shape) =>
        shape.Groups > 1 && shape.Groups == shape.InputChannels && shape.Groups == shape.OutputChannels;
}
