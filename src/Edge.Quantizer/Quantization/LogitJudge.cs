using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>Says how close the logits of an int8 network are to those of the float network, on images set aside for that.</summary>
internal sealed class LogitJudge(ModelGraph graph, ICalibrationSet images, PackageDescription description, int threads)
{
    private readonly Value _logits = PostTrainingQuantizer.LogitsOf(graph);
    private readonly Dictionary<int, float[]> _reference = [];

    /// <summary>Runs the float network, as the graph is now, over the images that will judge.</summary>
    /// <param name="observed">Called after every image.</param>
    public void Prepare(IEnumerable<int> indices, Action observed)
    {
        using var reference = new FloatExecutor(graph, threads);
        var input = Tensor.Zeros(graph.Inputs[0].Shape!);
        foreach (int index in indices)
        {
            images.Read(index, input.Floats);
            reference.Run(input, (value, data) =>
            {
                if (value == _logits)
                    _reference[index] = [.. data.Floats];
            });
            observed();
        }
    }

    /// <summary>Signal to quantization noise ratio of the logits over all judging images, dB.</summary>
    public double LogitSqnr(LoweredModel lowered)
    {
        var noise = new SignalToNoise();
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), threads);
        QuantizationParameters input = new(network.InputDefinition.Scale, network.InputDefinition.ZeroPoint);
        int logits = lowered.Int8Tensors.TryGetValue(_logits, out int int8) ? int8 : lowered.Outputs[0];
        foreach ((int index, float[] expected) in _reference)
        {
            images.Read(index, input, network.Input);
            network.Run((tensor, values) =>
            {
                if (tensor == logits)
                    noise.Add(expected, values);
            });
        }

        return noise.Decibels;
    }
}
