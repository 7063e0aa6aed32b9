using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// One convolution and its gradients over a batch of NHWC images. float is the fast type; double runs the same code for
/// gradient checks. Weights are [O, I/g, kH, kW] as in ONNX.
/// </summary>
public abstract class Convolution<T>(ConvolutionShape shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public ConvolutionShape Shape => shape;

    /// <summary>The kernel for this geometry.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "The factory of a family of kernels; there is no type to infer.")]
    public static Convolution<T> Create(ConvolutionShape shape, Workers workers) => new PlainConvolution<T>(shape, workers);

    /// <summary>y = x ∗ w (+ bias).</summary>
    /// <param name="x">[batch, h, w, i], may be longer.</param>
    /// <param name="weights">[o, i/g, kh, kw].</param>
    /// <param name="bias">[o]; null for none.</param>
    /// <param name="y">[batch, oh, ow, o], overwritten.</param>
    /// <param name="batch">Images.</param>
    public abstract void Forward(T[] x, T[] weights, T[]? bias, T[] y, int batch);

    /// <summary>The gradient of the input from that of the output.</summary>
    /// <param name="weights">[o, i/g, kh, kw].</param>
    /// <param name="dy">[batch, oh, ow, o].</param>
    /// <param name="dx">[batch, h, w, i].</param>
    /// <param name="batch">Images.</param>
    /// <param name="accumulate">Add to dx instead of overwriting it.</param>
    public abstract void BackwardData(T[] weights, T[] dy, T[] dx, int batch, bool accumulate);

    /// <summary>The gradients of weights and bias, added to what is there.</summary>
    /// <param name="x">[batch, h, w, i].</param>
    /// <param name="dy">[batch, oh, ow, o].</param>
    /// <param name="dw">[o, i/g, kh, kw], added to.</param>
    /// <param name="dbias">[o], added to; null for none.</param>
    /// <param name="batch">Images.</param>
    public abstract void BackwardWeights(T[] x, T[] dy, T[] dw, T[]? dbias, int batch);
}
