namespace Edge.Quantizer.Compression;

/// <summary>Zero-order entropy: the least that a code can take which knows nothing but how often each symbol occurs.</summary>
internal static class ZeroOrder
{
    /// <summary>Of all symbols together, bits: −Σ n·log₂(n / Σ n).</summary>
    /// <param name="counts">How often each symbol occurs.</param>
    public static double Bits(IEnumerable<long> counts)
    {
        long[] all = [.. counts.Where(c => c > 0)];
        double total = all.Sum();
        return all.Sum(c => -c * Math.Log2(c / total));
    }
}
