using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>What quantization did to one layer's output.</summary>
/// <param name="Sqnr">Signal to quantization noise ratio in the int8 network, all noise from before included, dB.</param>
/// <param name="RmseSteps">
/// Root mean squared error in quantization steps of this tensor, 1/255 of its calibrated range; 0.29 is pure rounding. Float32 logits
/// are told in the same steps, though they are not rounded.
/// </param>
/// <param name="Saturation">Share of float values beyond the representable range, 0 to 1.</param>
/// <param name="SoleSqnr">
/// Sensitivity: signal-to-noise ratio of the network's logits, dB, when only this layer is int8 and all others are float; null
/// for layers without weights. The lowest one hurts most.
/// </param>
public sealed record LayerNoise(
    string Name, string Operator, double Sqnr, double Cosine, double RmseSteps, double Saturation, double? SoleSqnr);

/// <summary>A class and the probability that a softmax over the logits gives it, 0 to 1.</summary>
/// <param name="Class">Counted behind the label offset.</param>
public readonly record struct ClassAnswer(int Class, double Probability);

/// <summary>What both networks say of one image.</summary>
/// <param name="Index">In the calibration set.</param>
/// <param name="FloatsInInt8">Probability that the int8 network gives the float network's class.</param>
public sealed record ComparedImage(int Index, ClassAnswer Float, ClassAnswer Int8, double FloatsInInt8)
{
    public bool Agrees => Float.Class == Int8.Class;

    /// <summary>What the image shows; null where unknown.</summary>
    public int? Class { get; init; }
}

/// <summary>Compares the int8 network with the float one, layer by layer, on a few calibration images.</summary>
public sealed class LayerReport(ModelGraph graph, ICalibrationSet images, QuantizedNetwork quantized, PackageDescription description, int threads)
{
    private readonly Value _logits = PostTrainingQuantizer.LogitsOf(graph);
    private readonly IReadOnlySet<Node> _sums = Logits.Of(graph).Sums;

    /// <summary>Share of images on which float and int8 name the same class, and the logits' SQNR, dB.</summary>
    public (double Top1Agreement, double LogitSqnr) Agreement { get; private set; }

    /// <summary>Both networks' answers for the images compared.</summary>
    public IReadOnlyList<ComparedImage> Answers { get; private set; } = [];

    /// <summary>Every int8 layer, the most sensitive first, then by SQNR.</summary>
    /// <param name="count">Images to compare on.</param>
    /// <param name="sensitivityImages">Images per layer for the sensitivity; 0 leaves it out.</param>
    public IReadOnlyList<LayerNoise> Run(int count, int sensitivityImages, QuantizationProgress? progress = null)
    {
        count = Math.Min(count, images.Count);
        sensitivityImages = Math.Min(sensitivityImages, count);
        LoweredModel lowered = quantized.Lowered;
        var reported = graph.Nodes.Where(n => lowered.Int8Tensors.ContainsKey(n.Output) || GivesSums(n)).ToDictionary(n => lowered.TensorOf(n.Output));
        var noise = reported.Keys.ToDictionary(t => t, _ => new SignalToNoise());
        var logits = new List<float[]>();
        var logitNoise = new SignalToNoise();
        var answers = new List<ComparedImage>();

        using var reference = new FloatExecutor(graph, threads);
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), threads);
        int logitTensor = lowered.TensorOf(_logits);
        float[] input = new float[Tensor.Volume(graph.Inputs[0].Shape!)];
        for (int i = 0; i < count; i++)
        {
            var floats = new Dictionary<Value, float[]>();
            images.Read(i, input);
            reference.Run(new Tensor(graph.Inputs[0].Shape!, input), (value, data) => floats[value] = [.. data.Floats]);
            float[] logitsHere = floats[_logits];
            float[] int8Logits = [];
            logits.Add(logitsHere);

            images.Read(i, quantized.Plan[graph.Inputs[0]], network.Input);
            network.Run((tensor, values) =>
            {
                if (tensor == logitTensor)
                {
                    logitNoise.Add(logitsHere, values);
                    int8Logits = [.. values];
                }

                if (!reported.TryGetValue(tensor, out Node? node))
                    return;
                ReadOnlySpan<float> real = floats[node.Output];
                ValueRange range = quantized.Plan[node.Output].Range;
                noise[tensor].Add(real, values);
                if (lowered.Int8Tensors.ContainsKey(node.Output))
                    noise[tensor].AddSaturation(real, range.Low, range.High);
            });
            answers.Add(Compare(i, logitsHere, int8Logits));
            progress?.Invoke("comparing layers", i + 1, count);
        }

        Answers = answers;
        Agreement = ((double)answers.Count(a => a.Agrees) / count, logitNoise.Decibels);
        Dictionary<Node, double> sensitivity = Sensitivity(logits, sensitivityImages, progress);
        return [.. reported
            .Select(p => Describe(p.Value, noise[p.Key], sensitivity))
            .OrderBy(l => l.SoleSqnr ?? double.PositiveInfinity).ThenBy(l => l.Sqnr)];
    }

    /// <summary>Whether the node computes float32 logits from int8.</summary>
    private bool GivesSums(Node node) =>
        _sums.Contains(node) && !quantized.Plan.FloatNodes.Contains(node) && quantized.Lowered.Int8Tensors.ContainsKey(node.Input(0));

    private ComparedImage Compare(int index, float[] floatLogits, float[] int8Logits)
    {
        double[] real = Probabilities(floatLogits.AsSpan(description.LabelOffset)), rounded = Probabilities(int8Logits.AsSpan(description.LabelOffset));
        int expected = ArgMax(floatLogits.AsSpan(description.LabelOffset)), actual = ArgMax(int8Logits.AsSpan(description.LabelOffset));
        return new ComparedImage(index, new ClassAnswer(expected, real[expected]), new ClassAnswer(actual, rounded[actual]), rounded[expected]);
    }

    private static double[] Probabilities(ReadOnlySpan<float> logits)
    {
        double largest = logits[ArgMax(logits)], sum = 0;
        double[] result = new double[logits.Length];
        for (int i = 0; i < result.Length; i++)
            sum += result[i] = Math.Exp(logits[i] - largest);
        return Array.ConvertAll(result, r => r / sum);
    }

    /// <summary>Index of the largest score; the first of equals.</summary>
    public static int ArgMax(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }

        return best;
    }

    private LayerNoise Describe(Node node, SignalToNoise noise, Dictionary<Node, double> sensitivity) => new(
        node.Output.Name,
        node.OpType,
        noise.Decibels,
        noise.Cosine,
        noise.Rmse / quantized.Plan[node.Output].Scale,
        noise.Saturation,
        sensitivity.TryGetValue(node, out double sole) ? sole : null);

    private Dictionary<Node, double> Sensitivity(List<float[]> logits, int count, QuantizationProgress? progress)
    {
        var result = new Dictionary<Node, double>();
        List<Node> layers = [.. graph.Nodes.Where(n => ActivationStatistics.IsWeighted(n) && !quantized.Plan.FloatNodes.Contains(n))];
        if (count == 0)
            return result;
        foreach (Node layer in layers)
        {
            QuantizationPlan only = quantized.Plan.WithFloat(graph.Nodes.Where(n => n != layer));
            LoweredModel lowered = Lowering.Lower(graph, only, quantized.OwnCorrections, quantized.Weights);
            using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), threads);
            int tensor = lowered.FloatTensors.TryGetValue(_logits, out int real) ? real : lowered.Int8Tensors[_logits];
            var noise = new SignalToNoise();
            for (int i = 0; i < count; i++)
            {
                images.Read(i, only[graph.Inputs[0]], network.Input);
                float[] expected = logits[i];
                network.Run((_, values) => noise.Add(expected, values), [tensor]);
            }

            result[layer] = noise.Decibels;
            progress?.Invoke("measuring sensitivity", result.Count, layers.Count);
        }

        return result;
    }
}
