using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// y = x · Scale[c] + Shift[c] with c the index along axis 1 (NCHW): what BatchNormalization and Add, Sub, Mul by constants
/// compute. Parameters are combined in double and rounded once.
/// </summary>
internal readonly record struct ChannelAffine(Value Input, float[] Scale, float[] Shift)
{
    /// <summary>The node as an affine map, or null when it is none (or its parameters are not constant and finite).</summary>
    public static ChannelAffine? Read(Node node)
    {
        if (node.IsBounded() || node.Inputs.Count < 2)
            return null;
        ChannelAffine? affine = node.OpType switch
        {
            OpTypes.BatchNormalization => ReadNormalization(node),
            OpTypes.Mul => ReadConstant(node.Input(0), node.Input(1), v => v, _ => 0),
            OpTypes.Add => ReadConstant(node.Input(0), node.Input(1), _ => 1, v => v),
            OpTypes.Sub => ReadConstant(node.Input(0), node.Input(1), _ => 1, v => -v)
                ?? ReadConstant(node.Input(1), node.Input(0), _ => -1, v => v),
            _ => null,
        };
        bool finite = affine is { } a && Array.TrueForAll(a.Scale, float.IsFinite) && Array.TrueForAll(a.Shift, float.IsFinite);
        return finite ? affine : null;
    }

    private static ChannelAffine? ReadNormalization(Node node)
    {
        bool constant = node.Inputs.Count == 5 && node.Inputs.Skip(1).All(v => v is { IsConstant: true });
        if (!constant || node.Input(0) is not { Shape.Length: >= 2 } x)
            return null;
        float[][] p = [.. Enumerable.Range(1, 4).Select(i => node.Input(i).Constant!.Floats)];
        (float[] scale, float[] bias, float[] mean, float[] variance) = (p[0], p[1], p[2], p[3]);
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        float[] s = new float[scale.Length];
        float[] t = new float[scale.Length];
        for (int c = 0; c < s.Length; c++)
        {
            double factor = scale[c] / Math.Sqrt(variance[c] + epsilon);
            s[c] = (float)factor;
            t[c] = (float)(bias[c] - (mean[c] * factor));
        }

        return new ChannelAffine(x, s, t);
    }

    private static ChannelAffine? ReadConstant(
        Value x, Value constant, Converter<float, float> scale, Converter<float, float> shift) =>
        !x.IsConstant && PerChannel(x, constant) is { } p
            ? new ChannelAffine(x, Array.ConvertAll(p, scale), Array.ConvertAll(p, shift))
            : null;

    /// <summary>The constant's value for each channel of x, when it depends on nothing else.</summary>
    private static float[]? PerChannel(Value x, Value constant)
    {
        if (x.Shape is not { Length: >= 2 } shape || constant.Constant is not { Type: DataType.Float32 } t)
            return null;
        if (t.Rank > shape.Length)
            return null;
        if (t.Count == 1)
            return [.. Enumerable.Repeat(t.Floats[0], shape[1])];
        int channelAxis = 1 - (shape.Length - t.Rank);
        return channelAxis >= 0 && t.Count == shape[1] && t.Shape[channelAxis] == shape[1] ? t.Floats : null;
    }
}
