using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;

namespace Edge.Quantizer.Compression;

/// <summary>
/// Makes weights cheap to store while they are rounded to int8: pruned ones become 0, those that are 0 already stay so, the others
/// take few different codes per layer. Scales get few digits and biases no more than show in the output, so that these are cheap too.
/// Codebooks lie on the int8 grid of the output channels, so that the device computes with exactly what is stored.
/// </summary>
public sealed record WeightShaping
{
    private const int DroppedBits = 17;

    /// <summary>Of scales that decide how exactly shared values are met.</summary>
    private const int DroppedBitsOfShared = 16;

    /// <summary>Which weights of a layer are 0, in the order of its weights; layers that are missing are not pruned.</summary>
    public IReadOnlyDictionary<Node, bool[]> Pruned { get; init; } = new Dictionary<Node, bool[]>();

    /// <summary>Codebooks have at most 2 to this power values; null shares nothing.</summary>
    public int? Bits { get; init; }

    public CentroidStart Start { get; init; }

    /// <summary>Codes for one layer.</summary>
    /// <param name="node">A layer with weights.</param>
    /// <param name="moments">Of the same node, to let weights make up for each other's errors; null rounds each by itself.</param>
    /// <param name="inputScale">Scale of the layer's int8 input.</param>
    public QuantizedWeights Round(Node node, PatchMoments? moments, float inputScale)
    {
        Tensor weights = node.Input(1).Constant!;
        float[] bias = node.InputOrNull(2)?.Constant?.Floats ?? new float[weights.Shape[0]];
        float[] scales = new float[weights.Shape[0]];
        WeightQuantizer.Scales(weights.Floats, bias, inputScale, scales);
        for (int o = 0; o < scales.Length; o++)
            scales[o] = Coarse(scales[o]);
        float[] real = WeightQuantizer.ToChannelsLast<float>(weights.Floats, weights.Shape);
        bool[] pruned = Pruned.TryGetValue(node, out bool[]? mask) ? WeightQuantizer.ToChannelsLast<bool>(mask, weights.Shape) : new bool[real.Length];
        float[] kept = [.. real];
        for (int i = 0; i < kept.Length; i++)
        {
            pruned[i] |= real[i] == 0;
            kept[i] = pruned[i] ? 0 : real[i];
        }

        // A small share of the mean keeps weights whose inputs were never seen from going anywhere.
        double[] energies = moments is null ? [] : Energies(moments, node.Attributes.Int("group", 1));
        CodeLevels levels = CodeLevels.All;
        if (Bits is { } bits)
        {
            levels = CodeLevels.Shared(kept, scales, energies, bits, Start);
            if (!Pruned.ContainsKey(node) && SharedRows.Find(weights, bits) is { } shared)
                Keep(shared, kept, energies, ref scales, ref levels);
        }

        if (moments is not null)
            return new QuantizedWeights(CompensatedRounding.Round(node, real, scales, moments, inputScale, levels, pruned), scales, CoarseBias: true);
        sbyte[] codes = new sbyte[real.Length];
        int length = real.Length / scales.Length;
        for (int i = 0; i < codes.Length; i++)
            codes[i] = pruned[i] ? (sbyte)0 : levels.Nearest(real[i] / scales[i / length]);
        return new QuantizedWeights(codes, scales, CoarseBias: true);
    }

    /// <summary>E[x²] by place in a row, the mean over all groups.</summary>
    private static double[] Energies(PatchMoments moments, int groups)
    {
        double[] energies = new double[moments.Length];
        for (int g = 0; g < groups; g++)
        {
            double[] group = moments.Diagonal(g);
            for (int i = 0; i < energies.Length; i++)
                energies[i] += group[i] / groups;
        }

        double floor = (0.05 * energies.Average()) + 1e-12;
        return Array.ConvertAll(energies, e => e + floor);
    }

    /// <summary>Keeps values that are shared already, if weights then come out closer than by values and scales of their own.</summary>
    private static void Keep(SharedRows shared, float[] weights, double[] energies, ref float[] scales, ref CodeLevels levels)
    {
        float[] aligned = Aligned(shared);
        CodeLevels known = Levels(shared);
        bool biasesFit = !scales.Zip(aligned).Any(s => s.First > 1.1f * s.Second);
        if (biasesFit && Error(weights, energies, aligned, known) < Error(weights, energies, scales, levels))
            (scales, levels) = (aligned, known);
    }

    private static double Error(float[] weights, double[] energies, float[] scales, CodeLevels levels)
    {
        int length = weights.Length / scales.Length;
        double error = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            float scale = scales[i / length];
            double off = weights[i] == 0 ? 0 : weights[i] - (scale * levels.Nearest(weights[i] / scale));
            error += off * off * (energies.Length == 0 ? 1 : energies[i % length]);
        }

        return error;
    }

    /// <summary>Scales by which the largest shared value has code ±127 in every row.</summary>
    private static float[] Aligned(SharedRows shared) => Array.ConvertAll(
        shared.Factors,
        f => BitConverter.Int32BitsToSingle(
            (BitConverter.SingleToInt32Bits(MathF.Abs(f) / 127) + (1 << (DroppedBitsOfShared - 1))) >> DroppedBitsOfShared << DroppedBitsOfShared));

    /// <summary>Codes of shared values, of both signs where a row's factor turns them round.</summary>
    private static CodeLevels Levels(SharedRows shared)
    {
        sbyte[] codes = Array.ConvertAll(shared.Values, v => (sbyte)MathF.Round(127 * v));
        return new CodeLevels(
            codes.Where(_ => Array.Exists(shared.Factors, f => f > 0)).Concat(
                codes.Where(_ => Array.Exists(shared.Factors, f => f < 0)).Select(c => (sbyte)-c)));
    }

    /// <summary>The next number with six bits behind the leading one: scales that take little more than a byte.</summary>
    private static float Coarse(float scale) =>
        BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(scale) + (1 << DroppedBits) - 1) >> DroppedBits << DroppedBits);
}
