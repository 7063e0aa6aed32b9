using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Runtime.Format;
using Edge.Training.Autograd.Kernels;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Autograd.Compilation;

/// <content>Layers with weights, normalization and pools.</content>
internal sealed partial class NetworkCompiler<T>
{
    private void AddConvolution(Node node)
    {
        Parameter<T> weights = ParameterOf(node, 1, decay: true);
        Parameter<T>? bias = node.InputOrNull(2) is null ? null : ParameterOf(node, 2, decay: false);
        Activation<T> input = Input(node, 0);
        Convolution<T> kernel = Convolution<T>.Create(ShapeOf(node, input.Shape, ImageShape.From(node.Output.Shape)), workers);
        if (_ranges is not null)
            AddQuantizedProduct(node, weights, bias, kernel, oneImage: false);
        else
            _operators.Add(new ConvolutionOperator<T>(input, NewActivation(node.Output), weights, bias, kernel));
    }

    private static ConvolutionShape ShapeOf(Node node, ImageShape input, ImageShape output)
    {
        Window w = WindowOf(node);
        return new ConvolutionShape
        {
            Height = input.Height,
            Width = input.Width,
            InputChannels = input.Channels,
            OutputChannels = output.Channels,
            Groups = node.Attributes.Int("group", 1),
            KernelHeight = w.KernelHeight,
            KernelWidth = w.KernelWidth,
            StrideY = w.StrideY,
            StrideX = w.StrideX,
            DilationY = w.DilationY,
            DilationX = w.DilationX,
            PadTop = w.PadTop,
            PadLeft = w.PadLeft,
            PadBottom = w.PadBottom,
            PadRight = w.PadRight,
        };
    }

    private void AddBatchNormalization(Node node)
    {
        if (_ranges is not null)
            throw Unsupported(node, "quantization-aware training needs a graph whose batch norms are folded");
        Activation<T> input = Input(node, 0);
        (Parameter<T>, Parameter<T>) parameters = (ParameterOf(node, 1, decay: false), ParameterOf(node, 2, decay: false));
        (StateTensor<T>, StateTensor<T>) running = (StateOf(node, 3), StateOf(node, 4));
        (Value result, ClampBounds<T> bounds) = AbsorbClamp(node);
        _operators.Add(new BatchNormalizationOperator<T>(
            input,
            NewActivation(result),
            parameters,
            running,
            (node.Attributes.Float("epsilon", 1e-5f), node.Attributes.Float("momentum", options.BatchNormalizationMomentum)),
            bounds,
            _switches,
            workers));
    }

    private void AddFullyConnected(Node node)
    {
        Activation<T> input = Input(node, 0);
        int[] shape = node.Input(0).Shape!;
        bool gemm = node.OpType == OpTypes.Gemm;
        if (Tensor.Volume(shape) != shape[^1] || (gemm && node.Attributes.Int("transA", 0) != 0) || input.Shape.Pixels != 1)
            throw Unsupported(node, $"training knows products of one row, this input is [{string.Join(", ", shape)}]");
        Parameter<T> weights = ParameterOf(node, 1, decay: true);
        if (weights.Shape.Count != 2)
            throw Unsupported(node, $"training knows weights of two axes, these are [{string.Join(", ", weights.Shape)}]");
        Parameter<T>? bias = gemm && node.InputOrNull(2) is not null ? ParameterOf(node, 2, decay: false) : null;
        FullyConnectedForm form = gemm
            ? new FullyConnectedForm(
                node.Attributes.Int("transB", 0) != 0, node.Attributes.Float("alpha", 1), node.Attributes.Float("beta", 1))
            : new FullyConnectedForm(OutputsFirst: false);
        if (_ranges is not null)
        {
            AddQuantizedFullyConnected(node, weights, bias, form);
            return;
        }

        _operators.Add(new FullyConnectedOperator<T>(input, NewActivation(node.Output), weights, bias, form, batchSize, workers));
    }

    private void AddPool(Node node)
    {
        Window window = WindowOf(node);
        bool countPadding = node.Attributes.Int("count_include_pad", 0) != 0;
        if (_ranges is not null && node.OpType == OpTypes.AveragePool)
        {
            AddQuantizedAverage(node, window, countPadding);
            return;
        }

        Add(node, (x, y) => node.OpType == OpTypes.MaxPool
            ? new MaxPoolOperator<T>(x, y, window, workers)
            : new AveragePoolOperator<T>(x, y, window, countPadding, workers));
    }

    /// <summary>GlobalAveragePool, and a ReduceMean over everything but the channels.</summary>
    private void AddGlobalAverage(Node node)
    {
        int[] shape = node.Input(0).Shape!;
        int[] axes = node.OpType == OpTypes.ReduceMean ? node.Attributes.Ints("axes")! : [.. Enumerable.Range(2, shape.Length - 2)];
        if (Enumerable.Range(1, shape.Length - 1).Any(axis => shape[axis] != 1 && axes.Contains(axis) != (axis >= 2)))
            throw Unsupported(node, "training knows means over the whole of height and width");
        ImageShape image = Input(node, 0).Shape;
        if (_ranges is not null)
            AddQuantizedAverage(node, new Window { KernelHeight = image.Height, KernelWidth = image.Width }, countPadding: false);
        else
            Add(node, (x, y) => new GlobalAveragePoolOperator<T>(x, y, workers));
    }

    private void AddGlobalMaximum(Node node)
    {
        ImageShape shape = Input(node, 0).Shape;
        var window = new Window { KernelHeight = shape.Height, KernelWidth = shape.Width };
        Add(node, (x, y) => new MaxPoolOperator<T>(x, y, window, workers));
    }

    private void AddLrn(Node node)
    {
        Attributes a = node.Attributes;
        Add(node, (x, y) => new LrnOperator<T>(
            x, y, a.Int("size", 1), (a.Float("alpha", 1e-4f), a.Float("beta", 0.75f), a.Float("bias", 1)), workers));
    }

    /// <summary>
    /// A Relu or Clip that alone reads the node's output is computed with it: what the two give, and the bounds.
    /// </summary>
    private (Value Result, ClampBounds<T> Bounds) AbsorbClamp(Node node)
    {
        if (!_graph.HasSingleUse(node.Output)
            || _graph.Consumers(node.Output)[0] is not { OpType: OpTypes.Relu or OpTypes.Clip } clamp)
        {
            return (node.Output, ClampBounds<T>.None);
        }

        _absorbed.Add(clamp);
        return (clamp.Output, Bounds(clamp));
    }

    /// <summary>A sliding window over an image; one-dimensional ones slide along a row.</summary>
    private static Window WindowOf(Node node)
    {
        WindowAttributes window = WindowAttributes.From(node);
        if (window.SpatialRank > 2)
            throw Unsupported(node, "training knows windows over one or two spatial axes");
        bool image = window.SpatialRank == 2;
        return new Window
        {
            KernelHeight = image ? window.Kernel[0] : 1,
            KernelWidth = window.Kernel[^1],
            StrideY = image ? window.Strides[0] : 1,
            StrideX = window.Strides[^1],
            DilationY = image ? window.Dilations[0] : 1,
            DilationX = window.Dilations[^1],
            PadTop = image ? window.PadsBegin[0] : 0,
            PadLeft = window.PadsBegin[^1],
            PadBottom = image ? window.PadsEnd[0] : 0,
            PadRight = window.PadsEnd[^1],
        };
    }
}
