using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Edge.Imaging.Frames;

/// <summary>
/// The pass along a row: words of the column pass become words of the resized row, (sample − 128) · 256. Sums are exact in 32 bits
/// and rounded once. Outputs are made in groups of eight from blocks of eight inputs; weights that pad a group or a block are 0.
/// </summary>
internal sealed unsafe class RowPass
{
    public const int Group = 8;
    private const int Block = 8;

    /// <summary>One half, in the units of sums.</summary>
    private const int Half = 1 << (AxisFilter.FractionBits - 1);

    private readonly int[] _first;
    private readonly short[] _weights;
    private readonly int _groups, _blocks;

    /// <param name="filter">The weights along the row.</param>
    /// <param name="shift">Added to the filter's inputs: where input 0 lies in the rows.</param>
    public RowPass(AxisFilter filter, int shift)
    {
        _groups = (filter.Length + Group - 1) / Group;
        _blocks = (filter.Taps + Block - 1) / Block;
        _first = GC.AllocateArray<int>(_groups * Group, pinned: true);
        _weights = GC.AllocateArray<short>(_groups * _blocks * Group * Block, pinned: true);
        for (int i = 0; i < filter.Length; i++)
        {
            _first[i] = filter.First(i) + shift;
            ReadOnlySpan<short> weights = filter.Weights(i);
            for (int t = 0; t < weights.Length; t++)
            {
                // Within a block output i stands beside output i + 4: the two halves of a 256-bit register.
                int half = i % Group / 4, pair = i % 4;
                int vector = (((i / Group * _blocks) + (t / Block)) * 4) + pair;
                _weights[(((vector * 2) + half) * Block) + (t % Block)] = weights[t];
            }
        }
    }

    /// <summary>Outputs, padding included.</summary>
    public int Outputs => _groups * Group;

    /// <summary>Inputs behind the last one that may be read.</summary>
    public int Overread => _blocks * Block;

    /// <param name="input">Words of the column pass.</param>
    /// <param name="output"><see cref="Outputs"/> words.</param>
    /// <param name="width">32 and 16 for AVX2, 8 for NEON, 1 for the scalar form.</param>
    public void Run(short* input, short* output, int width)
    {
        fixed (int* first = _first)
        fixed (short* weights = _weights)
        {
            switch (width)
            {
                case 16 or 32:
                    RunAvx2(input, first, weights, output);
                    break;
                case 8:
                    RunNeon(input, first, weights, output);
                    break;
                default:
                    RunScalar(input, first, weights, output);
                    break;
            }
        }
    }

    private void RunScalar(short* input, int* first, short* weight, short* output)
    {
        int* sums = stackalloc int[Group];
        for (int group = 0; group < _groups; group++, first += Group, output += Group)
        {
            new Span<int>(sums, Group).Fill(Half);
            for (int block = 0; block < _blocks; block++)
                for (int pair = 0; pair < 4; pair++)
                    for (int i = pair; i < Group; i += 4)
                        for (int t = 0; t < Block; t++)
                            sums[i] += input[first[i] + (block * Block) + t] * *weight++;
            for (int i = 0; i < Group; i++)
                output[i] = (short)(sums[i] >> AxisFilter.FractionBits);
        }
    }

    private void RunAvx2(short* input, int* first, short* weight, short* output)
    {
        Vector256<int> half = Vector256.Create(Half);
        for (int group = 0; group < _groups; group++, first += Group, output += Group)
        {
            Vector256<int> a = Products(input + first[0], input + first[4], weight);
            Vector256<int> b = Products(input + first[1], input + first[5], weight + 16);
            Vector256<int> c = Products(input + first[2], input + first[6], weight + 32);
            Vector256<int> d = Products(input + first[3], input + first[7], weight + 48);
            weight += Group * Block;
            for (int block = 1; block < _blocks; block++, weight += Group * Block)
            {
                short* from = input + (block * Block);
                a += Products(from + first[0], from + first[4], weight);
                b += Products(from + first[1], from + first[5], weight + 16);
                c += Products(from + first[2], from + first[6], weight + 32);
                d += Products(from + first[3], from + first[7], weight + 48);
            }

            Vector256<int> sums = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
            sums = (sums + half) >> AxisFilter.FractionBits;
            Sse2.PackSignedSaturate(sums.GetLower(), sums.GetUpper()).Store(output);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(short* low, short* high, short* weight) =>
        Avx2.MultiplyAddAdjacent(Vector256.Create(Vector128.Load(low), Vector128.Load(high)), Vector256.Load(weight));

    private void RunNeon(short* input, int* first, short* weight, short* output)
    {
        for (int group = 0; group < _groups; group++, first += Group, output += Group, weight += _blocks * Group * Block)
        {
            RunNeon(input, first, weight).Store(output);
            RunNeon(input, first + 4, weight + Block).Store(output + 4);
        }
    }

    /// <summary>Four outputs, whose weights are every other eight words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector64<short> RunNeon(short* input, int* first, short* weight)
    {
        Vector128<int> a = Products(input + first[0], weight);
        Vector128<int> b = Products(input + first[1], weight + 16);
        Vector128<int> c = Products(input + first[2], weight + 32);
        Vector128<int> d = Products(input + first[3], weight + 48);
        for (int block = 1; block < _blocks; block++)
        {
            input += Block;
            weight += Group * Block;
            a = Accumulate(a, input + first[0], weight);
            b = Accumulate(b, input + first[1], weight + 16);
            c = Accumulate(c, input + first[2], weight + 32);
            d = Accumulate(d, input + first[3], weight + 48);
        }

        Vector128<int> sums = AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(a, b), AdvSimd.Arm64.AddPairwise(c, d));
        return AdvSimd.ShiftRightArithmeticRoundedNarrowingSaturateLower(sums, AxisFilter.FractionBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(short* input, short* weight)
    {
        Vector128<short> x = Vector128.Load(input), w = Vector128.Load(weight);
        return AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningLower(x.GetLower(), w.GetLower()), x, w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Accumulate(Vector128<int> sum, short* input, short* weight)
    {
        Vector128<short> x = Vector128.Load(input), w = Vector128.Load(weight);
        sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, x.GetLower(), w.GetLower());
        return AdvSimd.MultiplyWideningUpperAndAdd(sum, x, w);
    }
}
