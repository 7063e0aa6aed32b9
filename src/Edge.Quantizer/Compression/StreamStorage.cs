using Edge.Runtime.Format;
using Edge.Runtime.Format.Coding;

namespace Edge.Quantizer.Compression;

/// <summary>What one kind of data takes in a compressed package, over all layers.</summary>
/// <param name="Stream">Indices (or codes, where there is no codebook), gaps, or all the rest of the constants.</param>
/// <param name="Symbols">How many there are; of the rest the bytes in the plain package.</param>
/// <param name="Stored">Bytes in this package.</param>
/// <param name="Entropy">
/// Zero-order entropy of every layer's symbols, bytes; of the rest its bytes in the plain package, and those of codebooks. Rows in
/// classes may take less: the code then knows more than how often a symbol occurs in the layer.
/// </param>
public sealed record StreamStorage(string Stream, long Symbols, long Stored, double Entropy)
{
    /// <summary>Adds up to all stored bytes of constants.</summary>
    /// <param name="weights">Indices of the constants that are weights.</param>
    /// <param name="stored">As <see cref="EdgeModel.Storage"/> gives it.</param>
    public static IReadOnlyList<StreamStorage> Of(EdgeModel model, IReadOnlyCollection<int> weights, IReadOnlyList<StoredConstant> stored)
    {
        long indexCount = 0, gapCount = 0, otherBytes = 0;
        double indexBits = 0, gapBits = 0, indexEntropy = 0, gapEntropy = 0, otherEntropy = 0;
        for (int i = 0; i < stored.Count; i++)
        {
            ConstantDefinition definition = model.Manifest.Constants[i];
            ReadOnlySpan<byte> bytes = model.Plain.Span.Slice((int)definition.Offset, (int)definition.Length);
            if (!weights.Contains(i))
            {
                otherBytes += bytes.Length;
                otherEntropy += bytes.Length;
            }
            else if (ConstantPlan.Of(definition, bytes, stored[i]) is { } plan)
            {
                (long[][] indices, long[] gaps) = Counts(plan);
                indexCount += indices.Sum(t => t.Sum());
                gapCount += gaps.Sum();
                indexBits += plan.ValueTables.Sum(t => t.SymbolBits);
                gapBits += plan.GapTables.Sum(t => t.SymbolBits);
                indexEntropy += indices.Sum(ZeroOrder.Bits) / 8;
                gapEntropy += ZeroOrder.Bits(gaps) / 8;
                long codebook = (long)stored[i].Codebook * definition.Type.Size();
                otherBytes += codebook;
                otherEntropy += codebook;
            }
            else
            {
                long[] counts = new long[256];
                foreach (byte b in bytes)
                    counts[b]++;
                indexCount += bytes.Length;
                indexBits += 8.0 * bytes.Length;
                indexEntropy += ZeroOrder.Bits(counts) / 8;
            }
        }

        long indexStored = (long)Math.Ceiling(indexBits / 8), gapStored = (long)Math.Ceiling(gapBits / 8);
        return
        [
            new StreamStorage("indices", indexCount, indexStored, indexEntropy),
            new StreamStorage("gaps", gapCount, gapStored, gapEntropy),
            new StreamStorage("codebooks, code tables, biases, scales", otherBytes, stored.Sum(s => s.Length) - indexStored - gapStored, otherEntropy),
        ];
    }

    /// <summary>How often every symbol occurs, all classes of rows together but every plane of bytes by itself; and every gap.</summary>
    private static (long[][] Indices, long[] Gaps) Counts(ConstantPlan plan)
    {
        long[][] indices = [.. Enumerable.Range(0, plan.Stream.Planes ? 4 : 1).Select(_ => new long[256])];
        long[] gaps = new long[256];
        plan.Visit((gap, _) => gaps[gap]++, (symbol, table) => indices[plan.Stream.Planes ? table : 0][symbol]++);
        return (indices, gaps);
    }
}
