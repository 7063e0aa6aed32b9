using Edge.Imaging.Frames;

namespace Edge.Camera.Sources.V4L2;

/// <summary>
/// What a driver's colorspace, ycbcr_enc and quantization mean (V4L2_MAP_YCBCR_ENC_DEFAULT and V4L2_MAP_QUANTIZATION_DEFAULT of
/// videodev2.h). BT.2020 and SMPTE 240M, of which no camera for small boards is known, are taken as BT.709, the nearest.
/// </summary>
internal static class VideoColor
{
    // enum v4l2_colorspace.
    private const uint Smpte240M = 2;
    private const uint Rec709 = 3;
    private const uint Jpeg = 7;
    private const uint Bt2020 = 10;
    private const uint DciP3 = 12;

    // enum v4l2_ycbcr_encoding; 0 is the colorspace's own.
    private const uint Encoding601 = 1;
    private const uint EncodingXv601 = 3;
    private const uint EncodingSycc = 5;

    // enum v4l2_quantization; 0 is the colorspace's own.
    private const uint FullRange = 1;

    public static ColorMatrix Matrix(uint colorspace, uint encoding) => encoding switch
    {
        0 => colorspace is Rec709 or DciP3 or Bt2020 or Smpte240M ? ColorMatrix.Bt709 : ColorMatrix.Bt601,
        Encoding601 or EncodingXv601 or EncodingSycc => ColorMatrix.Bt601,
        _ => ColorMatrix.Bt709,
    };

    /// <summary>Of luma and chroma; RGB is full range.</summary>
    public static ColorRange Range(uint colorspace, uint quantization) => quantization switch
    {
        0 => colorspace == Jpeg ? ColorRange.Full : ColorRange.Limited,
        FullRange => ColorRange.Full,
        _ => ColorRange.Limited,
    };
}
