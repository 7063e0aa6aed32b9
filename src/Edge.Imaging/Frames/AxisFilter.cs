using Edge.Imaging.Preprocessing;

namespace Edge.Imaging.Frames;

/// <summary>
/// The weights of <see cref="BilinearWeights"/> (Pillow's widening triangle) along one axis of the stored frame, rounded to 15
/// fractional bits. Those of an output sum to 2¹⁵; none exceeds 2¹⁵ − 1, so that a single one is 2¹⁵ − 1.
/// </summary>
internal sealed class AxisFilter
{
    /// <summary>Fractional bits of a weight.</summary>
    public const int FractionBits = 15;

    private readonly int[] _first;
    private readonly short[][] _weights;

    /// <param name="input">Pixels of the input along this axis.</param>
    /// <param name="output">Pixels of the whole output along this axis.</param>
    /// <param name="start">First output pixel wanted.</param>
    /// <param name="length">Output pixels wanted.</param>
    /// <param name="mirrored">Whether the upright axis runs against the stored one: outputs and inputs are reversed.</param>
    public AxisFilter(int input, int output, int start, int length, bool mirrored)
    {
        BilinearWeights exact = new();
        exact.Prepare(input, output, start, length);
        _first = new int[length];
        _weights = new short[length][];
        for (int i = 0; i < length; i++)
        {
            (int first, int count) = (exact.First[i], exact.Counts[i]);
            short[] weights = Round(exact.Weights.Slice(i * exact.Taps, count));
            if (mirrored)
                Array.Reverse(weights);
            int at = mirrored ? length - 1 - i : i;
            _first[at] = mirrored ? input - first - count : first;
            _weights[at] = weights;
        }
    }

    private AxisFilter(int[] first, short[][] weights) => (_first, _weights) = (first, weights);

    /// <summary>Outputs.</summary>
    public int Length => _first.Length;

    /// <summary>Whether an input belongs to at most two outputs, neighbours: so it is where an axis shrinks.</summary>
    public bool OverlapsNeighboursOnly
    {
        get
        {
            bool apart = true;
            for (int i = 2; i < Length; i++)
                apart &= _first[i - 2] + _weights[i - 2].Length <= _first[i];
            return apart;
        }
    }

    /// <summary>First input of all outputs.</summary>
    public int Start => _first[0];

    /// <summary>Behind the last input of all outputs.</summary>
    public int End => _first[^1] + _weights[^1].Length;

    /// <summary>Largest number of inputs of an output.</summary>
    public int Taps => _weights.Max(w => w.Length);

    public int First(int output) => _first[output];

    public ReadOnlySpan<short> Weights(int output) => _weights[output];

    /// <summary>Weight of an input in an output, 0 for those that do not belong to it.</summary>
    public short Weight(int output, int input)
    {
        int tap = output < Length ? input - _first[output] : -1;
        return tap >= 0 && tap < _weights[output].Length ? _weights[output][tap] : (short)0;
    }

    /// <summary>The same filter on samples that 2^<paramref name="shift"/> neighbouring pixels share: their weights are added.</summary>
    /// <param name="offset">Where the filter's pixel 0 lies among the pixels that are counted from the first sample on.</param>
    /// <param name="shift">Binary logarithm of the pixels of a sample; 0 only moves the filter.</param>
    public AxisFilter Fold(int offset, int shift)
    {
        int[] first = new int[Length];
        short[][] weights = new short[Length][];
        for (int i = 0; i < Length; i++)
        {
            int pixel = _first[i] + offset, last = pixel + _weights[i].Length - 1;
            first[i] = pixel >> shift;
            weights[i] = new short[(last >> shift) - first[i] + 1];
            foreach (short weight in _weights[i])
            {
                ref short sum = ref weights[i][(pixel++ >> shift) - first[i]];
                sum = (short)Math.Min(sum + weight, short.MaxValue);
            }
        }

        return new AxisFilter(first, weights);
    }

    private static short[] Round(ReadOnlySpan<int> exact)
    {
        const int Shift = BilinearWeights.FractionBits - FractionBits;
        short[] rounded = new short[exact.Length];
        int rest = 1 << FractionBits, largest = 0;
        for (int t = 0; t < exact.Length; t++)
        {
            int weight = Math.Min((exact[t] + (1 << (Shift - 1))) >> Shift, short.MaxValue);
            rounded[t] = (short)weight;
            rest -= weight;
            if (exact[t] > exact[largest])
                largest = t;
        }

        rounded[largest] = (short)Math.Min(rounded[largest] + rest, short.MaxValue);
        return rounded;
    }
}
