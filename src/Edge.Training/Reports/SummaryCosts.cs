using Edge.Quantizer.Graph;

namespace Edge.Training.Reports;

/// <summary>Parameters of a network by kind: published tables differ in which of them they count.</summary>
/// <param name="Weights">Of convolutions and fully connected layers.</param>
/// <param name="Biases">Of convolutions and fully connected layers.</param>
/// <param name="Scales">γ of batch normalization.</param>
/// <param name="Shifts">β of batch normalization.</param>
/// <param name="Statistics">Running means and variances.</param>
/// <param name="Others">Every other constant: slopes, factors.</param>
public sealed record ParameterCounts(long Weights, long Biases, long Scales, long Shifts, long Statistics, long Others)
{
    /// <summary>What training changes.</summary>
    public long Trainable => Weights + Biases + Scales + Shifts;

    public long All => Trainable + Statistics + Others;

    public static ParameterCounts Of(ModelGraph graph)
    {
        long weights = 0, biases = 0, scales = 0, shifts = 0, statistics = 0, others = 0;
        var seen = new HashSet<Value>();
        foreach (Node node in graph.Nodes)
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] is not { Constant: { } constant } value || !seen.Add(value))
                    continue;
                ref long kind = ref others;
                if (node.OpType is OpTypes.Conv or OpTypes.Gemm or OpTypes.MatMul)
                    kind = ref i < 2 ? ref weights : ref biases;
                else if (node.OpType == OpTypes.BatchNormalization)
                    kind = ref i == 1 ? ref scales : ref i == 2 ? ref shifts : ref statistics;
                kind += constant.Count;
            }
        }

        return new ParameterCounts(weights, biases, scales, shifts, statistics, others);
    }
}

/// <summary>What a layer costs.</summary>
/// <param name="Name">Name of the node.</param>
/// <param name="Operator">One of <see cref="OpTypes"/>.</param>
/// <param name="Output">Shape of the first output.</param>
/// <param name="Parameters">Elements of its constants.</param>
/// <param name="MultiplyAccumulates">Of convolutions and matrix products.</param>
/// <param name="Activations">Elements that it computes; 0 where the runtime computes them inside another layer.</param>
/// <param name="MemoryAccess">
/// Elements read and written: inputs, outputs and parameters. Of a 1×1 convolution hw(c₁ + c₂) + c₁c₂ / g, the MAC of ShuffleNet
/// v2 (arXiv:1807.11164, section 2). 0 where the runtime computes it inside another layer.
/// </param>
public sealed record LayerCosts(
    string Name, string Operator, int[] Output, long Parameters, long MultiplyAccumulates, long Activations, long MemoryAccess)
{
    /// <summary>
    /// Whether the quantizer's passes make the operator disappear: batch normalization and activations into the layer in front of
    /// them, and what only renames elements.
    /// </summary>
    public static bool IsFree(Node node) => node.OpType is OpTypes.BatchNormalization or OpTypes.Relu or OpTypes.Clip
        or OpTypes.Dropout or OpTypes.Identity or OpTypes.Flatten or OpTypes.Reshape or OpTypes.Squeeze or OpTypes.Unsqueeze
        or OpTypes.Split;

    public static LayerCosts Of(Node node)
    {
        long parameters = Costs.Parameters(node);
        long written = IsFree(node) ? 0 : node.Outputs.Sum(Elements);
        long read = IsFree(node) ? 0 : node.Inputs.OfType<Value>().Where(v => !v.IsConstant).Sum(Elements) + parameters;
        return new LayerCosts(
            node.Name, node.OpType, node.Output.Shape!, parameters, Costs.MultiplyAccumulates(node), written, read + written);
    }

    private static long Elements(Value value) => value.Shape!.Aggregate(1L, (count, d) => count * d);
}
