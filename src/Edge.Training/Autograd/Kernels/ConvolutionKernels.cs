using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Training.Autograd.Kernels;

/// <summary>Chooses kernels by the width of the machine's vectors.</summary>
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
            512 => new GemmConvolution<T, GemmKernel<T, Vector512<T>, Simd512<T>, Tile12x2, Tile12x1>>(shape, workers),
            256 => new GemmConvolution<T, GemmKernel<T, Vector256<T>, Simd256<T>, Tile6x2, Tile6x1>>(shape, workers),

            // NEON has 32 registers, SSE 16.
            _ when AdvSimd.IsSupported =>
                new GemmConvolution<T, GemmKernel<T, Vector128<T>, Simd128<T>, Tile12x2, Tile12x1>>(shape, workers),
            _ => new GemmConvolution<T, GemmKernel<T, Vector128<T>, Simd128<T>, Tile6x2, Tile6x1>>(shape, workers),
        };
}
