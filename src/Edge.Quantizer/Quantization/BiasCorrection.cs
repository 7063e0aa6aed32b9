using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Bias correction (Nagel et al., "Data-free quantization through weight equalization and bias correction", ICCV 2019,
/// section 4.2, with means measured on calibration images instead of derived): rounding the weights shifts the mean output of a
/// channel; the bias takes the shift back. Before its activation a layer is linear, so the shift follows exactly from the mean
/// input of every kernel tap: (W − Ŵ)·E[x].
/// </summary>
public static class BiasCorrection
{
    /// <summary>What has to be added to the bias of one layer, per output channel, in real values.</summary>
    /// <param name="node">A layer with weights.</param>
    /// <param name="means">E[x] per [kernel row, kernel column, input channel], from <see cref="TapMeans"/>.</param>
    /// <param name="quantized">What the weights were rounded to.</param>
    public static float[] Of(Node node, double[] means, QuantizedWeights quantized)
    {
        Tensor weights = node.Input(1).Constant!;
        int outputs = weights.Shape[0], perOutput = weights.Count / outputs;
        int taps = weights.Rank == 4 ? weights.Shape[2] * weights.Shape[3] : 1;
        int groups = node.Attributes.Int("group", 1);
        float[] channelsLast = WeightQuantizer.ToChannelsLast<float>(weights.Floats, weights.Shape);

        double[] shift = TapMeans.Project(
            means, taps, outputs, groups, (o, i) => channelsLast[(o * perOutput) + i] - ((double)quantized.Scales[o] * quantized.Codes[(o * perOutput) + i]));
        return Array.ConvertAll(shift, s => (float)s);
    }
}
