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

    /// <summary>Rows of a matrix that a thread adds to before it looks for more: enough to be worth its start.</summary>
    private const int RowsPerTask = 64;

    private readonly LayerGeometry _geometry;
    private readonly float[][] _sums;
    private readonly float[] _patches;
    private readonly ParallelOptions _threads;
    private int _images;

    /// <param name="node">A Conv in NHWC layout, or a Gemm whose input is one vector, for which <see cref="Covers"/> holds.</param>
    /// <param name="threads">Threads that share an image; 0 takes one per core. The sums don't depend on it.</param>
    public PatchMoments(Node node, int threads = 0)
    {
        _geometry = new LayerGeometry(node);
        _threads = new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads };
        _patches = new float[Math.Min(_geometry.Positions, PositionsPerImage) * Length];
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
        for (int g = 0; g < _geometry.Groups; g++)
        {
            for (int i = 0; i < count; i++)
                _geometry.Gather(nhwc, _geometry.Position(i, count, _images), g, _patches.AsSpan(i * Length, Length));
            AddProducts(_sums[g], count);
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

    /// <summary>Adds x·xᵀ of the gathered patches to the lower triangle, a row for all patches at a time: it stays in the nearest cache.</summary>
    private void AddProducts(float[] sums, int count)
    {
        int tasks = (Length + RowsPerTask - 1) / RowsPerTask;
        if (tasks == 1)
        {
            AddRows(0, Length);
            return;
        }

        // The long rows come first, so that the last tasks are the short ones.
        Parallel.For(0, tasks, _threads, task =>
        {
            int first = (tasks - 1 - task) * RowsPerTask;
            AddRows(first, Math.Min(first + RowsPerTask, Length));
        });

        void AddRows(int first, int end)
        {
            for (int i = first; i < end; i++)
            {
                Span<float> row = sums.AsSpan(i * Length, i + 1);
                for (int p = 0; p < count; p++)
                {
                    ReadOnlySpan<float> patch = _patches.AsSpan(p * Length, i + 1);
                    if (patch[i] != 0)
                        TensorPrimitives.MultiplyAdd(patch, patch[i], row, row);
                }
            }
        }
    }
}
