using Edge.Runtime.Format;

namespace Edge.Quantizer.Compression;

/// <summary>Which constants of a package are the weights of its layers.</summary>
internal static class WeightConstants
{
    /// <summary>Indices of an operator's weights and of their scales, one per output; −1 for what it does not have.</summary>
    public static (int Weights, int Scales) Of(OperatorDefinition op) => op switch
    {
        ConvOperator c => (c.Weights, c.WeightScales),
        FullyConnectedOperator f => (f.Weights, f.WeightScales),
        FloatConvOperator f => (f.Weights, -1),
        _ => (-1, -1),
    };
}
