using Edge.Runtime.Format;

namespace Edge.Quantizer.Compression;

/// <summary>What a layer's weights take after every stage, bytes.</summary>
/// <param name="Weights">Number of weights.</param>
/// <param name="Density">Share that is not 0.</param>
/// <param name="Distinct">Different values, 0 included.</param>
/// <param name="Float">As float32.</param>
/// <param name="Plain">In a plain package: int8, or float32 where the layer is.</param>
/// <param name="Pruned">Gaps of 4 bits, and the weights that are left as they are; no more than <paramref name="Plain"/>.</param>
/// <param name="Shared">The same with codebook indices of a fixed number of bits.</param>
/// <param name="Stored">In this package.</param>
/// <param name="Entropy">Zero-order entropy of indices (or codes) and gaps, and the codebook.</param>
/// <param name="Coding">Layout and coder.</param>
public sealed record LayerStorage(
    string Layer, int Weights, double Density, int Distinct, long Float, long Plain, long Pruned, long Shared, long Stored, double Entropy, string Coding)
{
    public double BitsPerWeight => 8.0 * Stored / Weights;
}

/// <summary>Where the bytes of a package are.</summary>
/// <param name="Others">Stored bytes of biases, scales and tables.</param>
/// <param name="Manifest">Stored bytes of header, manifest and padding.</param>
/// <param name="Streams">The constants again, by kind; empty for a plain package.</param>
public sealed record StorageSummary(IReadOnlyList<LayerStorage> Layers, long Others, long Manifest, long Total, IReadOnlyList<StreamStorage> Streams)
{
    /// <param name="stored">As <see cref="EdgeModel.Storage"/> gives it; null for a plain package.</param>
    public static StorageSummary Of(EdgeModel model, IReadOnlyList<StoredConstant>? stored)
    {
        var layers = new List<LayerStorage>();
        var seen = new HashSet<int>();
        foreach (OperatorDefinition op in model.Manifest.Operators)
        {
            int weights = WeightConstants.Of(op).Weights;
            if (weights >= 0 && seen.Add(weights))
                layers.Add(Layer(model, op.Name, weights, stored?[weights]));
        }

        long constants = stored?.Sum(s => s.Length) ?? model.Manifest.Constants.Sum(c => c.Length), inLayers = layers.Sum(l => l.Stored);
        IReadOnlyList<StreamStorage> streams = stored is null ? [] : StreamStorage.Of(model, seen, stored);
        return new StorageSummary(layers, constants - inLayers, model.FileLength - constants, model.FileLength, streams);
    }

    private static LayerStorage Layer(EdgeModel model, string name, int index, StoredConstant? stored)
    {
        ConstantDefinition definition = model.Manifest.Constants[index];
        int size = definition.Type == ElementType.Int8 ? 1 : 4, count = (int)definition.Length / size;
        var counts = new Dictionary<int, int>();
        long[] gaps = new long[16];
        int run = 0;
        for (int i = 0; i < count; i++)
        {
            int bits = size == 1 ? model.Constant<sbyte>(index)[i] : BitConverter.SingleToInt32Bits(model.Constant<float>(index)[i]);
            counts[bits] = counts.GetValueOrDefault(bits) + 1;
            if (bits == 0)
            {
                run++;
                continue;
            }

            gaps[15] += run / 15;
            gaps[run % 15]++;
            run = 0;
        }

        int zeros = counts.GetValueOrDefault(0), kept = count - zeros, values = counts.Count - (zeros > 0 ? 1 : 0);
        long plain = definition.Length, gapBytes = (gaps.Sum() + 1) / 2, pruned = Math.Min(plain, gapBytes + ((long)kept * size));
        bool sparse = pruned < plain;
        int symbols = sparse ? values : counts.Count, indexBits = Math.Max(1, (int)Math.Ceiling(Math.Log2(Math.Max(2, symbols))));
        long codebook = (long)symbols * size;
        long shared = Math.Min(pruned, (sparse ? gapBytes : 0) + ((((long)(sparse ? kept : count) * indexBits) + 7) / 8) + codebook);
        double dense = ZeroOrder.Bits(counts.Values.Select(c => (long)c)) / 8;
        double relative = (ZeroOrder.Bits(counts.Where(c => c.Key != 0).Select(c => (long)c.Value)) + ZeroOrder.Bits(gaps)) / 8;
        return new LayerStorage(
            name, count, (double)kept / count, counts.Count, 4L * count, plain, pruned, shared, stored?.Length ?? plain,
            Math.Min(dense, relative) + (size == 4 ? codebook : 0),
            stored is null ? "plain" : $"{stored.Layout} {stored.Coder}{(stored.Classes > 1 ? $" x{stored.Classes}" : "")}".Trim().ToLowerInvariant());
    }
}
