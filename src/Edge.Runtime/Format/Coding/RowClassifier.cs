namespace Edge.Runtime.Format.Coding;

/// <summary>
/// Sorts the rows of a constant into classes whose symbols are distributed alike, by Lloyd's iteration with code length as the
/// distance.
/// </summary>
internal static class RowClassifier
{
    private const int Iterations = 5;

    /// <summary>Share of the whole constant's distribution in that of a class, so that no symbol is impossible.</summary>
    private const double Smoothing = 0.02;

    /// <summary>The class of every row.</summary>
    /// <param name="symbols">Every element's symbol, rows one after the other.</param>
    /// <param name="zero">The symbol of zero.</param>
    public static byte[] Classify(ReadOnlySpan<byte> symbols, int rows, int classes, byte zero)
    {
        int length = symbols.Length / rows;
        int[] counts = new int[rows * 256];
        double[] spread = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            foreach (byte s in symbols.Slice(row * length, length))
            {
                counts[(row * 256) + s]++;
                spread[row] += Math.Abs(s - zero);
            }
        }

        int[] order = new int[rows];
        for (int row = 0; row < rows; row++)
            order[row] = row;
        Array.Sort(spread, order);
        byte[] result = new byte[rows];
        for (int i = 0; i < rows; i++)
            result[order[i]] = (byte)((long)i * classes / rows);
        for (int i = 0; i < Iterations; i++)
            Assign(counts, CodeLengths(counts, result, classes), classes, result);
        return result;
    }

    private static double[] CodeLengths(int[] counts, byte[] assigned, int classes)
    {
        double[] perClass = new double[classes * 256], all = new double[256], totals = new double[classes];
        double total = 0;
        for (int row = 0; row < assigned.Length; row++)
        {
            for (int s = 0; s < 256; s++)
            {
                int count = counts[(row * 256) + s];
                perClass[(assigned[row] * 256) + s] += count;
                all[s] += count;
                totals[assigned[row]] += count;
                total += count;
            }
        }

        double[] lengths = new double[classes * 256];
        for (int i = 0; i < lengths.Length; i++)
        {
            double own = totals[i / 256] > 0 ? perClass[i] / totals[i / 256] : 0;
            lengths[i] = -Math.Log2(((1 - Smoothing) * own) + (Smoothing * all[i % 256] / total) + 1e-9);
        }

        return lengths;
    }

    private static void Assign(int[] counts, double[] lengths, int classes, byte[] assigned)
    {
        for (int row = 0; row < assigned.Length; row++)
        {
            ReadOnlySpan<int> own = counts.AsSpan(row * 256, 256);
            double least = double.PositiveInfinity;
            for (int c = 0; c < classes; c++)
            {
                double bits = 0;
                for (int s = 0; s < 256; s++)
                {
                    if (own[s] > 0)
                        bits += own[s] * lengths[(c * 256) + s];
                }

                if (bits < least)
                    (least, assigned[row]) = (bits, (byte)c);
            }
        }
    }
}
