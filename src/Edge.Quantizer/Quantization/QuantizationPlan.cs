using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>How each value of a float graph is represented in the int8 network.</summary>
public sealed class QuantizationPlan
{
    private readonly Dictionary<Value, QuantizationParameters> _parameters;

    private QuantizationPlan(Dictionary<Value, QuantizationParameters> parameters, HashSet<Node> floatNodes) =>
        (_parameters, FloatNodes) = (parameters, floatNodes);

    /// <summary>Nodes that compute in float32 between a dequantize and a quantize although they have an int8 form.</summary>
    public IReadOnlySet<Node> FloatNodes { get; }

    /// <exception cref="KeyNotFoundException">The value was not calibrated.</exception>
    public QuantizationParameters this[Value value] => _parameters[value];

    /// <summary>
    /// One scale and zero point per value, from its range; values that must share them (<see cref="ScaleGroups"/>) get the
    /// smallest range that covers all of the group.
    /// </summary>
    /// <param name="graph">The float graph, all passes run.</param>
    /// <param name="range">Range of each activation, graph inputs included.</param>
    /// <param name="concatShares">Whether the inputs of a concat share its scale; if not it requantizes them.</param>
    public static QuantizationPlan Create(ModelGraph graph, Func<Value, ValueRange> range, bool concatShares = true)
    {
        var parameters = new Dictionary<Value, QuantizationParameters>();
        foreach (List<Value> group in ScaleGroups.Of(graph, concatShares))
        {
            QuantizationParameters shared = group.Select(range).Aggregate((a, b) => a.Union(b)).ToParameters();
            foreach (Value value in group)
                parameters[value] = shared;
        }

        return new QuantizationPlan(parameters, []);
    }

    /// <summary>The same with other parameters for some values, which have to be a whole scale group.</summary>
    public QuantizationPlan With(IEnumerable<Value> values, QuantizationParameters parameters)
    {
        var changed = new Dictionary<Value, QuantizationParameters>(_parameters);
        foreach (Value value in values)
            changed[value] = parameters;
        return new QuantizationPlan(changed, [.. FloatNodes]);
    }

    /// <summary>The same scales with these nodes in float32.</summary>
    public QuantizationPlan WithFloat(IEnumerable<Node> nodes) => new(_parameters, [.. nodes]);
}
