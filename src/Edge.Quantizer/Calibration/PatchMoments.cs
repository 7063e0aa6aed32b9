using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Calibration;

/// <summary>
/// Second moments E[x·xᵀ] of the patches that a layer's rows of weights are multiplied with, one matrix per group of channels: the
/// Hessian of the layer's squared output error. Sampled at some positions of every image; memory depends on the layer alone.
/// </summary>
public sealed class PatchMoments
{
    /// <summary>Longest patch, in elements: its matrix takes 4 · MaxPatch² bytes.</summary>
    public const int MaxPatch = 2304;

    /// <summary>Output positions sampled per image: neighbours resemble each other.</summary>
    private const int PositionsPerImage = 64;

    private readonly LayerGeometry _geometry;
    private readonly float[][] _sums;
    private readonly float[] _patch;
    private int _images;

    /// <param name="node">A Conv in NHWC layout, or a Gemm whose input is one vector, for which <see cref="Covers"/> holds.</param>
    public PatchMoments(Node node)
    {
        _geometry = new LayerGeometry(node);
        _patch = new float[Length];
        _sums = new float[_geometry.Groups][];
        for (int g = 0; g < _geometry.Groups; g++)
            _sums[g] = new float[Length * Length];
    }

    /// <summary>Elements of a patch: [kernel row, kernel column, input channel of the group].</summary>
    public int Length => _geometry.Length;

    /// <summary>Patches added so far, per group.</summary>
    public long Samples { get; private set; }

    /// <summary>Whether the layer's matrices are small enough to keep.</summary>
    public static bool Covers(Node node)
    {
        Tensor weights = node.Input(1).Constant!;
        long length = weights.Count / weights.Shape[0];
        return length <= MaxPatch && length * length * node.Attributes.Int("group", 1) <= MaxPatch * MaxPatch;
    }

    /// <summary>Adds one image.</summary>
    /// <param name="nhwc">The layer's input, real values.</param>
    public void Add(ReadOnlySpan<float> nhwc)
    {
        int count = Math.Min(_geometry.Positions, PositionsPerImage);
        for (int i = 0; i < count; i++)
        {
            int position = _geometry.Position(i, count, _images);
            for (int g = 0; g < _geometry.Groups; g++)
            {
                _geometry.Gather(nhwc, position, g, _patch);
                AddProduct(_sums[g]);
            }
        }

        Samples += count;
        _images++;
    }

    /// <summary>E[x·xᵀ] of a group, row-major; only the lower triangle is filled.</summary>
    public double[] Matrix(int group) =>
        Array.ConvertAll(_sums[group], s => Samples == 0 ? 0 : s / (double)Samples);

    /// <summary>E[x²] of every element of a group's patch.</summary>
    public double[] Diagonal(int group)
    {
        double[] diagonal = new double[Length];
        for (int i = 0; i < Length && Samples > 0; i++)
            diagonal[i] = _sums[group][(i * Length) + i] / (double)Samples;
        return diagonal;
    }

    private void AddProduct(float[] sums)
    {
        for (int i = 0; i < Length; i++)
        {
            float factor = _patch[i];
            if (factor == 0)
                continue;
            Span<float> row = sums.AsSpan(i * Length, i + 1);
            ReadOnlySpan<float> patch = _patch.AsSpan(0, i + 1);
            TensorPrimitives.MultiplyAdd(patch, factor, row, row);
        }
    }
}
