using Edge.Imaging.Frames;

namespace Edge.Camera.Sources.V4L2;

/// <summary>A pixel format that can be looked at.</summary>
/// <param name="Name">As in the configuration.</param>
/// <param name="FourCC">The kernel's four letters, the first in the lowest byte.</param>
/// <param name="Layout">Null for Motion JPEG.</param>
/// <param name="Cost">
/// What a pixel costs the processor, to compare formats: the bytes that are read for it, and for Motion JPEG its decoding on that
/// scale.
/// </param>
internal sealed record PixelFormat(string Name, uint FourCC, FrameFormat? Layout, double Cost)
{
    private const double JpegCost = 16;

    public static readonly PixelFormat[] All =
    [
        new("nv12", Code("NV12"), FrameFormat.Nv12, 1.5),
        new("nv21", Code("NV21"), FrameFormat.Nv21, 1.5),
        new("i420", Code("YU12"), FrameFormat.I420, 1.5),
        new("yuyv", Code("YUYV"), FrameFormat.Yuyv, 2),
        new("uyvy", Code("UYVY"), FrameFormat.Uyvy, 2),
        new("rgb24", Code("RGB3"), FrameFormat.Rgb24, 3),
        new("bgr24", Code("BGR3"), FrameFormat.Bgr24, 3),
        new("grey", Code("GREY"), FrameFormat.Grey, 1),
        new("mjpeg", Code("MJPG"), null, JpegCost),
        new("mjpeg", Code("JPEG"), null, JpegCost),
    ];

    public bool IsJpeg => Layout is null;

    public bool HasColor => Layout != FrameFormat.Grey;

    /// <returns>Null for formats that can't be looked at.</returns>
    public static PixelFormat? Find(uint fourCC) => Array.Find(All, f => f.FourCC == fourCC);

    public static string Letters(uint fourCC)
    {
        Span<char> letters = stackalloc char[4];
        for (int i = 0; i < 4; i++)
        {
            var letter = (char)(fourCC >> (8 * i) & 0x7F);
            letters[i] = char.IsControl(letter) ? '?' : letter;
        }

        return new string(letters).TrimEnd();
    }

    public override string ToString() => Name.ToUpperInvariant();

    private static uint Code(string letters) =>
        (uint)letters[0] | (uint)letters[1] << 8 | (uint)letters[2] << 16 | (uint)letters[3] << 24;
}
