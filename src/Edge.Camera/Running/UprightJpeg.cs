using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Frames;

namespace Edge.Camera.Running;

/// <summary>How the bytes of a frame are to be read.</summary>
/// <param name="Description">Of raw frames; a JPEG brings its own.</param>
/// <param name="Stride">Bytes from one row of the first plane to the next; 0 for rows without gaps.</param>
/// <param name="IsJpeg">The bytes are one JPEG file.</param>
/// <param name="Orientation">How it is stored.</param>
internal readonly record struct FrameLayout(FrameDescription Description, int Stride, bool IsJpeg, ExifOrientation Orientation)
{
    /// <summary>A JPEG file that may be shown as it is.</summary>
    public bool IsUprightJpeg => IsJpeg && Orientation == ExifOrientation.TopLeft;
}

/// <summary>Makes JPEG files of frames: upright, and no larger than people need. Memory is used again. Not thread-safe.</summary>
/// <param name="maxSide">
/// Pixels of the longer side; larger frames are made smaller by a whole factor. <see cref="Whole"/> keeps all.
/// </param>
/// <param name="quality">1 to 100.</param>
internal sealed class UprightJpeg(int maxSide, int quality) : IDisposable
{
    public const int Whole = FrameDescription.MaxSide;

    private readonly FrameDecoder _decoder = new((width, height) => Eighths(Math.Max(width, height), maxSide));
    private readonly PixelBuffer _stored = new();
    private readonly PixelBuffer _upright = new();
    private JpegEncoder? _encoder;

    /// <param name="data">Of the frame.</param>
    /// <param name="layout">Of the data.</param>
    /// <returns>The file, valid until the next call.</returns>
    /// <exception cref="ImageFormatException">Shorter than its description, or no JPEG.</exception>
    /// <exception cref="CodecUnavailableException">libturbojpeg is missing.</exception>
    public unsafe ReadOnlySpan<byte> Make(ReadOnlySpan<byte> data, in FrameLayout layout)
    {
        fixed (byte* from = data)
        {
            FrameDescription description = layout.Description;
            CameraFrame frame = layout.IsJpeg
                ? _decoder.Decode(data, out description)
                : CameraFrame.FromBuffer(description, from, data.Length, layout.Stride);
            int longer = Math.Max(description.Width, description.Height);
            FramePixels.ToRgb(frame, description, _stored, (longer + maxSide - 1) / maxSide);
        }

        bool turn = layout.Orientation != ExifOrientation.TopLeft;
        if (turn)
            ExifOrientations.MakeUpright(_stored, _upright, layout.Orientation);
        return (_encoder ??= new JpegEncoder()).Encode(turn ? _upright : _stored, quality, halfChroma: true);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _encoder?.Dispose();
    }

    /// <summary>
    /// The largest scale of 8, 4, 2 and 1 eighths that is small enough; what is still too large then loses pixels.
    /// </summary>
    private static int Eighths(int longer, int maxSide)
    {
        int eighths = 8;
        while (eighths > 1 && MjpegDecoder.Scaled(longer, eighths) > maxSide)
            eighths /= 2;
        return eighths;
    }
}
