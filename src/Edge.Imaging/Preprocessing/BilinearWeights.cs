namespace Edge.Imaging.Preprocessing;

/// <summary>
/// Weights of Pillow's widening bilinear filter along one axis, for the outputs of a window: a triangle of half-width
/// max(1, input / output) input pixels around each output's centre, normalised to sum 1, in fixed point
/// (precompute_coeffs and normalize_coeffs_8bpc of Pillow's Resample.c).
/// </summary>
internal sealed class BilinearWeights
{
    /// <summary>Fractional bits of a weight; 8 bits of pixel and 2 of headroom fill the 32.</summary>
    public const int FractionBits = 32 - 8 - 2;

    private double[] _exact = [];
    private int[] _weights = [];
    private int[] _first = [];
    private int[] _counts = [];
    private (int Input, int Output, int Start, int Length) _prepared;

    /// <summary>Weights stored per output; the first <see cref="Counts"/>[i] are used, the others are 0.</summary>
    public int Taps { get; private set; }

    /// <summary>Length · <see cref="Taps"/> weights.</summary>
    public ReadOnlySpan<int> Weights => _weights;

    /// <summary>First input pixel of each output in the window.</summary>
    public ReadOnlySpan<int> First => _first;

    /// <summary>Input pixels of each output in the window, at least 1.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>Computes the weights, unless they are the ones of the last call. Allocates only to grow.</summary>
    /// <param name="input">Pixels of the input along this axis.</param>
    /// <param name="output">Pixels of the whole output along this axis.</param>
    /// <param name="start">First output pixel wanted.</param>
    /// <param name="length">Output pixels wanted.</param>
    public void Prepare(int input, int output, int start, int length)
    {
        if (_prepared == (input, output, start, length))
            return;
        double scale = (double)input / output;
        double support = Math.Max(scale, 1);
        int taps = (int)Math.Ceiling(support) * 2 + 1;
        Taps = taps;
        Grow(ref _exact, taps);
        Grow(ref _weights, length * taps);
        Grow(ref _first, length);
        Grow(ref _counts, length);
        for (int i = 0; i < length; i++)
        {
            double center = (start + i + 0.5) * scale;
            int first = Math.Max(0, (int)(center - support + 0.5));
            int count = Math.Min(input, (int)(center + support + 0.5)) - first;
            double sum = 0;
            for (int t = 0; t < count; t++)
            {
                // Pillow multiplies by the reciprocal: dividing rounds differently.
                double weight = Math.Max(0, 1 - Math.Abs((t + first - center + 0.5) * (1 / support)));
                _exact[t] = weight;
                sum += weight;
            }

            Span<int> weights = _weights.AsSpan(i * taps, taps);
            weights.Clear();
            for (int t = 0; t < count; t++)
                weights[t] = (int)(0.5 + _exact[t] / sum * (1 << FractionBits));
            _first[i] = first;
            _counts[i] = count;
        }

        _prepared = (input, output, start, length);
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[length];
    }
}
