using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Folds BatchNormalization, and Add, Sub, Mul by constants that are numbers or vectors over the channels, away:
/// <list type="number">
/// <item>into the Conv or Gemm that computes its input, when nothing else reads that value;</item>
/// <item>into the Convs or Gemms that read its result, when they are all that read it and pad nothing (a padded position is
/// 0 after the map and not before it; with a shift of 0 both are 0);</item>
/// <item>otherwise a 1×1 depthwise Conv takes its place, which has an int8 form. A value that is no image is reshaped to
/// one around it.</item>
/// </list>
/// Convs and Gemms here have constant weights, Gemms the form of <see cref="CanonicaliseFullyConnected"/>.
/// </summary>
public sealed class FoldBatchNormalization : IGraphPass
{
    private static readonly int[] OnePixel = [1, 1];

    private static readonly int[] NoPadding = [0, 0, 0, 0];

    public string Name => nameof(FoldBatchNormalization);

    public int Run(ModelGraph graph)
    {
        int changes = 0;
        foreach (Node node in graph.Nodes.ToArray())
        {
            if (ChannelAffine.Read(node) is not { } affine)
                continue;
            bool folded = FoldIntoProducer(graph, node, affine) || FoldIntoConsumers(graph, node, affine);
            if (folded || BecomeDepthwise(graph, node, affine))
                changes++;
        }

        return changes;
    }

    private static bool IsLinear(Node node) => node.OpType switch
    {
        OpTypes.Conv =>
            node.Input(0).Shape is { Length: 4 }
            && node.Input(1).IsConstant
            && node.InputOrNull(2) is null or { IsConstant: true },
        OpTypes.Gemm => CanonicaliseFullyConnected.IsCanonical(node),
        _ => false,
    };

    private static bool FoldIntoProducer(ModelGraph graph, Node node, ChannelAffine affine)
    {
        if (affine.Input.Producer is not { } linear || !IsLinear(linear) || linear.IsBounded())
            return false;
        if (!graph.HasSingleUse(affine.Input))
            return false;
        Tensor old = linear.Input(1).Constant!;
        int outputs = old.Shape[0];
        int row = old.Count / outputs;
        float[] weights = new float[old.Count];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = old.Floats[i] * affine.Scale[i / row];
        float[]? oldBias = linear.InputOrNull(2)?.Constant!.Floats;
        float[] bias = new float[outputs];
        for (int o = 0; o < outputs; o++)
            bias[o] = (float)(((double)(oldBias?[o] ?? 0) * affine.Scale[o]) + affine.Shift[o]);
        float[] factors = [.. affine.Scale.Select((s, o) => s * (old.ChannelFactors?[o] ?? 1))];
        SetParameters(graph, linear, new Tensor(old.Shape, weights) { ChannelFactors = factors }, bias);
        graph.Absorb(linear, node);
        return true;
    }

    private static bool FoldIntoConsumers(ModelGraph graph, Node node, ChannelAffine affine)
    {
        Value result = node.Output;
        List<Node> readers = graph.Consumers(result);
        if (readers.Count == 0 || graph.Outputs.Contains(result) || !readers.TrueForAll(r => CanAbsorbBefore(r, result, affine)))
            return false;
        foreach (Node linear in readers)
        {
            FoldBefore(graph, linear, affine);
            linear.Inputs[0] = affine.Input;
        }

        graph.Remove(node);
        return true;
    }

    private static bool CanAbsorbBefore(Node reader, Value result, ChannelAffine affine) =>
        IsLinear(reader)
        && reader.Input(0) == result
        && (reader.OpType == OpTypes.Gemm
            || Array.TrueForAll(affine.Shift, t => t == 0)
            || Array.TrueForAll(reader.Attributes.Ints("pads")!, p => p == 0));

    private static void FoldBefore(ModelGraph graph, Node linear, ChannelAffine affine)
    {
        Tensor old = linear.Input(1).Constant!;
        int outputs = old.Shape[0];
        int inputs = old.Shape[1];
        int kernel = old.Count / (outputs * inputs);
        int outputsPerGroup = outputs / linear.Attributes.Int("group", 1);
        float[] weights = new float[old.Count];
        float[]? oldBias = linear.InputOrNull(2)?.Constant!.Floats;
        float[] bias = new float[outputs];
        for (int o = 0; o < outputs; o++)
        {
            double sum = oldBias?[o] ?? 0;
            int firstChannel = o / outputsPerGroup * inputs;
            for (int i = 0; i < inputs; i++)
            {
                for (int k = 0; k < kernel; k++)
                {
                    int at = (((o * inputs) + i) * kernel) + k;
                    weights[at] = old.Floats[at] * affine.Scale[firstChannel + i];
                    sum += (double)old.Floats[at] * affine.Shift[firstChannel + i];
                }
            }

            bias[o] = (float)sum;
        }

        SetParameters(graph, linear, new Tensor(old.Shape, weights), bias);
    }

    private static void SetParameters(ModelGraph graph, Node linear, Tensor weights, float[] bias)
    {
        linear.Inputs[1] = graph.NewConstant(linear.Input(1).Name, weights);
        Value newBias = graph.NewConstant(linear.InputOrNull(2)?.Name ?? $"{linear.Name}/bias", new Tensor([bias.Length], bias));
        if (linear.Inputs.Count > 2)
            linear.Inputs[2] = newBias;
        else
            linear.Inputs.Add(newBias);
    }

    private static bool BecomeDepthwise(ModelGraph graph, Node node, ChannelAffine affine)
    {
        int[] shape = affine.Input.Shape!;
        if (node.OpType != OpTypes.BatchNormalization && shape.Length is not (2 or 4))
            return false;
        int channels = shape[1];
        Value weights = graph.NewConstant($"{node.Name}/scale", new Tensor([channels, 1, 1, 1], affine.Scale));
        Value bias = graph.NewConstant($"{node.Name}/shift", new Tensor([channels], affine.Shift));
        Attributes attributes = new Attributes()
            .Set("kernel_shape", OnePixel)
            .Set("strides", OnePixel)
            .Set("dilations", OnePixel)
            .Set("pads", NoPadding)
            .Set("group", channels);
        Value result = node.Output;
        if (shape.Length == 4)
        {
            graph.Replace(node, new Node(node.Name, OpTypes.Conv, [affine.Input, weights, bias], [result], attributes));
            return true;
        }

        int[] image = [shape[0], channels, Tensor.Volume(shape.AsSpan(2)), 1];
        Value before = graph.ReshapeBefore(node, affine.Input, $"{result.Name}/image", image);
        Value after = graph.EmitBefore(node, OpTypes.Conv, $"{result.Name}/scaled", image, [before, weights, bias], attributes);
        graph.Replace(node, new Node(node.Name, OpTypes.Reshape, [after], [result], new Attributes().Set("shape", shape)));
        return true;
    }
}
