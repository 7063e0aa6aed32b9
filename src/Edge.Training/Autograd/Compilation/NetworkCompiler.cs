using System.Numerics;
using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Training.Autograd.Operators;
using Edge.Training.Quantization;

namespace Edge.Training.Autograd.Compilation;

/// <summary>Makes an operator of every node of a training graph, with the memory of its activations.</summary>
internal sealed partial class NetworkCompiler<T>(
    TrainingGraph source, int batchSize, Workers workers, TrainingNetworkOptions options)
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
    private readonly QuantizationPhase _phase = new();
    private Dictionary<Value, ActivationRange>? _ranges;
    private IReadOnlySet<Node>? _sums;

    public CompiledNetwork<T> Compile()
    {
        if (options.Quantization is { } quantization)
            _ranges = RangesOf(quantization);
        Activation<T> input = NewActivation(_graph.Inputs[0]);
        if (_ranges is not null)
            FakeQuantize(_graph.Inputs[0]);
        foreach (Node node in _graph.Nodes)
        {
            if (_absorbed.Contains(node))
                continue;
            int before = _operators.Count;
            Add(node);
            bool computed = _operators.Count > before && !IsQuantized(_operators[^1]) && !ScaleGroups.MovesBytes(node.OpType);
            if (_ranges is not null && computed)
                FakeQuantize(node.Output);
        }

        return new CompiledNetwork<T>
        {
            Input = input,
            Output = _activations[_graph.Outputs[0]],
            Operators = _operators,
            Parameters = [.. _parameters.Values],
            State = [.. _state.Values, .. RangeStates()],
            Ranges = RangesInOrder(),
            Phase = _phase,
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
            case OpTypes.Gemm or OpTypes.MatMul:
                AddFullyConnected(node);
                break;
            case OpTypes.Relu or OpTypes.Clip:
                AddClamp(node);
                break;
            case OpTypes.LeakyRelu or OpTypes.Sigmoid or OpTypes.HardSigmoid or OpTypes.HardSwish or OpTypes.Tanh:
                AddFunction(node);
                break;
            case OpTypes.PRelu:
                AddPRelu(node);
                break;
            case OpTypes.Add or OpTypes.Sum or OpTypes.Sub or OpTypes.Mul or OpTypes.Div or OpTypes.Max or OpTypes.Min:
                AddArithmetic(node);
                break;
            case OpTypes.MaxPool or OpTypes.AveragePool:
                AddPool(node);
                break;
            case OpTypes.GlobalAveragePool or OpTypes.ReduceMean:
                AddGlobalAverage(node);
                break;
            case OpTypes.GlobalMaxPool:
                AddGlobalMaximum(node);
                break;
            case OpTypes.Lrn:
                AddLrn(node);
                break;
            case OpTypes.Dropout:
                AddDropout(node);
                break;
            case OpTypes.Identity or OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze:
                AddReshape(node);
                break;
            case OpTypes.Concat:
                AddConcat(node);
                break;
            case OpTypes.Split:
                AddSplit(node);
                break;
            case OpTypes.Slice:
                AddSlice(node);
                break;
            case OpTypes.Pad:
                AddPad(node);
                break;
            case OpTypes.ChannelShuffle:
                Add(node, (x, y) => new ChannelShuffleOperator<T>(x, y, node.Attributes.Int("group", 1), workers));
                break;
            case OpTypes.Resize:
                AddResize(node);
                break;
            default:
                throw Unsupported(node, "training knows no gradient for this operator");
        }
    }

    /// <summary>An operator from the node's first input to its first output.</summary>
    private void Add(Node node, Func<Activation<T>, Activation<T>, Operator<T>> create) =>
        _operators.Add(create(Input(node, 0), NewActivation(node.Output)));

    private Activation<T> Input(Node node, int index)
    {
        Value value = node.Input(index);
        return _activations.TryGetValue(value, out Activation<T>? activation)
            ? activation
            : throw Unsupported(node, $"training cannot use the constant '{value.Name}' as input {index}");
    }

    private Activation<T> NewActivation(Value value) =>
        _activations[value] = NewActivation(value.Name, ImageShape.From(value.Shape));

    private Activation<T> NewActivation(string name, ImageShape shape)
    {
        var storage = new Storage<T>(new T[(long)batchSize * shape.Elements], _pool);
        return new Activation<T>(name, shape, storage);
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
