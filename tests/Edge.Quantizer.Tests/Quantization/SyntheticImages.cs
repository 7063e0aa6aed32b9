using Edge.Quantizer.Calibration;

namespace Edge.Quantizer.Tests.Quantization;

/// <summary>Smooth random images with values from −1 to 1, the same in every run.</summary>
internal sealed class SyntheticImages(int count, int elements, int seed = 1) : ICalibrationSet
{
    public int Count => count;

    public void Read(int index, Span<float> nhwc)
    {
        var random = new Random((seed * 1000) + index);
        double phase = random.NextDouble() * 6, slope = 0.05 + (random.NextDouble() * 0.3);
        for (int i = 0; i < elements; i++)
            nhwc[i] = (float)((0.7 * Math.Sin(phase + (slope * i))) + (0.3 * ((2 * random.NextDouble()) - 1)));
    }

    public void Read(int index, QuantizationParameters parameters, Span<sbyte> nhwc)
    {
        float[] real = new float[elements];
        Read(index, real);
        for (int i = 0; i < elements; i++)
            nhwc[i] = parameters.Quantize(real[i]);
    }
}
