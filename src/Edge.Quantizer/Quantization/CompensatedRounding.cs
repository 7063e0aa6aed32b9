using Edge.Quantizer.Calibration;
using Edge.Quantizer.Compression;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Rounds the weights of a layer so that its outputs, not its weights, stay close: the error of every weight is passed on to those
/// that are rounded after it, as far as their inputs go together (Frantar et al., "GPTQ: Accurate post-training quantization for
/// generative pre-trained transformers", ICLR 2023; the same as Babai's nearest plane). With H = E[x·xᵀ] = TᵀT, T lower triangular,
/// the output error of a row with rounding errors d is ‖T·d‖², and each d[i] in turn is brought as close to
/// −Σ_{j&lt;i} T[i,j]·d[j] / T[i,i] as the grid allows.
/// </summary>
public static class CompensatedRounding
{
    /// <summary>Added to the diagonal of H, relative to its mean, as in GPTQ: keeps H invertible.</summary>
    private const double Damping = 0.01;

    /// <summary>Rows that share every look at a triangle, which is larger than the nearer caches.</summary>
    private const int RowsAtOnce = 8;

    /// <summary>Bytes that it takes to round a layer: H and its factor in double precision, T and H in single.</summary>
    /// <param name="length">Of the layer's rows.</param>
    public static long WorkingBytes(int length) => 24L * length * length;

    /// <summary>Codes for one layer, on the grid that <see cref="WeightQuantizer.PerChannel"/> gives it.</summary>
    /// <param name="node">A layer with weights.</param>
    /// <param name="moments">Of the same node.</param>
    /// <param name="inputScale">Scale of the layer's int8 input.</param>
    public static QuantizedWeights Round(Node node, PatchMoments moments, float inputScale)
    {
        Tensor weights = node.Input(1).Constant!;
        QuantizedWeights nearest = WeightQuantizer.PerChannel(node, inputScale);
        float[] real = WeightQuantizer.ToChannelsLast<float>(weights.Floats, weights.Shape);
        return nearest with { Codes = Round(node, real, nearest.Scales, moments, inputScale, CodeLevels.All, pruned: null) };
    }

    /// <summary>Codes on a given grid.</summary>
    /// <param name="real">The weights, [output channel, kernel row, kernel column, input channel of the group].</param>
    /// <param name="scales">One per output channel.</param>
    /// <param name="levels">Codes that a weight may take.</param>
    /// <param name="pruned">Which weights are 0, in the order of <paramref name="real"/>; null where none is.</param>
    /// <inheritdoc cref="Round(Node, PatchMoments, float)"/>
    public static sbyte[] Round(
        Node node, float[] real, float[] scales, PatchMoments moments, float inputScale, CodeLevels levels, bool[]? pruned)
    {
        sbyte[] codes = new sbyte[real.Length];
        int groups = node.Attributes.Int("group", 1), length = moments.Length, rows = scales.Length / groups;
        for (int g = 0; g < groups; g++)
        {
            double[] matrix = moments.Matrix(g);
            Regularise(matrix, length, inputScale);
            int[] order = [.. Enumerable.Range(0, length).OrderByDescending(i => matrix[(i * length) + i])];
            float[] triangle = Triangle(matrix, order);
            RoundingRefinement? refinement = levels == CodeLevels.All && pruned is null ? null : new RoundingRefinement(matrix, length);
            for (int first = g * rows; first < (g + 1) * rows; first += RowsAtOnce)
            {
                int end = Math.Min(first + RowsAtOnce, (g + 1) * rows);
                RoundRows(
                    real.AsSpan(first * length, (end - first) * length),
                    scales.AsSpan(first, end - first),
                    order,
                    triangle,
                    levels,
                    pruned is null ? [] : pruned.AsSpan(first * length, (end - first) * length),
                    codes.AsSpan(first * length, (end - first) * length));
                for (int row = first; row < end && refinement is not null; row++)
                {
                    ReadOnlySpan<bool> zeros = pruned is null ? [] : pruned.AsSpan(row * length, length);
                    refinement.Run(real.AsSpan(row * length, length), scales[row], levels, zeros, codes.AsSpan(row * length, length));
                }
            }
        }

        return codes;
    }

    /// <summary>The input's own rounding noise, scale²/12, and the damping, on the diagonal.</summary>
    private static void Regularise(double[] matrix, int length, float inputScale)
    {
        double trace = 0;
        for (int i = 0; i < length; i++)
            trace += matrix[(i * length) + i];
        double add = (Damping * trace / length) + ((double)inputScale * inputScale / 12) + 1e-30;
        for (int i = 0; i < length; i++)
            matrix[(i * length) + i] += add;
    }

    /// <summary>Rounds some rows, [row, length] each.</summary>
    private static void RoundRows(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> scales, int[] order, float[] triangle, CodeLevels levels, ReadOnlySpan<bool> zeros, Span<sbyte> codes)
    {
        int length = order.Length;
        float[] errors = new float[weights.Length];
        for (int i = 0; i < length; i++)
        {
            ReadOnlySpan<float> before = triangle.AsSpan(i * length, i);
            float diagonal = triangle[(i * length) + i];
            for (int row = 0; row < scales.Length; row++)
            {
                int place = (row * length) + order[i];
                float compensation = TensorPrimitives.Dot(before, errors.AsSpan(row * length, i)) / diagonal;
                sbyte code = !zeros.IsEmpty && zeros[place] ? (sbyte)0 : levels.Nearest((weights[place] + compensation) / scales[row]);
                codes[place] = code;
                errors[(row * length) + i] = weights[place] - (code * scales[row]);
            }
        }
    }

    /// <summary>T of H = TᵀT, T lower triangular, with rows and columns of H in the given order: Cholesky from the last row upwards.</summary>
    private static float[] Triangle(double[] matrix, int[] order)
    {
        int n = order.Length;
        double[] l = new double[n * n];
        for (int first = 0; first < n; first += RowsAtOnce)
        {
            int end = Math.Min(first + RowsAtOnce, n);
            for (int j = 0; j < end; j++)
            {
                ReadOnlySpan<double> other = l.AsSpan(j * n, j);
                for (int i = Math.Max(first, j); i < end; i++)
                {
                    // Backwards: row i of the Cholesky factor belongs to the i-th weight from the end.
                    int a = order[n - 1 - i], b = order[n - 1 - j];
                    double sum = matrix[(Math.Max(a, b) * n) + Math.Min(a, b)] - TensorPrimitives.Dot(l.AsSpan(i * n, j), other);
                    l[(i * n) + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-30)) : sum / l[(j * n) + j];
                }
            }
        }

        float[] triangle = new float[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                triangle[(i * n) + j] = (float)l[((n - 1 - j) * n) + (n - 1 - i)];
        }

        return triangle;
    }
}
