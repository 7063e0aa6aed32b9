using System.Numerics;
using System.Runtime.Intrinsics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// The inner loops of depthwise convolution over all channels: four vectors at a time, then one, then short vectors, then
/// elements.
/// </summary>
internal readonly unsafe struct DepthwiseKernel<T, TVector, TSimd> : IDepthwiseKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TSimd : struct, ISimd<T, TVector>
{
    public static void Gather(
        T** inputs, int taps, T* weights, int channels, T* bias, bool accumulate, T** outputs, int pixels)
    {
        Steps steps = new(channels);
        if (steps.By4 > 0)
        {
            DepthwiseTile<T, TVector, TSimd, DepthwiseBy4>.Gather(
                inputs, taps, weights, channels, bias, accumulate, outputs, pixels, 0, steps.By4);
        }

        if (steps.By1 > steps.By4)
        {
            DepthwiseTile<T, TVector, TSimd, DepthwiseBy1>.Gather(
                inputs, taps, weights, channels, bias, accumulate, outputs, pixels, steps.By4, steps.By1);
        }

        if (steps.Short > steps.By1)
        {
            DepthwiseTile<T, Vector128<T>, Simd128<T>, DepthwiseBy1>.Gather(
                inputs, taps, weights, channels, bias, accumulate, outputs, pixels, steps.By1, steps.Short);
        }

        if (channels > steps.Short)
        {
            DepthwiseTile<T, T, SimdScalar<T>, DepthwiseBy1>.Gather(
                inputs, taps, weights, channels, bias, accumulate, outputs, pixels, steps.Short, channels);
        }
    }

    public static void Weights(T** inputs, int taps, T* dy, T* sums, int channels, int pixels)
    {
        Steps steps = new(channels);
        if (steps.By4 > 0)
        {
            DepthwiseTile<T, TVector, TSimd, DepthwiseBy4>.Weights(
                inputs, taps, dy, channels, sums, channels, pixels, 0, steps.By4);
        }

        if (steps.By1 > steps.By4)
        {
            DepthwiseTile<T, TVector, TSimd, DepthwiseBy1>.Weights(
                inputs, taps, dy, channels, sums, channels, pixels, steps.By4, steps.By1);
        }

        if (steps.Short > steps.By1)
        {
            DepthwiseTile<T, Vector128<T>, Simd128<T>, DepthwiseBy1>.Weights(
                inputs, taps, dy, channels, sums, channels, pixels, steps.By1, steps.Short);
        }

        if (channels > steps.Short)
        {
            DepthwiseTile<T, T, SimdScalar<T>, DepthwiseBy1>.Weights(
                inputs, taps, dy, channels, sums, channels, pixels, steps.Short, channels);
        }
    }

    /// <summary>Where the steps of each width end.</summary>
    private readonly ref struct Steps(int channels)
    {
        public int By4 { get; } = channels - (channels % (4 * TSimd.Count));

        public int By1 { get; } = channels - (channels % TSimd.Count);

        public int Short { get; } = channels - (channels % Vector128<T>.Count);
    }
}
