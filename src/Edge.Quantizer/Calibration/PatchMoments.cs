using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

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

    private readonly int _height, _width, _channels, _outputHeight, _outputWidth, _groups, _perGroup;
    private readonly WindowAttributes _window;
    private readonly float[][] _sums;
    private readonly float[] _patch;
    private int _images;

    /// <param name="node">A Conv in NHWC layout, or a Gemm whose input is one vector, for which <see cref="Covers"/> holds.</param>
    public PatchMoments(Node node)
    {
        int[] input = node.Input(0).Shape!, output = node.Output.Shape!;
        if (node.OpType == OpTypes.Conv)
        {
            _window = WindowAttributes.From(node);
            (_height, _width, _channels, _outputHeight, _outputWidth) = (input[1], input[2], input[3], output[1], output[2]);
        }
        else
        {
            _window = new WindowAttributes { Kernel = [1, 1], Strides = [1, 1], Dilations = [1, 1], PadsBegin = [0, 0], PadsEnd = [0, 0] };
            (_height, _width, _channels, _outputHeight, _outputWidth) = (1, 1, Tensor.Volume(input), 1, 1);
        }

        _groups = node.Attributes.Int("group", 1);
        _perGroup = _channels / _groups;
        Length = _window.KernelVolume * _perGroup;
        _patch = new float[Length];
        _sums = new float[_groups][];
        for (int g = 0; g < _groups; g++)
            _sums[g] = new float[Length * Length];
    }

    /// <summary>Elements of a patch: [kernel row, kernel column, input channel of the group].</summary>
    public int Length { get; }

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
        int positions = _outputHeight * _outputWidth, count = Math.Min(positions, PositionsPerImage);
        for (int i = 0; i < count; i++)
        {
            // Evenly spread, moved on from image to image.
            int position = (int)((((long)i * positions / count) + ((long)_images * 7919 % positions)) % positions);
            for (int g = 0; g < _groups; g++)
            {
                Gather(nhwc, position / _outputWidth, position % _outputWidth, g);
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

    private void Gather(ReadOnlySpan<float> nhwc, int row, int column, int group)
    {
        Span<float> patch = _patch;
        patch.Clear();
        for (int ky = 0; ky < _window.Kernel[0]; ky++)
        {
            int y = (row * _window.Strides[0]) - _window.PadsBegin[0] + (ky * _window.Dilations[0]);
            for (int kx = 0; kx < _window.Kernel[1] && (uint)y < (uint)_height; kx++)
            {
                int x = (column * _window.Strides[1]) - _window.PadsBegin[1] + (kx * _window.Dilations[1]);
                if ((uint)x < (uint)_width)
                {
                    nhwc.Slice((((y * _width) + x) * _channels) + (group * _perGroup), _perGroup)
                        .CopyTo(patch[(((ky * _window.Kernel[1]) + kx) * _perGroup)..]);
                }
            }
        }
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
            Span<Vector<float>> wideRow = MemoryMarshal.Cast<float, Vector<float>>(row);
            ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(patch);
            for (int v = 0; v < wideRow.Length; v++)
                wideRow[v] += wide[v] * factor;
            for (int j = wideRow.Length * Vector<float>.Count; j < row.Length; j++)
                row[j] += patch[j] * factor;
        }
    }
}
