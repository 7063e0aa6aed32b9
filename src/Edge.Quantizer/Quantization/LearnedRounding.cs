using System.Diagnostics;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Learns the rounding of a network's weights, layer by layer, each on the inputs that the network quantized so far gives it
/// (AdaRound, see <see cref="LearnedRows"/>). Each answers for its own rounding alone; what comes from the layers before it is
/// <see cref="MeanMatching"/>'s business, and so are mean outputs where biases are corrected or means are matched afterwards: rounding is
/// then learned on inputs without their mean. How far it comes depends on the time allowed, so results differ between machines.
/// </summary>
/// <param name="graph">Float network, as it is to be quantized.</param>
/// <param name="images">Calibration images.</param>
/// <param name="indices">Those to learn from.</param>
/// <param name="description">Of the package.</param>
/// <param name="options">Time and threads.</param>
internal sealed class LearnedRounding(
    ModelGraph graph, ICalibrationSet images, IReadOnlyList<int> indices, PackageDescription description, QuantizationOptions options)
{
    /// <summary>Output positions taken per image, where they fit into <see cref="MaxSamples"/>.</summary>
    private const int MaxPositions = 256;

    /// <summary>
    /// How often the inputs of the layers to come are taken anew: neighbours share a pass, because a pass over all images takes seconds.
    /// </summary>
    private const int Passes = 8;

    /// <summary>Floats that the samples of all layers of a pass may take.</summary>
    private const long MaxSamples = 1 << 27;

    private readonly int _layersPerPass = (graph.Nodes.Count(ActivationStatistics.IsWeighted) + Passes - 1) / Passes;

    /// <summary>Layers whose rounding the images are enough for.</summary>
    public IReadOnlyList<Node> Layers => field ??=
        [.. graph.Nodes.Where(n => ActivationStatistics.IsWeighted(n) && Int8Forms.FloatReason(n) is null && CanLearn(n))];

    /// <param name="start">Network whose scales stay.</param>
    /// <param name="progress">Told of every layer.</param>
    /// <returns>Codes of the layers that were learned.</returns>
    public IReadOnlyDictionary<Node, QuantizedWeights> Run(QuantizedNetwork start, QuantizationProgress? progress)
    {
        long began = Stopwatch.GetTimestamp();
        Node[] layers = [.. Layers];
        var learned = new Dictionary<Node, QuantizedWeights>();
        if (layers.Length == 0)
            return learned;
        long left = layers.Sum(Cost);
        var corrections = new Dictionary<Node, float[]>(start.BiasCorrections);
        foreach (Node[] stage in layers.Chunk((layers.Length + Passes - 1) / Passes))
        {
            var weights = start.Weights.Concat(learned).GroupBy(w => w.Key).ToDictionary(g => g.Key, g => g.Last().Value);
            Dictionary<Node, float[][]> inputs = Inputs(stage, Lowering.Lower(graph, start.Plan, corrections, weights));
            foreach (Node node in stage)
            {
                TimeSpan time = (options.LearnedRounding - Stopwatch.GetElapsedTime(began)) * ((double)Cost(node) / left);
                left -= Cost(node);
                QuantizedWeights before = weights.GetValueOrDefault(node) ?? WeightQuantizer.PerChannel(node, start.Plan[node.Input(0)].Scale);
                float[][] means = Array.ConvertAll(inputs[node], x => Mean(x, before.Codes.Length / before.Scales.Length));
                float[][]? without = start.Technique is { Corrected: true } or { Matched: true } ? means : null;
                if (time > TimeSpan.Zero && Learn(node, before, inputs[node], without, time) is { } codes)
                {
                    learned[node] = codes;
                    if (corrections.TryGetValue(node, out float[]? correction))
                        corrections[node] = Corrected(correction, means, before, codes);
                }

                progress?.Invoke("learning to round", Array.IndexOf(layers, node) + 1, layers.Length);
            }
        }

        return learned;
    }

    /// <param name="without">Means to take off the inputs, per group; null leaves them as they are.</param>
    private QuantizedWeights? Learn(Node node, QuantizedWeights before, float[][] inputs, float[][]? without, TimeSpan time)
    {
        Tensor weights = node.Input(1).Constant!;
        int rows = weights.Shape[0];
        float[] real = WeightQuantizer.ToChannelsLast<float>(weights.Floats, weights.Shape);
        float[] bias = node.InputOrNull(2)?.Constant?.Floats is { } given ? [.. given] : new float[rows];
        int length = weights.Count / rows, rowsPerGroup = rows / inputs.Length;
        if (without is not null)
        {
            for (int row = 0; row < rows; row++)
                bias[row] += TensorPrimitives.Dot(real.AsSpan(row * length, length), without[row / rowsPerGroup]);
            for (int g = 0; g < inputs.Length; g++)
            {
                for (int at = 0; at < inputs[g].Length; at += length)
                    TensorPrimitives.Subtract(inputs[g].AsSpan(at, length), without[g], inputs[g].AsSpan(at, length));
            }
        }

        sbyte[]? codes = new LearnedRows(node, length).Learn(inputs, real, bias, before, time, options.Threads);
        return codes is null ? null : before with { Codes = codes };
    }

    /// <summary>The correction of a layer's biases with what its new codes answer less than the old ones, on average.</summary>
    private static float[] Corrected(float[] correction, float[][] means, QuantizedWeights before, QuantizedWeights after)
    {
        int rows = correction.Length, length = before.Codes.Length / rows, rowsPerGroup = rows / means.Length;
        float[] corrected = [.. correction];
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < length; i++)
                corrected[row] += before.Scales[row] * (before.Codes[(row * length) + i] - after.Codes[(row * length) + i]) * means[row / rowsPerGroup][i];
        }

        return corrected;
    }

    /// <param name="samples">[samples, length].</param>
    private static float[] Mean(float[] samples, int length)
    {
        float[] mean = new float[length];
        for (int at = 0; at < samples.Length; at += length)
            TensorPrimitives.Add(samples.AsSpan(at, length), mean, mean);
        TensorPrimitives.Divide(mean, samples.Length / length, mean);
        return mean;
    }

    private static long Cost(Node node) => node.Input(1).Constant!.Count;

    /// <summary>As many samples to learn from as a row has weights, or rounding would be learned by heart.</summary>
    private bool CanLearn(Node node)
    {
        var geometry = new LayerGeometry(node);
        return LearnedRows.Learned(Positions(geometry) * indices.Count) >= geometry.Length;
    }

    /// <summary>Per layer and group [samples, length]: what the int8 network gives the layer.</summary>
    private Dictionary<Node, float[][]> Inputs(Node[] layers, LoweredModel lowered)
    {
        var geometry = layers.ToDictionary(n => n, n => new LayerGeometry(n));
        Dictionary<Node, float[][]> inputs = layers.ToDictionary(n => n, n =>
        {
            int samples = Positions(geometry[n]) * indices.Count;
            return Enumerable.Range(0, geometry[n].Groups).Select(_ => new float[samples * geometry[n].Length]).ToArray();
        });
        ILookup<int, Node> byTensor = layers.ToLookup(n => lowered.TensorOf(n.Input(0)));
        HashSet<int> tensors = [.. byTensor.Select(t => t.Key)];
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), options.Threads);
        QuantizationParameters parameters = new(network.InputDefinition.Scale, network.InputDefinition.ZeroPoint);
        for (int image = 0; image < indices.Count; image++)
        {
            int place = image;
            images.Read(indices[image], parameters, network.Input);
            network.Run(
                (tensor, values) =>
                {
                    foreach (Node node in byTensor[tensor])
                        Gather(geometry[node], place, values, inputs[node]);
                },
                tensors);
        }

        return inputs;
    }

    private void Gather(LayerGeometry geometry, int image, ReadOnlySpan<float> values, float[][] inputs)
    {
        int count = Positions(geometry);
        for (int p = 0; p < count; p++)
        {
            int position = geometry.Position(p, count, image);
            for (int g = 0; g < inputs.Length; g++)
                geometry.Gather(values, position, g, inputs[g].AsSpan(((image * count) + p) * geometry.Length, geometry.Length));
        }
    }

    /// <summary>Positions taken of every image.</summary>
    private int Positions(LayerGeometry geometry)
    {
        long fitting = MaxSamples / _layersPerPass / ((long)indices.Count * geometry.Length * geometry.Groups);
        return (int)Math.Min(Math.Min(geometry.Positions, MaxPositions), fitting);
    }
}
