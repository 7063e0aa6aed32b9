using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;

namespace Edge.EndToEnd.Networks;

/// <summary>
/// Gives an untrained network what training would: running statistics that fit what its layers see, and scales, shifts and biases
/// that differ from channel to channel. Activations stay of order 1 however deep it is.
/// </summary>
internal static class SaneStatistics
{
    /// <summary>
    /// Runs the network on an image, node by node, and fills every batch normalization when its input is known.
    /// </summary>
    public static void Fill(ModelGraph graph, Tensor image, int seed)
    {
        var random = new Random(seed);
        var known = new Dictionary<Value, Tensor> { [graph.Inputs[0]] = image };
        ILookup<Value, Node> readers = graph.AllConsumers();
        var left = readers.ToDictionary(r => r.Key, r => r.Count());
        foreach (Node node in graph.Nodes)
        {
            if (node.OpType == OpTypes.BatchNormalization)
                Normalize(node, known[node.Input(0)], random);
            else if (node.OpType == OpTypes.Conv && node.InputOrNull(2) is { } bias)
                Uniform(bias.Constant!, -0.1f, 0.1f, random);
            IReadOnlyList<Tensor> results = FloatExecutor.Evaluate(node, [.. node.Inputs.Select(v => v?.Constant ?? known[v!])]);
            for (int i = 0; i < results.Count; i++)
                known[node.Outputs[i]] = results[i];
            foreach (Value input in node.Inputs.OfType<Value>().Where(v => !v.IsConstant && --left[v] == 0))
                known.Remove(input);
        }
    }

    private static void Normalize(Node node, Tensor x, Random random)
    {
        // Statistics of one image: exact means would leave nothing but rounding errors of channels, and images of few pixels, that
        // hardly vary. Half of a channel's mean and one variance for all channels keep the signal.
        float[] mean = node.Input(3).Constant!.Floats, variance = node.Input(4).Constant!.Floats;
        int pixels = x.Count / mean.Length;
        double squares = 0;
        for (int c = 0; c < mean.Length; c++)
        {
            double sum = 0;
            foreach (float v in x.Floats.AsSpan(c * pixels, pixels))
                sum += v;
            mean[c] = (float)(sum / pixels / 2);
            foreach (float v in x.Floats.AsSpan(c * pixels, pixels))
                squares += ((double)v - mean[c]) * ((double)v - mean[c]);
        }

        Array.Fill(variance, Math.Max((float)(squares / x.Count), 1e-4f));
        Uniform(node.Input(1).Constant!, 0.6f, 1.4f, random);
        Uniform(node.Input(2).Constant!, -0.2f, 0.4f, random);
    }

    private static void Uniform(Tensor tensor, float low, float high, Random random)
    {
        for (int i = 0; i < tensor.Count; i++)
            tensor.Floats[i] = low + ((high - low) * random.NextSingle());
    }
}
