using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Quantizes by the rules of ONNX Runtime's own static quantization tool (quantize_static: QDQ, per-channel symmetric int8 weights with
/// scale max|w| / 127, asymmetric activations whose range always holds zero, int32 bias at scale input·weight), to compare with: no
/// equalization, no bias correction, weights rounded to the nearest, every range from calibration images. Pools and what only moves
/// elements pass their input's scale on; the inputs of a concat keep their own.
/// </summary>
/// <param name="graph">After the pass pipeline.</param>
/// <param name="images">Calibration images; all of them are used.</param>
/// <param name="threads">Threads of the float network.</param>
internal sealed class OnnxRuntimeRules(ModelGraph graph, ICalibrationSet images, int threads)
{
    /// <summary>Names of the methods on the command line, and whether each takes the entropy range.</summary>
    public static IReadOnlyDictionary<string, bool> Methods { get; } = new Dictionary<string, bool>
    {
        ["onnxruntime-minmax"] = false,
        ["onnxruntime-entropy"] = true,
    };

    /// <summary>Runs the float network over the images and quantizes.</summary>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    /// <param name="progress">Told of every image.</param>
    public QuantizedNetwork Run(string method, QuantizationProgress? progress = null)
    {
        bool entropy = Methods[method];
        var histograms = new Dictionary<Value, OnnxRuntimeHistogram>();
        using (var reference = new FloatExecutor(graph, threads))
        {
            var input = Tensor.Zeros(graph.Inputs[0].Shape!);
            for (int i = 0; i < images.Count; i++)
            {
                images.Read(i, input.Floats);
                Observe(graph.Inputs[0], input);
                reference.Run(input, Observe);
                progress?.Invoke("running the float network", i + 1, images.Count);
            }
        }

        QuantizationPlan plan = QuantizationPlan.Create(
            graph, value => entropy ? histograms[value].Entropy() : histograms[value].MinMax, concatShares: false);
        return new QuantizedNetwork(
            Lowering.Lower(graph, plan, new Dictionary<Node, float[]>(), logits: Logits.None),
            plan,
            new Technique(method, Equalized: false, Compensated: false),
            new Dictionary<Node, float[]>(),
            new Dictionary<Node, QuantizedWeights>(),
            []);

        void Observe(Value value, Tensor data)
        {
            if (value.Type != DataType.Float32)
                return;
            if (!histograms.TryGetValue(value, out OnnxRuntimeHistogram? histogram))
                histograms[value] = histogram = new OnnxRuntimeHistogram();
            histogram.Add(data.Floats.AsSpan(0, data.Count));
        }
    }
}
