using System.Diagnostics;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Learns the rounding of a network's weights, layer by layer, each on the inputs that the network quantized so far gives it
/// (AdaRound, see <see cref="LearnedRows"/>). How far it comes depends on the time allowed, so results differ between machines.
/// </summary>
/// <param name="graph">Float network, as it is to be quantized.</param>
/// <param name="images">Calibration images.</param>
/// <param name="indices">Those to learn from.</param>
/// <param name="description">Of the package.</param>
/// <param name="options">Time and threads.</param>
internal sealed class LearnedRounding(
    ModelGraph graph, ICalibrationSet images, IReadOnlyList<int> indices, PackageDescription description, QuantizationOptions options)
{
    /// <summary>Output positions taken per image.</summary>
    private const int PositionsPerImage = 20;

    /// <summary>
    /// How often the inputs of the layers to come are taken anew: neighbours share a pass, because a pass over all images takes seconds.
    /// </summary>
    private const int Passes = 8;

    /// <summary>Floats that a layer's samples may take.</summary>
    private const long MaxSamples = 1 << 26;

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
        Dictionary<Node, float[]> targets = Targets(layers);
        long left = layers.Sum(Cost);
        foreach (Node[] stage in layers.Chunk((layers.Length + Passes - 1) / Passes))
        {
            var weights = start.Weights.Concat(learned).GroupBy(w => w.Key).ToDictionary(g => g.Key, g => g.Last().Value);
            Dictionary<Node, float[][]> inputs = Inputs(stage, Lowering.Lower(graph, start.Plan, start.BiasCorrections, weights));
            foreach (Node node in stage)
            {
                TimeSpan time = (options.LearnedRounding - Stopwatch.GetElapsedTime(began)) * ((double)Cost(node) / left);
                left -= Cost(node);
                QuantizedWeights before = weights.GetValueOrDefault(node) ?? WeightQuantizer.PerChannel(node, start.Plan[node.Input(0)].Scale);
                if (time > TimeSpan.Zero && Learn(node, before, inputs[node], targets[node], time) is { } codes)
                    learned[node] = codes;
                progress?.Invoke("learning to round", Array.IndexOf(layers, node) + 1, layers.Length);
            }
        }

        return learned;
    }

    private QuantizedWeights? Learn(Node node, QuantizedWeights before, float[][] inputs, float[] targets, TimeSpan time)
    {
        Tensor weights = node.Input(1).Constant!;
        int rows = weights.Shape[0];
        float[] real = WeightQuantizer.ToChannelsLast<float>(weights.Floats, weights.Shape);
        float[] bias = node.InputOrNull(2)?.Constant?.Floats ?? new float[rows];
        sbyte[]? codes = new LearnedRows(node, weights.Count / rows).Learn(inputs, targets, real, bias, before, time, options.Threads);
        return codes is null ? null : before with { Codes = codes };
    }

    private static long Cost(Node node) => node.Input(1).Constant!.Count;

    /// <summary>As many samples as a row has weights, or rounding would be learned by heart.</summary>
    private bool CanLearn(Node node)
    {
        var geometry = new LayerGeometry(node);
        long samples = (long)Math.Min(geometry.Positions, PositionsPerImage) * indices.Count;
        return samples >= geometry.Length && samples * geometry.Length * geometry.Groups <= MaxSamples;
    }

    /// <summary>[samples, rows] per layer: what the float network answers.</summary>
    private Dictionary<Node, float[]> Targets(Node[] layers)
    {
        var targets = layers.ToDictionary(n => n, _ => new List<float>());
        Dictionary<Value, Node> byOutput = layers.ToDictionary(n => n.Output);
        var geometry = layers.ToDictionary(n => n, n => new LayerGeometry(n));
        using var reference = new FloatExecutor(graph, options.Threads);
        var input = Tensor.Zeros(graph.Inputs[0].Shape!);
        for (int image = 0; image < indices.Count; image++)
        {
            int place = image;
            images.Read(indices[image], input.Floats);
            reference.Run(input, (value, data) =>
            {
                if (!byOutput.TryGetValue(value, out Node? node))
                    return;
                int rows = value.Shape![^1];
                foreach (int position in Positions(geometry[node], place))
                    targets[node].AddRange(data.Floats.AsSpan(position * rows, rows));
            });
        }

        return targets.ToDictionary(t => t.Key, t => t.Value.ToArray());
    }

    /// <summary>Per layer and group [samples, length]: what the int8 network gives the layer.</summary>
    private Dictionary<Node, float[][]> Inputs(Node[] layers, LoweredModel lowered)
    {
        var geometry = layers.ToDictionary(n => n, n => new LayerGeometry(n));
        Dictionary<Node, float[][]> inputs = layers.ToDictionary(n => n, n =>
        {
            int samples = Math.Min(geometry[n].Positions, PositionsPerImage) * indices.Count;
            return Enumerable.Range(0, geometry[n].Groups).Select(_ => new float[samples * geometry[n].Length]).ToArray();
        });
        ILookup<int, Node> byTensor = layers.ToLookup(n => lowered.TensorOf(n.Input(0)));
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), options.Threads);
        QuantizationParameters parameters = new(network.InputDefinition.Scale, network.InputDefinition.ZeroPoint);
        for (int image = 0; image < indices.Count; image++)
        {
            int place = image;
            images.Read(indices[image], parameters, network.Input);
            network.Run((tensor, values) =>
            {
                foreach (Node node in byTensor[tensor])
                    Gather(geometry[node], place, values, inputs[node]);
            });
        }

        return inputs;
    }

    private static void Gather(LayerGeometry geometry, int image, ReadOnlySpan<float> values, float[][] inputs)
    {
        int[] positions = [.. Positions(geometry, image)];
        for (int p = 0; p < positions.Length; p++)
        {
            for (int g = 0; g < inputs.Length; g++)
                geometry.Gather(values, positions[p], g, inputs[g].AsSpan(((image * positions.Length) + p) * geometry.Length, geometry.Length));
        }
    }

    private static IEnumerable<int> Positions(LayerGeometry geometry, int image)
    {
        int count = Math.Min(geometry.Positions, PositionsPerImage);
        return Enumerable.Range(0, count).Select(i => geometry.Position(i, count, image));
    }
}
