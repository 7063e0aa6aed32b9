using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Calibration;

/// <summary>
/// Mean input of a convolution (or fully connected layer) at every kernel tap: the average over images and output positions of
/// what the tap reads, padding counted as 0. The layer's mean output before its activation is linear in these.
/// </summary>
public sealed class TapMeans
{
    private readonly LayerGeometry _geometry;
    private readonly double[] _sums;
    private readonly float[] _partial;
    private long _images;

    /// <param name="node">A Conv in NHWC layout, or a Gemm whose input is one vector.</param>
    public TapMeans(Node node)
    {
        _geometry = new LayerGeometry(node);
        _sums = new double[_geometry.KernelHeight * _geometry.KernelWidth * _geometry.Channels];
        _partial = new float[_geometry.Channels];
    }

    /// <summary>Adds one image.</summary>
    /// <param name="nhwc">The layer's input, real values.</param>
    public void Add(ReadOnlySpan<float> nhwc)
    {
        _images++;
        int channels = _geometry.Channels, width = _geometry.InputWidth;
        for (int ky = 0; ky < _geometry.KernelHeight; ky++)
        {
            for (int kx = 0; kx < _geometry.KernelWidth; kx++)
            {
                Span<double> sums = _sums.AsSpan(((ky * _geometry.KernelWidth) + kx) * channels, channels);
                for (int oy = 0; oy < _geometry.OutputHeight; oy++)
                {
                    int y = _geometry.InputRow(oy, ky);
                    if ((uint)y >= (uint)_geometry.InputHeight)
                        continue;
                    _partial.AsSpan().Clear();
                    for (int ox = 0; ox < _geometry.OutputWidth; ox++)
                    {
                        int x = _geometry.InputColumn(ox, kx);
                        if ((uint)x < (uint)width)
                            TensorPrimitives.Add(_partial, nhwc.Slice(((y * width) + x) * channels, channels), _partial);
                    }

                    for (int c = 0; c < channels; c++)
                        sums[c] += _partial[c];
                }
            }
        }
    }

    /// <summary>Mean per [kernel row, kernel column, input channel].</summary>
    public double[] Means()
    {
        double count = (double)_images * _geometry.Positions;
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
}
