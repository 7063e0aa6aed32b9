using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Reports;

/// <summary>What is in an ONNX model: its nodes with shapes and costs, and how each of them will run.</summary>
public sealed record ModelSummary
{
    public required string File { get; init; }

    /// <summary>Tool that wrote the file, with its version; empty when it does not say.</summary>
    public required string Producer { get; init; }

    /// <summary>Version of ONNX's operator set; null for a Deep Compression file.</summary>
    public required long? Opset { get; init; }

    public required TensorSummary[] Inputs { get; init; }

    public required TensorSummary[] Outputs { get; init; }

    /// <summary>Nodes in execution order, after shape arithmetic was folded.</summary>
    public required NodeSummary[] Nodes { get; init; }

    /// <summary>Number of nodes by operator.</summary>
    public required SortedDictionary<string, int> Operators { get; init; }

    /// <summary>Elements of all constants, each counted once.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-accumulates of one run.</summary>
    public required long MultiplyAccumulates { get; init; }

    /// <summary>
    /// Operators of the simplified graph that run in float32, between dequantize and quantize or behind the logits, each with the reason.
    /// </summary>
    public required FloatOperator[] RunInFloat { get; init; }

    /// <param name="file">File name.</param>
    /// <param name="producer">Tool that wrote the file.</param>
    /// <param name="opset">See <see cref="Opset"/>.</param>
    /// <param name="imported">The graph as imported.</param>
    /// <param name="simplified">The same graph after the passes, which decides what runs in int8.</param>
    public static ModelSummary Of(string file, string producer, long? opset, ModelGraph imported, ModelGraph simplified)
    {
        Logits logits = Logits.Of(simplified);
        FloatOperator[] inFloat =
        [
            .. from node in simplified.Nodes
               let reason = Int8Forms.FloatReason(node, logits)
               where reason is not null
               select new FloatOperator(node.Name, node.OpType, reason, Int8Forms.FloatReason(node) is null),
        ];
        HashSet<string> kept = [.. simplified.Nodes.Select(n => n.Name)];
        HashSet<string> floats = [.. inFloat.Select(n => n.Name)];
        return new ModelSummary
        {
            File = file,
            Producer = producer,
            Opset = opset,
            Inputs = [.. imported.Inputs.Select(TensorSummary.Of)],
            Outputs = [.. imported.Outputs.Select(TensorSummary.Of)],
            Nodes =
            [
                .. from n in imported.Nodes
                   select NodeSummary.Of(n, floats.Contains(n.Name) ? "float" : kept.Contains(n.Name) ? "int8" : "fused"),
            ],
            Operators = new SortedDictionary<string, int>(
                imported.Nodes.GroupBy(n => n.OpType).ToDictionary(g => g.Key, g => g.Count())),
            Parameters = imported.Nodes.SelectMany(n => n.Inputs).OfType<Value>().Where(v => v.IsConstant).Distinct()
                .Sum(v => (long)v.Constant!.Count),
            MultiplyAccumulates = imported.Nodes.Sum(Costs.MultiplyAccumulates),
            RunInFloat = inFloat,
        };
    }
}

/// <summary>A graph input or output.</summary>
public sealed record TensorSummary(string Name, DataType Type, int[] Shape)
{
    public static TensorSummary Of(Value value) => new(value.Name, value.Type, value.Shape!);
}

/// <summary>One node. <paramref name="RunsAs"/> is int8, float or fused (computed by another node, or left out).</summary>
public sealed record NodeSummary(
    string Name, string Operator, int[] Shape, long Parameters, long MultiplyAccumulates, string RunsAs)
{
    public static NodeSummary Of(Node node, string runsAs) =>
        new(node.Name, node.OpType, node.Output.Shape!, Costs.Parameters(node), Costs.MultiplyAccumulates(node), runsAs);
}

/// <summary>An operator that runs in float32.</summary>
/// <param name="HasInt8Form">It could run in int8, but works on logits.</param>
public sealed record FloatOperator(string Name, string Operator, string Reason, bool HasInt8Form);
