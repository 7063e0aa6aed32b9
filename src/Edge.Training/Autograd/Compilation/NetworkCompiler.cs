using System.Numerics;
using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Training.Autograd.Kernels;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Autograd.Compilation;

/// <summary>Makes an operator of every node of a training graph, with the memory of its activations.</summary>
internal sealed partial class NetworkCompiler<T>(TrainingGraph source, int batchSize, Workers workers, TrainingNetworkOptions options)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ModelGraph _graph = source.Graph;
    private readonly GradientPool<T> _pool = new();
    private readonly NetworkSwitches _switches = new();
    private readonly List<Operator<T>> _operators = [];
    private readonly Dictionary<Value, Activation<T>> _activations = [];
    private readonly Dictionary<Value, Parameter<T>> _parameters = [];
    private readonly Dictionary<Value, StateTensor<T>> _state = [];
    private readonly List<(Value Constant, T[] Data)> _sources = [];
    private readonly HashSet<Node> _absorbed = [];

    public CompiledNetwork<T> Compile()
    {
        Activation<T> input = NewActivation(_graph.Inputs[0]);
        foreach (Node node in _graph.Nodes)
        {
            if (!_absorbed.Contains(node))
                Add(node);
        }

        return new CompiledNetwork<T>
        {
            Input = input,
            Output = _activations[_graph.Outputs[0]],
            Operators = _operators,
            Parameters = [.. _parameters.Values],
            State = [.. _state.Values],
            Sources = _sources,
            Switches = _switches,
        };
    }

    private void Add(Node node)
    {
        switch (node.OpType)
        {
            case OpTypes.Conv:
                AddConvolution(node);
                break;
            case OpTypes.BatchNormalization:
                AddBatchNormalization(node);
                break;
            case OpTypes.Relu or OpTypes.Clip:
                AddClamp(node);
                break;
            case OpTypes.GlobalAveragePool:
                _operators.Add(new GlobalAveragePoolOperator<T>(Input(node, 0), NewActivation(node.Output), workers));
                break;
            case OpTypes.Gemm or OpTypes.MatMul:
                AddFullyConnected(node);
                break;
            case OpTypes.Identity or OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze:
                AddReshape(node);
                break;
            default:
                throw Unsupported(node, "training knows no gradient for this operator");
        }
    }

    private void AddConvolution(Node node)
    {
        Parameter<T> weights = ParameterOf(node, 1, decay: true);
        Parameter<T>? bias = node.InputOrNull(2) is null ? null : ParameterOf(node, 2, decay: false);
        WindowAttributes window = WindowAttributes.From(node);
        if (window.SpatialRank > 2)
            throw Unsupported(node, "training knows convolutions over one or two spatial axes");
        Activation<T> input = Input(node, 0);
        Activation<T> output = NewActivation(node.Output);
        Window2D w = Window2D.From(window);
        var shape = new ConvolutionShape
        {
            Height = input.Shape.Height,
            Width = input.Shape.Width,
            InputChannels = input.Shape.Channels,
            OutputChannels = output.Shape.Channels,
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
        _operators.Add(new ConvolutionOperator<T>(input, output, weights, bias, Convolution<T>.Create(shape, workers)));
    }

    private void AddBatchNormalization(Node node)
    {
        Activation<T> input = Input(node, 0);
        (Parameter<T>, Parameter<T>) parameters = (ParameterOf(node, 1, decay: false), ParameterOf(node, 2, decay: false));
        (StateTensor<T>, StateTensor<T>) running = (StateOf(node, 3), StateOf(node, 4));
        ClampBounds<T> bounds = ClampBounds<T>.None;
        Value result = node.Output;
        if (_graph.HasSingleUse(result) && _graph.Consumers(result)[0] is { OpType: OpTypes.Relu or OpTypes.Clip } clamp)
        {
            bounds = Bounds(clamp);
            result = clamp.Output;
            _absorbed.Add(clamp);
        }

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

    private void AddClamp(Node node)
    {
        Activation<T> input = Input(node, 0);
        // What these compute they don't need for their own gradient, so that the clamp may overwrite it.
        bool inPlace = _graph.HasSingleUse(node.Input(0)) && node.Input(0).Producer is
        {
            OpType: OpTypes.Conv or OpTypes.BatchNormalization or OpTypes.Gemm or OpTypes.MatMul or OpTypes.Add or OpTypes.Sub
                or OpTypes.Concat or OpTypes.GlobalAveragePool
        };
        Activation<T> output = inPlace ? ViewOf(node.Output, input) : NewActivation(node.Output);
        _operators.Add(new ClampOperator<T>(input, output, Bounds(node), workers));
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
        _operators.Add(new FullyConnectedOperator<T>(input, NewActivation(node.Output), weights, bias, form, batchSize, workers));
    }

    private void AddReshape(Node node)
    {
        Activation<T> input = Input(node, 0);
        ImageShape shape = ImageShape.From(node.Output.Shape);
        if (ReorderOperator<T>.IsView(input.Shape, shape))
            ViewOf(node.Output, input);
        else
            _operators.Add(new ReorderOperator<T>(input, NewActivation(node.Output), workers));
    }

    private static ClampBounds<T> Bounds(Node node) => node.OpType == OpTypes.Relu
        ? new ClampBounds<T>(T.Zero, T.PositiveInfinity)
        : new ClampBounds<T>(
            T.CreateTruncating(node.Attributes.Float("min", float.NegativeInfinity)),
            T.CreateTruncating(node.Attributes.Float("max", float.PositiveInfinity)));

    private Activation<T> Input(Node node, int index)
    {
        Value value = node.Input(index);
        return _activations.TryGetValue(value, out Activation<T>? activation)
            ? activation
            : throw Unsupported(node, $"training cannot use the constant '{value.Name}' as input {index}");
    }

    private Activation<T> NewActivation(Value value)
    {
        ImageShape shape = ImageShape.From(value.Shape);
        var storage = new Storage<T>(new T[(long)batchSize * shape.Elements], _pool);
        return _activations[value] = new Activation<T>(value.Name, shape, storage);
    }

    private Activation<T> ViewOf(Value value, Activation<T> input) =>
        _activations[value] = input.View(value.Name, ImageShape.From(value.Shape));

    private Parameter<T> ParameterOf(Node node, int index, bool decay, bool trainable = true)
    {
        Value value = ConstantOf(node, index);
        if (!_parameters.TryGetValue(value, out Parameter<T>? parameter))
        {
            parameter = new Parameter<T>(value.Name, value.Constant!, decay, trainable);
            _parameters.Add(value, parameter);
            _sources.Add((value, parameter.Value));
        }

        return parameter;
    }

    private StateTensor<T> StateOf(Node node, int index)
    {
        Value value = ConstantOf(node, index);
        if (!_state.TryGetValue(value, out StateTensor<T>? state))
        {
            state = new StateTensor<T>(value.Name, Array.ConvertAll(value.Constant!.Floats, T.CreateChecked));
            _state.Add(value, state);
            _sources.Add((value, state.Value));
        }

        return state;
    }

    private static Value ConstantOf(Node node, int index)
    {
        Value value = node.Input(index);
        return value.Constant is { Type: DataType.Float32 }
            ? value
            : throw Unsupported(node, $"training needs input {index} ('{value.Name}') to be a constant");
    }

    private static UserException Unsupported(Node node, string why) => new($"{node} cannot be trained: {why}");
}
