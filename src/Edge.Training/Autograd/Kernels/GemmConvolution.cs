using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>Convolution of any geometry by matrix products.</summary>
internal sealed unsafe class GemmConvolution<T, TKernel> : Convolution<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TKernel : struct, IGemmKernel<T>
{
    private readonly Workers _workers;
    private readonly GatherProduct<T, TKernel> _forward;
    private readonly GatherProduct<T, TKernel>[] _backward;
    private readonly WeightGradient<T, TKernel> _weights;

    public GemmConvolution(ConvolutionShape shape, Workers workers)
        : base(shape)
    {
        _workers = workers;
        int inputs = shape.InputChannels / shape.Groups, outputs = shape.OutputChannels / shape.Groups;
        ImagePadding? padding = ImagePadding.For(shape);
        GatherPlan plan = padding is null
            ? GatherPlan.Forward(shape)
            : GatherPlan.ForwardByRows(shape, padding.Height, padding.Width);
        _forward = new(plan, padding, shape.Groups, inputs, outputs, WeightStrides.Forward(shape));
        _backward = [.. GatherPlan.Backward(shape).Select(p =>
            new GatherProduct<T, TKernel>(p, null, shape.Groups, outputs, inputs, WeightStrides.Backward(shape)))];
        _weights = new(shape, plan, padding, workers.Count);
    }

    private protected override void Forward(T* x, T* weights, T* bias, T* y, int batch) =>
        Run(_forward, x, weights, bias, y, batch, accumulate: false);

    private protected override void BackwardData(T* weights, T* dy, T* dx, int batch, bool accumulate)
    {
        foreach (GatherProduct<T, TKernel> product in _backward)
            Run(product, dy, weights, null, dx, batch, accumulate);
    }

    private protected override void BackwardWeights(T* x, T* dy, T* dw, T* dbias, int batch)
    {
        _workers.Run(_workers.Count, (first, end) =>
        {
            for (int worker = first; worker < end; worker++)
                _weights.Sum(x, dy, batch, worker, dbias != null);
        });
        _workers.Run(Shape.OutputChannels, (first, end) => _weights.Add(dw, dbias, first, end));
    }

    private void Run(GatherProduct<T, TKernel> product, T* input, T* weights, T* bias, T* output, int batch, bool accumulate)
    {
        T* packed = Scratch<T>.Current.Elements(ScratchUse.Weights, product.PackedLength);
        _workers.Run(product.PackPieces, (first, end) => product.Pack(weights, packed, first, end));
        _workers.Run(_workers.Count, (first, end) =>
        {
            for (int worker = first; worker < end; worker++)
                product.Run(input, packed, bias, accumulate, output, batch, worker, _workers.Count);
        });
    }
}
