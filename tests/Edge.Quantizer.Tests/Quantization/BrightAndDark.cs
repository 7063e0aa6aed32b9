using Edge.Quantizer.Calibration;

namespace Edge.Quantizer.Tests.Quantization;

/// <summary>Images that fit are bright, those that judge are dark.</summary>
internal sealed class BrightAndDark : ICalibrationSet
{
    public int Count => 20;

    public void Read(int index, Span<float> nhwc)
    {
        var random = new Random(index);
        foreach (ref float pixel in nhwc)
            pixel = (index % 2 == 0 ? 0.8f : 0) + (0.2f * random.NextSingle());
    }

    public void Read(int index, QuantizationParameters parameters, Span<sbyte> nhwc)
    {
        float[] real = new float[nhwc.Length];
        Read(index, real);
        for (int i = 0; i < real.Length; i++)
            nhwc[i] = parameters.Quantize(real[i]);
    }
}
