using System.Runtime.Intrinsics;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Weights, biases and multipliers for <see cref="Winograd4x4Neon"/>.</summary>
/// <remarks>
/// <para>F(4, 3) computes y = Aᵀ·[(G·g) ⊙ (Bᵀ·d)], in two dimensions with every matrix on both sides. Bᵀ and Aᵀ are
/// integers:</para>
/// <code>
/// Bᵀ = 4  0 −5  0  1  0      24·G =  6  0  0     Aᵀ = 1  1  1  1  1  0
///      0 −4 −4  1  1  0             −4 −4 −4          0  1 −1  2 −2  0
///      0  4 −4 −1  1  0             −4  4 −4          0  1  1  4  4  0
///      0 −2 −1  2  1  0              1  2  4          0  1 −1  8 −8  1
///      0  2 −1 −2  1  0              1 −2  4
///      0  4  0 −5  0  1              0  0 24
/// </code>
/// <para>With 24·G for G every sum is 24² = 576 times the convolution's. Here the last row is 0 0 12 and the last column of Aᵀ
/// twice as large, which is the same.</para>
/// <para>int16 holds every operand: the magnitudes in a row of Bᵀ add up to 10 at most, so those of the values to 10²·128 =
/// 12,800; those in a row of G to 12 here, so the weights to 12²·127 = 18,288.</para>
/// <para>Products are added, and sums transformed, in 32 bits that wrap around: the identity above is one of integers, so it
/// holds modulo 2³². What comes out is 576·y mod 2³². Multiplied by the inverse of 9 modulo 2³² it is 64·y mod 2³², and its upper
/// 26 bits are y mod 2²⁶: y itself where |y| &lt; 2²⁵, which <see cref="IsExact"/> proves from the weights.</para>
/// </remarks>
internal readonly unsafe struct WinogradWeights
{
    /// <summary>What the sums are larger than the convolution's: 24².</summary>
    public const int Scale = 576;

    /// <summary>9 · this = 1 modulo 2³².</summary>
    public const int InverseOf9 = 0x38E38E39;

    /// <summary>576 = 9 · 2⁶.</summary>
    public const int Shift = 6;

    private const int Points = Winograd4x4Neon.Points, Channels = Winograd4x4Neon.Channels, Step = Winograd4x4Neon.DepthStep;
    private readonly short* _data;
    private readonly nint _blockSize;

    public WinogradWeights(in ConvProblem problem, PreparationContext context)
    {
        int inputs = problem.GroupInputs, depth = (inputs + Step - 1) / Step * Step;
        BlocksPerGroup = (problem.GroupOutputs + Channels - 1) / Channels;
        int blocks = problem.Groups * BlocksPerGroup;
        _blockSize = (nint)Points * depth * Channels;
        _data = (short*)context.Allocate((nuint)(blocks * _blockSize * sizeof(short)));
        Bias = (int*)context.Allocate((nuint)(blocks * Channels * sizeof(int)));
        Multipliers = (float*)context.Allocate((nuint)(blocks * Channels * sizeof(float)));
        Span<short> taps = stackalloc short[9 * Step];
        for (int output = 0; output < problem.OutputChannels; output++)
        {
            int inGroup = output % problem.GroupOutputs;
            int block = (output / problem.GroupOutputs * BlocksPerGroup) + (inGroup / Channels), channel = inGroup % Channels;
            Bias[(block * Channels) + channel] = unchecked(Scale * problem.FoldedBias(output, flip: 0));
            Multipliers[(block * Channels) + channel] = problem.Multiplier(output);
            for (int first = 0; first < inputs; first += Step)
            {
                int count = Math.Min(Step, inputs - first);
                taps.Clear();
                for (int tap = 0; tap < 9; tap++)
                {
                    ReadOnlySpan<sbyte> source = problem.Weights.Slice((((output * 9) + tap) * inputs) + first, count);
                    for (int i = 0; i < count; i++)
                        taps[(tap * Step) + i] = source[i];
                }

                Transform(taps, Block(block) + (first * Channels) + channel, (nint)depth * Channels);
            }
        }
    }

    /// <summary>[block][channel], the input's zero point folded in, times <see cref="Scale"/>.</summary>
    public int* Bias { get; }

    /// <summary>[block][channel].</summary>
    public float* Multipliers { get; }

    public int BlocksPerGroup { get; }

    /// <summary>[point][input channel][output channel] of a block.</summary>
    public short* Block(int block) => _data + (block * _blockSize);

    /// <summary>
    /// Whether every sum fits 26 bits whatever the input: |bias| + 128·Σ|w| &lt; 2²⁵ for every output channel, the zero point's
    /// share being part of the bias.
    /// </summary>
    public static bool IsExact(in ConvProblem problem)
    {
        int length = problem.KernelSize * problem.GroupInputs;
        for (int output = 0; output < problem.OutputChannels; output++)
        {
            long sum = 0, magnitudes = 0;
            foreach (sbyte w in problem.Weights.Slice(output * length, length))
            {
                sum += w;
                magnitudes += Math.Abs((int)w);
            }

            if (Math.Abs(problem.Bias[output] - (problem.InputZeroPoint * sum)) + (128 * magnitudes) >= 1 << 25)
                return false;
        }

        return true;
    }

    /// <summary>G·g·Gᵀ for eight input channels, scaled as the class says.</summary>
    /// <param name="taps">[row][column][input channel].</param>
    /// <param name="to">First point's weight of the first input channel.</param>
    /// <param name="stride">From one point to the next.</param>
    private static void Transform(ReadOnlySpan<short> taps, short* to, nint stride)
    {
        Vector128<short>* rows = stackalloc Vector128<short>[6 * 3], points = stackalloc Vector128<short>[6];
        for (int x = 0; x < 3; x++)
        {
            Transform(
                Vector128.Create(taps[(x * Step)..]),
                Vector128.Create(taps[((3 + x) * Step)..]),
                Vector128.Create(taps[((6 + x) * Step)..]),
                rows + x,
                3);
        }

        for (int y = 0; y < 6; y++)
        {
            Transform(rows[(y * 3) + 0], rows[(y * 3) + 1], rows[(y * 3) + 2], points, 1);
            for (int x = 0; x < 6; x++)
            {
                for (int i = 0; i < Step; i++)
                    to[i * Channels] = points[x].GetElement(i);
                to += stride;
            }
        }
    }

    private static void Transform(Vector128<short> g0, Vector128<short> g1, Vector128<short> g2, Vector128<short>* to, int stride)
    {
        Vector128<short> outer = g0 + g2, weighted = g0 + (g2 << 2), twice = g1 << 1;
        to[0] = (g0 << 2) + (g0 << 1);
        to[1 * stride] = -((outer + g1) << 2);
        to[2 * stride] = -((outer - g1) << 2);
        to[3 * stride] = weighted + twice;
        to[4 * stride] = weighted - twice;
        to[5 * stride] = (g2 << 3) + (g2 << 2);
    }
}
