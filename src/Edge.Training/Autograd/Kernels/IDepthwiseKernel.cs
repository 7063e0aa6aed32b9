using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>The inner loops of depthwise convolution for one vector width, over blocks of pixels.</summary>
internal unsafe interface IDepthwiseKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>outputs[p][c] = Σ_t inputs[p, t][c] · weights[t, c] (+ bias[c]) (+ outputs[p][c]).</summary>
    /// <param name="inputs">[pixels, taps] addresses.</param>
    /// <param name="taps">Of the kernel.</param>
    /// <param name="weights">[taps, channels].</param>
    /// <param name="channels">Of a pixel.</param>
    /// <param name="bias">[channels]; null for none.</param>
    /// <param name="accumulate">Add what the outputs hold.</param>
    /// <param name="outputs">[pixels] addresses.</param>
    /// <param name="pixels">Number of pixels.</param>
    static abstract void Gather(
        T** inputs, int taps, T* weights, int channels, T* bias, bool accumulate, T** outputs, int pixels);

    /// <summary>sums[t, c] += Σ_p inputs[p, t][c] · dy[p, c].</summary>
    /// <param name="inputs">[pixels, taps] addresses.</param>
    /// <param name="taps">Of the kernel.</param>
    /// <param name="dy">[pixels, channels].</param>
    /// <param name="sums">[taps rounded up to a multiple of 3, channels]; what lies beyond taps means nothing.</param>
    /// <param name="channels">Of a pixel.</param>
    /// <param name="pixels">Number of pixels.</param>
    static abstract void Weights(T** inputs, int taps, T* dy, T* sums, int channels, int pixels);
}
