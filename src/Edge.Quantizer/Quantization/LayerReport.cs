using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>What quantization did to one layer's output.</summary>
/// <param name="Sqnr">Signal to quantization noise ratio in the int8 network, all noise from before included, dB.</param>
/// <param name="RmseSteps">Root mean squared error in quantization steps of this tensor; 0.29 is pure rounding.</param>
/// <param name="Saturation">Share of float values beyond the representable range, 0 to 1.</param>
/// <param name="SoleSqnr">
/// Sensitivity: signal-to-noise ratio of the network's logits, dB, when only this layer is int8 and all others are float; null
/// for layers without weights. The lowest one hurts most.
/// </param>
public sealed record LayerNoise(
    string Name, string Operator, double Sqnr, double Cosine, double RmseSteps, double Saturation, double? SoleSqnr);

/// <summary>Compares the int8 network with the float one, layer by layer, on a few calibration images.</summary>
public sealed class LayerReport(ModelGraph graph, ICalibrationSet images, QuantizedNetwork quantized, PackageDescription description, int threads)
{
    private readonly Value _logits = PostTrainingQuantizer.LogitsOf(graph);

    /// <summary>Share of images on which float and int8 name the same class, and the logits' SQNR, dB.</summary>
    public (double Top1Agreement, double LogitSqnr) Agreement { get; private set; }

    /// <summary>Every int8 layer, the most sensitive first, then by SQNR.</summary>
    /// <param name="count">Images to compare on.</param>
    /// <param name="sensitivityImages">Images per layer for the sensitivity; 0 leaves it out.</param>
    public IReadOnlyList<LayerNoise> Run(int count, int sensitivityImages, QuantizationProgress? progress = null)
    {
        count = Math.Min(count, images.Count);
        sensitivityImages = Math.Min(sensitivityImages, count);
        LoweredModel lowered = quantized.Lowered;
        var reported = graph.Nodes.Where(n => lowered.Int8Tensors.ContainsKey(n.Output)).ToDictionary(n => lowered.Int8Tensors[n.Output]);
        var noise = reported.Keys.ToDictionary(t => t, _ => new SignalToNoise());
        var logits = new List<float[]>();
        var logitNoise = new SignalToNoise();
        int agree = 0;

        using var reference = new FloatExecutor(graph, threads);
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), threads);
        int logitTensor = lowered.TensorOf(_logits);
        float[] input = new float[Tensor.Volume(graph.Inputs[0].Shape!)];
        for (int i = 0; i < count; i++)
        {
            var floats = new Dictionary<Value, float[]>();
            images.Read(i, input);
            float[] scores = reference.Run(new Tensor(graph.Inputs[0].Shape!, input), (value, data) => floats[value] = [.. data.Floats]).Floats;
            float[] logitsHere = floats[_logits];
            logits.Add(logitsHere);

            images.Read(i, quantized.Plan[graph.Inputs[0]], network.Input);
            network.Run((tensor, values) =>
            {
                if (tensor == logitTensor)
                    logitNoise.Add(logitsHere, values);
                if (!reported.TryGetValue(tensor, out Node? node))
                    return;
                ReadOnlySpan<float> real = floats[node.Output];
                ValueRange range = quantized.Plan[node.Output].Range;
                noise[tensor].Add(real, values);
                noise[tensor].AddSaturation(real, range.Low, range.High);
            });
            agree += ArgMax(scores) == ArgMax(network.Scores) ? 1 : 0;
            progress?.Invoke("comparing layers", i + 1, count);
        }

        Agreement = ((double)agree / count, logitNoise.Decibels);
        Dictionary<Node, double> sensitivity = Sensitivity(logits, sensitivityImages, progress);
        return [.. reported
            .Select(p => Describe(p.Value, noise[p.Key], sensitivity))
            .OrderBy(l => l.SoleSqnr ?? double.PositiveInfinity).ThenBy(l => l.Sqnr)];
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
            LoweredModel lowered = Lowering.Lower(graph, only, quantized.BiasCorrections, quantized.Weights);
            using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), threads);
            int tensor = lowered.FloatTensors.TryGetValue(_logits, out int real) ? real : lowered.Int8Tensors[_logits];
            var noise = new SignalToNoise();
            for (int i = 0; i < count; i++)
            {
                images.Read(i, only[graph.Inputs[0]], network.Input);
                float[] expected = logits[i];
                network.Run((t, values) =>
                {
                    if (t == tensor)
                        noise.Add(expected, values);
                });
            }

            result[layer] = noise.Decibels;
            progress?.Invoke("measuring sensitivity", result.Count, layers.Count);
        }

        return result;
    }
}
