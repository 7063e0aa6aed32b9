using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Gives every channel the mean output that it has in float, layer by layer from the input on, each with the layers before it matched
/// (the empirical bias correction of Nagel et al., "Data-free quantization through weight equalization and bias correction", ICCV 2019,
/// appendix D). Takes back what rounding of weights, rounded inputs behind a ReLU and clipped ranges do together, where
/// <see cref="BiasCorrection"/> knows the weights' part alone. Means are taken behind the activation and over the positions that it
/// does not clip in both networks: what is clipped in both needs no correction. A channel's correction is shrunk by what the images
/// disagree about it (after the positive part of the James-Stein estimator, channel by channel), so that a few odd positions move nothing.
/// </summary>
/// <param name="graph">Float network, as it was quantized.</param>
/// <param name="images">Calibration images.</param>
/// <param name="indices">Those to match on, <see cref="MinImages"/> or more; <see cref="MaxImages"/> of them, spread evenly, where there are more.</param>
/// <param name="description">Of the package.</param>
/// <param name="threads">Threads of every run.</param>
internal sealed class MeanMatching(
    ModelGraph graph, ICalibrationSet images, IReadOnlyList<int> indices, PackageDescription description, int threads)
{
    /// <summary>Fewer images don't show how much they disagree.</summary>
    public const int MinImages = 4;

    /// <summary>More bring little, and every level of layers runs a part of the network over all of them.</summary>
    private const int MaxImages = 64;

    /// <summary>Output positions taken per image, where they fit into <see cref="MaxSamples"/>.</summary>
    private const int MaxPositions = 256;

    /// <summary>Floats that the float network's answers may take.</summary>
    private const long MaxSamples = 1 << 26;

    private readonly int[] _indices =
        indices.Count <= MaxImages ? [.. indices] : [.. Enumerable.Range(0, MaxImages).Select(i => indices[(int)((long)i * indices.Count / MaxImages)])];

    /// <summary>Of every image, what the operators whose biases stay have left for the others; null where none has run yet.</summary>
    private readonly byte[]?[] _states = new byte[Math.Min(indices.Count, MaxImages)][];

    /// <summary>How many these operators are.</summary>
    private int _unchanged;

    /// <summary>Matches a network.</summary>
    /// <param name="start">Whose weights and ranges stay.</param>
    /// <param name="progress">Told of every layer.</param>
    /// <returns>What to add to each layer's bias, per output channel, real values; in place of <paramref name="start"/>'s.</returns>
    public Dictionary<Node, float[]> Run(QuantizedNetwork start, QuantizationProgress? progress)
    {
        var corrections = new Dictionary<Node, float[]>(start.BiasCorrections);
        Node[] layers = [.. graph.Nodes.Where(n => ActivationStatistics.IsWeighted(n) && Int8Forms.FloatReason(n) is null)];
        progress?.Invoke("matching mean outputs", 0, layers.Length);
        int positions = PositionsThatFit(layers);
        Dictionary<Node, float[]> wanted = Answers(layers, positions);
        var open = layers.ToHashSet();
        Array.Clear(_states);
        _unchanged = 0;
        foreach (Node[] level in Levels(layers))
        {
            LoweredModel lowered = Lowering.Lower(graph, start.Plan, corrections, start.Weights);
            Dictionary<Node, Answered> given = Answers(level, open, positions, lowered);
            foreach (Node node in level)
            {
                float[] correction = corrections.TryGetValue(node, out float[]? before) ? [.. before] : new float[Rows(node)];
                float[] missing = Missing(node, wanted[node], given[node]);
                TensorPrimitives.Add(correction, missing, correction);
                corrections[node] = correction;
                open.Remove(node);
                progress?.Invoke("matching mean outputs", layers.Length - open.Count, layers.Length);
            }
        }

        return corrections;
    }

    /// <summary>Layers by the number of layers before them: those of one level do not see each other.</summary>
    private IEnumerable<Node[]> Levels(Node[] layers)
    {
        var weighted = layers.ToHashSet();
        var depths = new Dictionary<Value, int>();
        var levels = new Dictionary<Node, int>();
        foreach (Node node in graph.Nodes)
        {
            int depth = node.Inputs.Max(v => v is null ? 0 : depths.GetValueOrDefault(v));
            if (weighted.Contains(node))
                levels[node] = depth++;
            foreach (Value output in node.Outputs)
                depths[output] = depth;
        }

        return layers.GroupBy(n => levels[n]).OrderBy(g => g.Key).Select(g => g.ToArray());
    }

    private static int Rows(Node node) => node.Output.Shape![^1];

    private static int Positions(Node node) => Tensor.Volume(node.Output.Shape!) / Rows(node);

    private int PositionsThatFit(Node[] layers)
    {
        int positions = MaxPositions;
        while (positions > 1 && layers.Sum(n => (long)Math.Min(positions, Positions(n)) * Rows(n)) * _indices.Length > MaxSamples)
            positions /= 2;
        return positions;
    }

    /// <summary>[image, position, channel] per layer: what the float network answers.</summary>
    private Dictionary<Node, float[]> Answers(Node[] layers, int positions)
    {
        Dictionary<Node, float[]> answers = Room(layers, positions);
        Dictionary<Value, Node> byOutput = layers.ToDictionary(n => n.Output);
        using var reference = new FloatExecutor(graph, threads);
        var input = Tensor.Zeros(graph.Inputs[0].Shape!);
        for (int image = 0; image < _indices.Length; image++)
        {
            int place = image;
            images.Read(_indices[image], input.Floats);
            reference.Run(input, (value, data) =>
            {
                if (byOutput.TryGetValue(value, out Node? node))
                    Sample(data.Floats, Rows(node), place, _indices.Length, answers[node]);
            });
        }

        return answers;
    }

    /// <summary>
    /// The same positions of the int8 network, and between which values its tensors lie. Every run goes on from where the last level's
    /// left the operators whose biases stay.
    /// </summary>
    /// <param name="level">Layers to look at.</param>
    /// <param name="open">Layers whose biases may still change; those of the level among them.</param>
    private Dictionary<Node, Answered> Answers(Node[] level, IEnumerable<Node> open, int positions, LoweredModel lowered)
    {
        Dictionary<Node, float[]> answers = Room(level, positions);
        Dictionary<int, Node> byTensor = level.ToDictionary(n => lowered.TensorOf(n.Output));
        HashSet<int> inputs = [.. open.Select(n => lowered.TensorOf(n.Input(0)))];
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), threads);
        OperatorDefinition[] operators = network.Model.Manifest.Operators;
        int before = _unchanged, end = Array.FindLastIndex(operators, o => byTensor.ContainsKey(o.Outputs[0])) + 1;
        _unchanged = Array.FindIndex(operators, o => o.Inputs.Any(inputs.Contains));
        for (int image = 0; image < _indices.Length; image++)
        {
            int place = image;
            if (_states[image] is { } state)
                network.Restore(before, state);
            else
                images.Read(_indices[image], new QuantizationParameters(network.InputDefinition.Scale, network.InputDefinition.ZeroPoint), network.Input);
            network.Run((_, _) => { }, [], before, _unchanged);
            _states[image] = network.Save(_unchanged);
            network.Run(
                (tensor, values) => Sample(values, Rows(byTensor[tensor]), place, _indices.Length, answers[byTensor[tensor]]), byTensor.Keys, _unchanged, end);
        }

        TensorDefinition[] tensors = network.Model.Manifest.Tensors;
        return byTensor.ToDictionary(t => t.Value, t => new Answered(answers[t.Value], tensors[t.Key]));
    }

    private Dictionary<Node, float[]> Room(Node[] layers, int positions) =>
        layers.ToDictionary(n => n, n => new float[_indices.Length * Math.Min(positions, Positions(n)) * Rows(n)]);

    /// <summary>Copies every channel at some positions of an image to its place among the samples of all images.</summary>
    private static void Sample(ReadOnlySpan<float> nhwc, int rows, int image, int images, float[] samples)
    {
        int positions = nhwc.Length / rows, count = samples.Length / rows / images;
        for (int i = 0; i < count; i++)
        {
            nhwc.Slice(LayerGeometry.Position(i, count, image, positions) * rows, rows)
                .CopyTo(samples.AsSpan(((image * count) + i) * rows));
        }
    }

    /// <summary>What each channel's answers lack on average, shrunk.</summary>
    private float[] Missing(Node node, float[] wanted, Answered given)
    {
        int rows = Rows(node), positions = wanted.Length / rows / _indices.Length;
        float realLow = node.Attributes.Float(OpTypes.FusedLow, float.NegativeInfinity), low = given.Clipped(realLow);
        float realHigh = node.Attributes.Float(OpTypes.FusedHigh, float.PositiveInfinity), high = given.Clipped(realHigh);
        float[] missing = new float[rows];
        double[] perImage = new double[_indices.Length];
        for (int row = 0; row < rows; row++)
        {
            int unclipped = 0;
            for (int image = 0; image < perImage.Length; image++)
            {
                perImage[image] = 0;
                for (int p = 0; p < positions; p++)
                {
                    int sample = (((image * positions) + p) * rows) + row;
                    float y = wanted[sample], q = given.Values[sample];
                    if ((y <= MathF.Max(realLow, low) && q <= low) || (y >= MathF.Min(realHigh, high) && q >= high))
                        continue;
                    perImage[image] += y - q;
                    unclipped++;
                }
            }

            if (unclipped > 0)
                missing[row] = (float)(Shrunk(perImage) / unclipped);
        }

        return missing;
    }

    /// <summary>The sum of terms times 1 − σ²/sum², no less than 0, with σ² the variance of the sum.</summary>
    private static double Shrunk(ReadOnlySpan<double> terms)
    {
        double sum = TensorPrimitives.Sum(terms);
        double variance = (TensorPrimitives.SumOfSquares(terms) - (sum * sum / terms.Length)) * terms.Length / (terms.Length - 1);
        return sum == 0 ? 0 : sum * Math.Max(0, 1 - (variance / (sum * sum)));
    }

    /// <param name="Values">[image, position, channel].</param>
    private sealed record Answered(float[] Values, TensorDefinition Tensor)
    {
        /// <summary>What a bound becomes in this tensor: the closest value that it holds; the bound itself in float32.</summary>
        public float Clipped(float bound) => Tensor.Type == ElementType.Float32
            ? bound
            : Tensor.Scale * (new QuantizationParameters(Tensor.Scale, Tensor.ZeroPoint).Quantize(bound) - Tensor.ZeroPoint);
    }
}
