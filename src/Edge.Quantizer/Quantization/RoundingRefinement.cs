using Edge.Quantizer.Compression;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Coordinate descent on the output error dᵀ·H·d of a row: every code in turn goes to the level that is best with all others as they
/// are. Where levels are few, this finds what rounding in one pass left behind.
/// </summary>
/// <param name="matrix">H, length × length; the lower triangle counts.</param>
internal sealed class RoundingRefinement(double[] matrix, int length)
{
    private const int Sweeps = 4;

    private readonly float[] _symmetric = Symmetric(matrix, length);
    private readonly float[] _gradient = new float[length];

    /// <summary>Improves the codes of one row.</summary>
    /// <param name="weights">Real weights.</param>
    /// <param name="zeros">Which codes stay 0; empty where none has to.</param>
    public void Run(ReadOnlySpan<float> weights, float scale, CodeLevels levels, ReadOnlySpan<bool> zeros, Span<sbyte> codes)
    {
        // H·d with d = w − ŵ.
        _gradient.AsSpan().Clear();
        for (int i = 0; i < length; i++)
            Add(i, weights[i] - (codes[i] * scale));
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            int changes = 0;
            for (int i = 0; i < length; i++)
            {
                if (!zeros.IsEmpty && zeros[i])
                    continue;
                sbyte code = levels.Nearest(codes[i] + (_gradient[i] / (_symmetric[(i * length) + i] * scale)));
                if (code == codes[i])
                    continue;
                Add(i, (codes[i] - code) * scale);
                codes[i] = code;
                changes++;
            }

            if (changes == 0)
                break;
        }
    }

    private static float[] Symmetric(double[] matrix, int length)
    {
        float[] symmetric = new float[length * length];
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j <= i; j++)
                symmetric[(i * length) + j] = symmetric[(j * length) + i] = (float)matrix[(i * length) + j];
        }

        return symmetric;
    }

    /// <summary>Adds column i of H times a change of d.</summary>
    private void Add(int i, float change) =>
        TensorPrimitives.MultiplyAdd(_symmetric.AsSpan(i * length, length), change, _gradient, _gradient);
}
