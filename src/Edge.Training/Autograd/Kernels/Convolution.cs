using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// One convolution and its gradients over a batch of NHWC images. float is the fast type; double runs the same code for
/// gradient checks. Weights are [O, I/g, kH, kW] as in ONNX. Arrays may be longer than said. Results are the same to the bit for
/// the same number of workers and width of vectors. Not for two callers at a time.
/// </summary>
public abstract unsafe class Convolution<T>(ConvolutionShape shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public ConvolutionShape Shape => shape;

    /// <summary>The kernel for this geometry.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "The factory of a family of kernels; there is no type to infer.")]
    public static Convolution<T> Create(ConvolutionShape shape, Workers workers) =>
        ConvolutionKernels.Create<T>(shape, workers, ConvolutionKernels.VectorBits);

    /// <summary>y = x ∗ w (+ bias).</summary>
    /// <param name="x">[batch, h, w, i].</param>
    /// <param name="weights">[o, i/g, kh, kw].</param>
    /// <param name="bias">[o]; null for none.</param>
    /// <param name="y">[batch, oh, ow, o], overwritten.</param>
    /// <param name="batch">Images.</param>
    /// <exception cref="ArgumentException">An array is too short.</exception>
    public void Forward(T[] x, T[] weights, T[]? bias, T[] y, int batch)
    {
        Check(x, y, weights, bias, batch);
        fixed (T* px = x, pw = weights, pb = bias, py = y)
            Forward(px, pw, pb, py, batch);
    }

    /// <summary>The gradient of the input from that of the output.</summary>
    /// <param name="weights">[o, i/g, kh, kw].</param>
    /// <param name="dy">[batch, oh, ow, o].</param>
    /// <param name="dx">[batch, h, w, i].</param>
    /// <param name="batch">Images.</param>
    /// <param name="accumulate">Add to dx instead of overwriting it.</param>
    /// <exception cref="ArgumentException">An array is too short.</exception>
    public void BackwardData(T[] weights, T[] dy, T[] dx, int batch, bool accumulate)
    {
        Check(dx, dy, weights, null, batch);
        fixed (T* pw = weights, pdy = dy, pdx = dx)
            BackwardData(pw, pdy, pdx, batch, accumulate);
    }

    /// <summary>The gradients of weights and bias, added to what is there.</summary>
    /// <param name="x">[batch, h, w, i].</param>
    /// <param name="dy">[batch, oh, ow, o].</param>
    /// <param name="dw">[o, i/g, kh, kw], added to.</param>
    /// <param name="dbias">[o], added to; null for none.</param>
    /// <param name="batch">Images.</param>
    /// <exception cref="ArgumentException">An array is too short.</exception>
    public void BackwardWeights(T[] x, T[] dy, T[] dw, T[]? dbias, int batch)
    {
        Check(x, dy, dw, dbias, batch);
        fixed (T* px = x, pdy = dy, pdw = dw, pdb = dbias)
            BackwardWeights(px, pdy, pdw, pdb, batch);
    }

    private protected abstract void Forward(T* x, T* weights, T* bias, T* y, int batch);

    private protected abstract void BackwardData(T* weights, T* dy, T* dx, int batch, bool accumulate);

    private protected abstract void BackwardWeights(T* x, T* dy, T* dw, T* dbias, int batch);

    private void Check(T[] input, T[] output, T[] weights, T[]? bias, int batch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        Check(input, (long)batch * shape.InputElements, "input");
        Check(output, (long)batch * shape.OutputElements, "output");
        Check(weights, shape.WeightCount, "weights");
        if (bias is not null)
            Check(bias, shape.OutputChannels, "bias");
    }

    private static void Check(T[] array, long length, string what)
    {
        if (array.Length < length)
            throw new ArgumentException($"The {what} of the convolution has {array.Length} elements instead of {length}.");
    }
}
