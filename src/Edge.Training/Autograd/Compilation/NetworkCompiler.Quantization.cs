using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;
using Edge.Training.Autograd.Kernels;
using Edge.Training.Autograd.Operators;
using Edge.Training.Quantization;

namespace Edge.Training.Autograd.Compilation;

/// <content>The int8 forms of operators for quantization-aware training, which exists for T = float alone.</content>
internal sealed partial class NetworkCompiler<T>
{
    /// <summary>One range for each group of values that share a scale.</summary>
    private Dictionary<Value, ActivationRange> RangesOf(QuantizationAware quantization)
    {
        if (typeof(T) != typeof(float))
            throw new NotSupportedException("quantization-aware training computes in single precision");
        _sums = Logits.Of(_graph).Sums;
        var ranges = new Dictionary<Value, ActivationRange>();
        foreach (List<Value> group in ScaleGroups.Of(_graph))
        {
            var range = new ActivationRange(group[0].Name, _phase);
            if (quantization.InputRange is { } given && group.Contains(_graph.Inputs[0]))
                (range.Range, range.IsFixed) = (given, true);
            foreach (Value value in group)
                ranges.Add(value, range);
        }

        return ranges;
    }

    /// <summary>The ranges of values that are stored; what a fused activation overwrites has none.</summary>
    private IReadOnlyList<ActivationRange> RangesInOrder() =>
        _ranges is null ? [] : [.. _ranges.Where(r => _activations.ContainsKey(r.Key)).Select(r => r.Value).Distinct()];

    private IEnumerable<StateTensor<T>> RangeStates() => RangesInOrder().Select(r => (StateTensor<T>)(object)r.State);

    private static bool IsQuantized(Operator<T> op) =>
        op is QuantizedConvolutionOperator or QuantizedAddOperator or QuantizedAveragePoolOperator;

    /// <summary>Rounds a value behind the operator that computes it in float.</summary>
    private void FakeQuantize(Value value)
    {
        Activation<T> exact = _activations[value];
        _operators.Add((Operator<T>)(object)new FakeQuantizeOperator(
            Single(exact), Single(NewActivation(value)), QuantizerOf(value, ClampBounds<T>.None), workers));
    }

    private void AddQuantizedProduct(Node node, Parameter<T> weights, Parameter<T>? bias, Convolution<T> kernel, bool oneImage)
    {
        (Value result, ClampBounds<T> bounds) = AbsorbClamp(node);
        _operators.Add((Operator<T>)(object)new QuantizedConvolutionOperator(
            Single(Input(node, 0)),
            Single(NewActivation(result)),
            ((Parameter<float>)(object)weights, (Parameter<float>?)(object?)bias),
            ((Convolution<float>)(object)kernel, oneImage, batchSize),
            _ranges![node.Input(0)],
            QuantizerOf(result, bounds),
            (GradientPool<float>)(object)_pool,
            workers));
    }

    private void AddQuantizedFullyConnected(Node node, Parameter<T> weights, Parameter<T>? bias, FullyConnectedForm form)
    {
        if (form != new FullyConnectedForm(OutputsFirst: true))
            throw Unsupported(node, "quantization-aware training needs a folded graph");
        var shape = new ConvolutionShape
        {
            Height = batchSize,
            Width = 1,
            InputChannels = weights.Shape[1],
            OutputChannels = weights.Shape[0],
        };
        AddQuantizedProduct(node, weights, bias, Convolution<T>.Create(shape, workers), oneImage: true);
    }

    /// <summary>Whether the runtime adds the two in int8.</summary>
    private static bool IsQuantizedAdd(Node node) =>
        node.OpType == OpTypes.Add
        && node.Inputs.TrueForAll(v => v is { IsConstant: false } && v.Shape.AsSpan().SequenceEqual(node.Output.Shape));

    private void AddQuantizedAdd(Node node)
    {
        (Value result, ClampBounds<T> bounds) = AbsorbClamp(node);
        _operators.Add((Operator<T>)(object)new QuantizedAddOperator(
            (Single(Input(node, 0)), _ranges![node.Input(0)]),
            (Single(Input(node, 1)), _ranges[node.Input(1)]),
            Single(NewActivation(result)),
            QuantizerOf(result, bounds),
            workers));
    }

    private void AddQuantizedAverage(Node node, Window window, bool countPadding)
    {
        (Value result, ClampBounds<T> bounds) = AbsorbClamp(node);
        _operators.Add((Operator<T>)(object)new QuantizedAveragePoolOperator(
            Single(Input(node, 0)),
            Single(NewActivation(result)),
            (window, countPadding),
            _ranges![node.Input(0)],
            QuantizerOf(result, bounds),
            (GradientPool<float>)(object)_pool,
            workers));
    }

    private OutputQuantizer QuantizerOf(Value value, ClampBounds<T> bounds) =>
        new(
            _ranges![value],
            new ClampBounds<float>(float.CreateTruncating(bounds.Low), float.CreateTruncating(bounds.High)),
            workers,
            isReal: value.Producer is { } producer && _sums!.Contains(producer));

    private static Activation<float> Single(Activation<T> activation) => (Activation<float>)(object)activation;
}
