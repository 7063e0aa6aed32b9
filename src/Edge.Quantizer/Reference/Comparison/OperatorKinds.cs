using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference.Comparison;

/// <summary>Names of operator kinds in reports, and what parity each one promises.</summary>
internal static class OperatorKinds
{
    public static string Name(ModelManifest manifest, OperatorDefinition op) => op switch
    {
        ConvOperator { Groups: 1 } => "conv",
        ConvOperator conv when conv.Groups == manifest.Tensors[conv.Inputs[0]].Shape[^1] => "depthwise",
        ConvOperator => "grouped",
        FullyConnectedOperator => "fully-connected",
        PoolOperator { Kind: PoolKind.Max } => "max-pool",
        PoolOperator => "average-pool",
        _ => Spelled(op.GetType().Name.Replace("Operator", "", StringComparison.Ordinal)),
    };

    /// <summary>
    /// Largest allowed difference in steps: 1 for add, average pool and bilinear resize, where ONNX Runtime's formulas differ
    /// from ours, else 0; null for results in float32.
    /// </summary>
    public static int? AllowedStep(ModelManifest manifest, OperatorDefinition op)
    {
        if (manifest.Tensors[op.Outputs[0]].Type == ElementType.Float32)
            return null;
        bool formulasDiffer =
            op is AddOperator or PoolOperator { Kind: PoolKind.Average } or ResizeOperator { Mode: ResizeMode.Bilinear };
        return formulasDiffer ? 1 : 0;
    }

    // ChannelShuffle becomes channel-shuffle.
    private static string Spelled(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : $"{c}"));
}
