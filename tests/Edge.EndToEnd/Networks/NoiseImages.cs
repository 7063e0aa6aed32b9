using Edge.Imaging;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;

namespace Edge.EndToEnd.Networks;

/// <summary>Seeded images of soft waves and noise, through a preprocessing, as calibration images and as model inputs.</summary>
internal sealed class NoiseImages(int count, int size, int channels) : ICalibrationSet
{
    public int Count => count;

    /// <summary>Values from about −2 to 2.</summary>
    public InputPreprocessing Preprocessing { get; } = new()
    {
        Width = size,
        Height = size,
        Order = channels == 1 ? ChannelOrder.Luma : ChannelOrder.Rgb,
        Mean = [.. Enumerable.Repeat(127.5f, channels)],
        Scale = [.. Enumerable.Repeat(1 / 64f, channels)],
        Resize = ResizeRule.Stretch,
    };

    /// <summary>One image.</summary>
    public PixelBuffer Image(int index)
    {
        var random = new Random(index + 1);
        var image = new PixelBuffer(size, size, channels);
        double[] phases = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble() * 6)];
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            (int y, int x, int c) = (i / channels / size, i / channels % size, i % channels);
            double wave = Math.Sin(phases[c] + (x * (0.1 + (phases[3 + c] / 20)))) + Math.Sin(phases[6 + c] + (y * 0.3));
            image.Pixels[i] = (byte)Math.Clamp(127 + (50 * wave) + (60 * (random.NextDouble() - 0.5)), 0, 255);
        }

        return image;
    }

    /// <summary>One image as the network's float input, [1, c, h, w].</summary>
    public float[] Nchw(int index)
    {
        float[] nhwc = new float[size * size * channels];
        Read(index, nhwc);
        float[] nchw = new float[nhwc.Length];
        for (int i = 0; i < nhwc.Length; i++)
            nchw[(i % channels * size * size) + (i / channels)] = nhwc[i];
        return nchw;
    }

    public void Read(int index, Span<float> nhwc) => new ImagePreprocessor(Preprocessing).Run(Image(index), nhwc);

    public void Read(int index, QuantizationParameters parameters, Span<sbyte> nhwc) =>
        new ImagePreprocessor(Preprocessing, parameters.Scale, parameters.ZeroPoint).Run(Image(index), nhwc);
}
