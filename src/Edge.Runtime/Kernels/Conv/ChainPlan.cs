namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Which steps of <see cref="Gemm2x8Neon"/> may add four products in an int16 lane instead of two.
/// </summary>
/// <remarks>
/// A step is 16 input channels: lane l of eight gets the products of channels l and l + 8. Two always fit:
/// 2·128·127 = 32,512 &lt; 2¹⁵. Two neighbouring steps make four products, whose sum has a magnitude of at most 128·Σ|w| over
/// the lane's four weights; where that Σ|w| is at most 255 in every lane of every channel of the block it is at most 32,640.
/// Only the whole sum counts, because int16 additions wrap around. In a tap that has a step without such a neighbour the pairs
/// come first, so that one loop does all pairs and one the rest.
/// </remarks>
internal static unsafe class ChainPlan
{
    /// <summary>Input channels of a step.</summary>
    public const int Step = 16;

    private const int LargestWeights = 255;

    /// <summary>Numbers that a plan may need.</summary>
    public static int Length(int taps, int steps) => taps * (2 + steps);

    /// <summary>Orders a block's weights, [tap][step][channel][16], and writes its plan.</summary>
    /// <param name="plan">
    /// For each tap: how many pairs, how many single steps, then the first input channel of each pair and of each single step.
    /// </param>
    public static void Make(sbyte* weights, int taps, int steps, int channels, int* plan)
    {
        int bytes = channels * Step;
        var ordered = new sbyte[steps * bytes];
        var singles = new List<int>();
        for (int tap = 0; tap < taps; tap++, weights += steps * bytes)
        {
            singles.Clear();
            int* counts = plan;
            plan += 2;
            int place = 0;

            // Taking every pair as soon as it appears takes the most there are: they lie on a line.
            for (int step = 0; step < steps; step++)
            {
                if (step + 1 == steps || !Fits(weights + (step * bytes), bytes))
                {
                    singles.Add(step);
                    continue;
                }

                new ReadOnlySpan<sbyte>(weights + (step * bytes), 2 * bytes).CopyTo(ordered.AsSpan(place));
                place += 2 * bytes;
                *plan++ = step * Step;
                step++;
            }

            counts[0] = (steps - singles.Count) / 2;
            counts[1] = singles.Count;
            foreach (int step in singles)
            {
                new ReadOnlySpan<sbyte>(weights + (step * bytes), bytes).CopyTo(ordered.AsSpan(place));
                place += bytes;
                *plan++ = step * Step;
            }

            ordered.CopyTo(new Span<sbyte>(weights, ordered.Length));
        }
    }

    /// <summary>Whether a step and the next one fit together.</summary>
    private static bool Fits(sbyte* weights, int stepBytes)
    {
        for (int i = 0; i < stepBytes; i += Step)
        {
            for (int lane = i; lane < i + 8; lane++)
            {
                int sum = Math.Abs((int)weights[lane]) + Math.Abs((int)weights[lane + 8])
                    + Math.Abs((int)weights[stepBytes + lane]) + Math.Abs((int)weights[stepBytes + lane + 8]);
                if (sum > LargestWeights)
                    return false;
            }
        }

        return true;
    }
}
