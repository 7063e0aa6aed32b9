using System.Numerics;
using Edge.Imaging;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Cameras;

/// <summary>A monotonic curve from linear light to 8 bits, tabulated over the square root of light. Not thread-safe.</summary>
internal sealed class ToneCurve
{
    private const int Steps = 1024;

    private readonly byte[] _table = new byte[Steps + 1];

    /// <param name="curve">From light in [0, 1] to a value in [0, 1].</param>
    public void Prepare(Func<float, float> curve)
    {
        for (int i = 0; i <= Steps; i++)
        {
            float root = (float)i / Steps;
            _table[i] = (byte)Math.Clamp(curve(root * root) * 255 + 0.5f, 0, 255);
        }
    }

    public void Develop(LinearImage image, PixelBuffer destination)
    {
        destination.Reset(image.Width, image.Height, 3);
        Span<byte> to = destination.Pixels;
        ReadOnlySpan<Vector4> from = image.Pixels;
        for (int i = 0; i < from.Length; i++)
        {
            Vector4 root = Vector4.SquareRoot(Vector4.Clamp(from[i], Vector4.Zero, Vector4.One)) * Steps;
            to[3 * i] = _table[(int)(root.X + 0.5f)];
            to[3 * i + 1] = _table[(int)(root.Y + 0.5f)];
            to[3 * i + 2] = _table[(int)(root.Z + 0.5f)];
        }
    }
}
