using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Which steps of <see cref="Gemm2x8Neon"/> share their int16 lanes, so that a lane adds four products instead of two.
/// </summary>
/// <remarks>
/// A step is 16 input channels: lane l of eight gets the products of channels l and l + 8. Two always fit:
/// 2·128·127 = 32,512 &lt; 2¹⁵. Two steps make four products, whose sum has a magnitude of at most 128·Σ|w| over the lane's
/// four weights; where that Σ|w| is at most 255 in every lane of every channel of the block it is at most 32,640.
/// Only the whole sum counts, because int16 additions wrap around.
/// </remarks>
internal static unsafe class ChainPlan
{
    /// <summary>Input channels of a step.</summary>
    public const int Step = 16;

    private const int Lanes = 8;

    /// <summary>Numbers that a plan needs.</summary>
    public static int Length(int taps, int steps) => taps * (2 + steps);

    /// <summary>
    /// Orders a block's weights, [tap][step][channel][16], and writes its plan. Within a tap the pairs come first, so that one
    /// loop does all pairs and one the rest.
    /// </summary>
    /// <param name="channels">A multiple of 2.</param>
    /// <param name="plan">
    /// For each tap: how many pairs, how many single steps, then the first input channels of both steps of each pair and of each
    /// single step.
    /// </param>
    public static void Make(sbyte* weights, int taps, int steps, int channels, int* plan)
    {
        int bytes = channels * Step;
        var ordered = new sbyte[steps * bytes];
        var order = new int[steps];
        for (int tap = 0; tap < taps; tap++, weights += steps * bytes)
        {
            int pairs = Pair(LaneSums(weights, steps, channels), order);
            *plan++ = pairs;
            *plan++ = steps - (2 * pairs);
            for (int i = 0; i < steps; i++)
            {
                *plan++ = order[i] * Step;
                new ReadOnlySpan<sbyte>(weights + (order[i] * bytes), bytes).CopyTo(ordered.AsSpan(i * bytes));
            }

            ordered.CopyTo(new Span<sbyte>(weights, ordered.Length));
        }
    }

    /// <summary>Finds pairs of steps: those that fit few others choose first, and take what fits few others.</summary>
    /// <param name="sums">[step][lane].</param>
    /// <param name="order">The pairs' steps, then all others, these in ascending order.</param>
    /// <returns>The number of pairs.</returns>
    private static int Pair(byte[][] sums, int[] order)
    {
        int steps = sums.Length, pairs = 0;
        var partners = new int[steps];
        for (int a = 0; a < steps; a++)
        {
            for (int b = a + 1; b < steps; b++)
            {
                if (Fit(sums[a], sums[b]))
                {
                    partners[a]++;
                    partners[b]++;
                }
            }
        }

        var byPartners = new int[steps];
        for (int step = 0; step < steps; step++)
            byPartners[step] = step;
        Array.Sort(byPartners, (a, b) => partners[a] != partners[b] ? partners[a].CompareTo(partners[b]) : a.CompareTo(b));
        var free = new bool[steps];
        Array.Fill(free, true);
        foreach (int a in byPartners)
        {
            foreach (int b in free[a] && partners[a] > 0 ? byPartners : [])
            {
                if (a == b || !free[b] || !Fit(sums[a], sums[b]))
                    continue;
                free[a] = free[b] = false;
                order[2 * pairs] = a;
                order[(2 * pairs) + 1] = b;
                pairs++;
                break;
            }
        }

        for (int step = 0, place = 2 * pairs; step < steps; step++)
        {
            if (free[step])
                order[place++] = step;
        }

        return pairs;
    }

    /// <summary>Whether no lane's sums add up to more than 255, that is, overflow a byte.</summary>
    private static bool Fit(byte[] a, byte[] b)
    {
        for (int i = 0; i < a.Length; i += Vector128<byte>.Count)
        {
            if (Vector128.LessThanAny(~Vector128.Create(a, i), Vector128.Create(b, i)))
                return false;
        }

        return true;
    }

    /// <summary>|w[l]| + |w[l + 8]|, at most 254, for each lane l of every channel of every step.</summary>
    private static byte[][] LaneSums(sbyte* weights, int steps, int channels)
    {
        var sums = new byte[steps][];
        for (int step = 0; step < steps; step++)
        {
            sums[step] = new byte[channels * Lanes];
            for (int i = 0; i < sums[step].Length; i++)
            {
                sbyte* w = weights + (((step * channels) + (i / Lanes)) * Step) + (i % Lanes);
                sums[step][i] = (byte)(Math.Abs((int)w[0]) + Math.Abs((int)w[Lanes]));
            }
        }

        return sums;
    }
}
