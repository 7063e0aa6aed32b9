using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>Int8 weights of one layer: symmetric, one scale per output channel, codes in [−127, 127].</summary>
/// <param name="Codes">[output channel, kernel row, kernel column, input channel of the group]; fully connected: [output, input].</param>
/// <param name="Scales">One per output channel, finite and positive.</param>
/// <param name="CoarseBias">Whether biases should be no finer than what shows in the output, or of logits would show in int8: see <see cref="WeightQuantizer.Coarsen"/>.</param>
public sealed record QuantizedWeights(sbyte[] Codes, float[] Scales, bool CoarseBias = false);

public static class WeightQuantizer
{
    /// <summary>Largest |bias code|: leaves half of int32 to the products.</summary>
    private const double BiasLimit = 1 << 30;

    /// <summary>
    /// Rounds weights to the grid with scale max|w| / 127 per output channel. A channel whose bias would leave int32 at scale
    /// input·weight gets a coarser scale; a channel of zeros borrows the layer's largest.
    /// </summary>
    /// <param name="weights">[O, I/g, kH, kW] or [O, I].</param>
    /// <param name="bias">One per output channel.</param>
    /// <param name="inputScale">Scale of the layer's input.</param>
    public static QuantizedWeights PerChannel(Tensor weights, float[] bias, float inputScale)
    {
        float[] scales = new float[weights.Shape[0]];
        Scales(weights.Floats, bias, inputScale, scales);
        return new QuantizedWeights(Codes(weights, scales), scales);
    }

    /// <summary>The scales of <see cref="PerChannel"/>.</summary>
    /// <param name="w">Weights, those of one output channel together.</param>
    /// <param name="bias">One per output channel.</param>
    /// <param name="inputScale">Scale of the layer's input.</param>
    /// <param name="scales">Receives one per output channel.</param>
    public static void Scales(ReadOnlySpan<float> w, ReadOnlySpan<float> bias, float inputScale, Span<float> scales)
    {
        int outputs = scales.Length, perOutput = w.Length / outputs;
        float largest = 0;
        foreach (float v in w)
            largest = MathF.Max(largest, MathF.Abs(v));
        float smallestScale = MathF.Max(largest / 127 / (1 << 20), 1e-30f);

        for (int o = 0; o < outputs; o++)
        {
            float magnitude = 0;
            foreach (float v in w.Slice(o * perOutput, perOutput))
                magnitude = MathF.Max(magnitude, MathF.Abs(v));
            float scale = magnitude > 0 ? magnitude / 127 : largest > 0 ? largest / 127 : 1;
            float forBias = (float)(Math.Abs(bias[o]) / (inputScale * BiasLimit));
            scales[o] = MathF.Max(MathF.Max(scale, forBias), smallestScale);
        }
    }

    /// <inheritdoc cref="PerChannel(Tensor, float[], float)"/>
    /// <param name="node">A convolution or fully connected layer with constant weights and bias.</param>
    public static QuantizedWeights PerChannel(Node node, float inputScale)
    {
        Tensor weights = node.Input(1).Constant!;
        return PerChannel(weights, node.InputOrNull(2)?.Constant?.Floats ?? new float[weights.Shape[0]], inputScale);
    }

    /// <summary>b/(sx·sw[c]) rounded to even.</summary>
    public static int[] Bias(float[] bias, float inputScale, float[] weightScales)
    {
        var codes = new int[bias.Length];
        for (int c = 0; c < codes.Length; c++)
        {
            double code = Math.Round(bias[c] / ((double)inputScale * weightScales[c]), MidpointRounding.ToEven);
            codes[c] = (int)Math.Clamp(code, -BiasLimit, BiasLimit);
        }

        return codes;
    }

    /// <summary>
    /// Rounds bias codes to a power of two that is at most 1/8 of an output step in every channel, so that they end in zeros, which
    /// a compressed package leaves out.
    /// </summary>
    /// <param name="codes">As <see cref="Bias"/> gives them.</param>
    public static void Coarsen(int[] codes, float inputScale, float[] weightScales, float outputScale)
    {
        double step = outputScale / 8.0 / ((double)inputScale * weightScales.Max());
        int zeros = step < 1 ? 0 : (int)Math.Min(Math.Log2(step), Math.Log2(BiasLimit));
        int half = (1 << zeros) >> 1;
        for (int c = 0; c < codes.Length; c++)
            codes[c] = (codes[c] + half) >> zeros << zeros;
    }

    /// <summary>From [O, I, kH, kW] to [O, kH, kW, I]; a matrix [O, I] stays as it is.</summary>
    public static T[] ToChannelsLast<T>(ReadOnlySpan<T> weights, int[] shape)
    {
        var result = new T[weights.Length];
        int outputs = shape[0], inputs = shape[1], taps = weights.Length / Math.Max(1, outputs * inputs);
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int t = 0; t < taps; t++)
                    result[(((o * taps) + t) * inputs) + i] = weights[(((o * inputs) + i) * taps) + t];
            }
        }

        return result;
    }

    private static sbyte[] Codes(Tensor weights, float[] scales)
    {
        int perOutput = weights.Count / scales.Length;
        var codes = new sbyte[weights.Count];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (sbyte)Math.Clamp(MathF.Round(weights.Floats[i] / scales[i / perOutput], MidpointRounding.ToEven), -127, 127);
        return ToChannelsLast<sbyte>(codes, weights.Shape);
    }
}
