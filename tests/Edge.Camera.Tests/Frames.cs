using Edge.Camera.Capture;
using Edge.Imaging.Frames;

namespace Edge.Camera.Tests;

/// <summary>Frames whose contents can be told in advance.</summary>
internal static class Frames
{
    private const int Side = 16;

    /// <summary>One colour, RGB.</summary>
    public static unsafe void Solid((byte Red, byte Green, byte Blue) color, Action<CapturedFrame> use)
    {
        byte[] pixels = new byte[Side * Side * 3];
        for (int i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = color;
        fixed (byte* data = pixels)
        {
            use(new CapturedFrame(0)
            {
                Data = data,
                Length = pixels.Length,
                Description = new FrameDescription(FrameFormat.Rgb24, Side, Side),
            });
        }
    }
}
