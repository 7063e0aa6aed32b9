using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Calibration;

/// <summary>
/// Example inputs that show which values a network meets. Read one at a time, as often as needed: memory stays the same however
/// many there are.
/// </summary>
public interface ICalibrationSet
{
    int Count { get; }

    /// <summary>Writes example <paramref name="index"/> as the model's float input.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <param name="nhwc">[1, height, width, channels].</param>
    void Read(int index, Span<float> nhwc);

    /// <summary>The same example as int8 codes, made exactly as the device makes them.</summary>
    void Read(int index, QuantizationParameters parameters, Span<sbyte> nhwc);
}

/// <summary>Photographs, through the model's own preprocessing.</summary>
public sealed class ImageCalibrationSet(IReadOnlyList<string> files, InputPreprocessing preprocessing) : ICalibrationSet, IDisposable
{
    private readonly ImageReader _reader = new();
    private readonly PixelBuffer _image = new();
    private readonly ImagePreprocessor _real = new(preprocessing);
    private (QuantizationParameters Parameters, ImagePreprocessor Preprocessor)? _codes;

    public int Count => files.Count;

    public void Read(int index, Span<float> nhwc)
    {
        _reader.Read(files[index], _image);
        _real.Run(_image, nhwc);
    }

    public void Read(int index, QuantizationParameters parameters, Span<sbyte> nhwc)
    {
        if (_codes?.Parameters != parameters)
            _codes = (parameters, new ImagePreprocessor(preprocessing, parameters.Scale, parameters.ZeroPoint));
        _reader.Read(files[index], _image);
        _codes.Value.Preprocessor.Run(_image, nhwc);
    }

    public void Dispose() => _reader.Dispose();
}
