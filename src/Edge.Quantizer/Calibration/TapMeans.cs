using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Calibration;

/// <summary>
/// Mean input of a convolution (or fully connected layer) at every kernel tap: the average over images and output positions of
/// what the tap reads, padding counted as 0. The layer's mean output before its activation is linear in these.
/// </summary>
public sealed class TapMeans
{
    private readonly int _height, _width, _channels, _outputHeight, _outputWidth;
    private readonly WindowAttributes _window;
    private readonly double[] _sums;
    private readonly float[] _partial;
    private long _images;

    /// <param name="node">A Conv in NHWC layout, or a Gemm whose input is one vector.</param>
    public TapMeans(Node node)
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

        _sums = new double[_window.KernelVolume * _channels];
        _partial = new float[_channels];
    }

    /// <summary>Adds one image.</summary>
    /// <param name="nhwc">The layer's input, real values.</param>
    public void Add(ReadOnlySpan<float> nhwc)
    {
        _images++;
        for (int ky = 0; ky < _window.Kernel[0]; ky++)
        {
            for (int kx = 0; kx < _window.Kernel[1]; kx++)
            {
                Span<double> sums = _sums.AsSpan(((ky * _window.Kernel[1]) + kx) * _channels, _channels);
                for (int oy = 0; oy < _outputHeight; oy++)
                {
                    int y = (oy * _window.Strides[0]) - _window.PadsBegin[0] + (ky * _window.Dilations[0]);
                    if ((uint)y >= (uint)_height)
                        continue;
                    _partial.AsSpan().Clear();
                    for (int ox = 0; ox < _outputWidth; ox++)
                    {
                        int x = (ox * _window.Strides[1]) - _window.PadsBegin[1] + (kx * _window.Dilations[1]);
                        if ((uint)x < (uint)_width)
                            AddTo(_partial, nhwc.Slice(((y * _width) + x) * _channels, _channels));
                    }

                    for (int c = 0; c < _channels; c++)
                        sums[c] += _partial[c];
                }
            }
        }
    }

    /// <summary>Mean per [kernel row, kernel column, input channel].</summary>
    public double[] Means()
    {
        double count = (double)_images * _outputHeight * _outputWidth;
        return count == 0 ? [.. _sums] : Array.ConvertAll(_sums, s => s / count);
    }

    /// <summary>Mean of the layer's output before bias and activation: Σ w · mean input, per output channel.</summary>
    /// <param name="weight">Weight of output channel o at position i of [kernel row, kernel column, input channel of the group].</param>
    public static double[] Project(double[] means, int taps, int outputs, int groups, Func<int, int, double> weight)
    {
        int channels = means.Length / taps, perGroup = channels / groups, outputsPerGroup = outputs / groups;
        var result = new double[outputs];
        for (int o = 0; o < outputs; o++)
        {
            int firstChannel = o / outputsPerGroup * perGroup;
            double sum = 0;
            for (int t = 0; t < taps; t++)
            {
                for (int i = 0; i < perGroup; i++)
                    sum += weight(o, (t * perGroup) + i) * means[(t * channels) + firstChannel + i];
            }

            result[o] = sum;
        }

        return result;
    }

    private static void AddTo(Span<float> sums, ReadOnlySpan<float> values)
    {
        Span<Vector<float>> wideSums = MemoryMarshal.Cast<float, Vector<float>>(sums);
        ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (int i = 0; i < wide.Length; i++)
            wideSums[i] += wide[i];
        for (int i = wide.Length * Vector<float>.Count; i < values.Length; i++)
            sums[i] += values[i];
    }
}
