using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;

namespace Edge.Imaging.Frames;

/// <summary>
/// Frames of a Motion JPEG stream, decoded by libturbojpeg to planes of luma and chroma at n/8 of their size. Colour conversion
/// and chroma upsampling are left to <see cref="FramePreprocessor"/>. A frame allocates nothing once the first has been decoded.
/// Not thread-safe.
/// </summary>
public sealed unsafe class MjpegDecoder : IDisposable
{
    private const int WholeEighths = 8;

    private TurboJpeg.DecompressorHandle? _handle;
    private byte[] _memory = [];

    /// <param name="eighths">n: frames are decoded at n/8 of their size, 1 to 8.</param>
    public MjpegDecoder(int eighths = WholeEighths)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(eighths, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(eighths, WholeEighths);
        Eighths = eighths;
    }

    /// <summary>Frames are decoded at this many eighths of their size.</summary>
    public int Eighths { get; }

    /// <summary>A length of the stream's frames in decoded frames: n/8, rounded up.</summary>
    public static int Scaled(int length, int eighths) => ((length * eighths) + WholeEighths - 1) / WholeEighths;

    /// <summary>
    /// The least n of 1, 2, 4 and 8 with which the decoded region is no smaller than what it is then resized to. libjpeg-turbo
    /// has vector code for these four; the others are slower than the next larger of them.
    /// </summary>
    /// <param name="width">Width of the region in frames of full size, pixels.</param>
    /// <param name="height">Height of the region in frames of full size, pixels.</param>
    /// <param name="preprocessing">The model's description of its input.</param>
    /// <param name="orientation">How frames are stored.</param>
    public static int ChooseEighths(
        int width, int height, InputPreprocessing preprocessing, ExifOrientation orientation = ExifOrientation.TopLeft)
    {
        if (orientation >= ExifOrientation.LeftTop)
            (width, height) = (height, width);
        ResizeGeometry resize = ResizeGeometry.For(preprocessing, width, height);
        int eighths = 1;
        while (eighths < WholeEighths
            && (Scaled(width, eighths) < resize.ScaledWidth || Scaled(height, eighths) < resize.ScaledHeight))
            eighths *= 2;
        return eighths;
    }

    /// <summary>What <see cref="Decode"/> makes of such a frame: planes, or R G B for unusual kinds of JPEG.</summary>
    /// <param name="data">A frame of the stream.</param>
    /// <exception cref="ImageFormatException">Damaged, too large or of an unsupported kind.</exception>
    /// <exception cref="CodecUnavailableException">The native library is missing.</exception>
    public FrameDescription Describe(ReadOnlySpan<byte> data)
    {
        fixed (byte* from = data)
            return Describe(from, data.Length);
    }

    /// <summary>Decodes one frame.</summary>
    /// <param name="data">A frame of the stream, standard Huffman tables left out or not.</param>
    /// <param name="expected">What <see cref="Describe(ReadOnlySpan{byte})"/> said of an earlier frame of the stream.</param>
    /// <returns>Planes of this object, valid until the next call.</returns>
    /// <exception cref="ImageFormatException">Damaged, cut short, or of another kind than expected.</exception>
    /// <exception cref="CodecUnavailableException">The native library is missing.</exception>
    public CameraFrame Decode(ReadOnlySpan<byte> data, in FrameDescription expected)
    {
        fixed (byte* from = data)
        {
            FrameDescription frame = Describe(from, data.Length);
            if (frame != expected)
                throw new ImageFormatException($"a JPEG frame is {frame} where {expected} is expected; open the stream again");
            return frame.IsRgb ? DecodeToRgb(from, data.Length, frame) : DecodeToPlanes(from, data.Length, frame);
        }
    }

    public void Dispose() => _handle?.Dispose();

    private FrameDescription Describe(byte* data, int length)
    {
        TurboJpeg.DecompressorHandle handle = Handle();
        int result = TurboJpeg.DecompressHeader(
            handle, data, (nuint)length, out int width, out int height, out int subsampling, out int space);
        if (result != 0 || width < 1 || height < 1)
            throw new ImageFormatException($"a frame is no JPEG ({TurboJpeg.ErrorMessage(handle)}); drop it");
        if (space is TurboJpeg.ColorspaceCmyk or TurboJpeg.ColorspaceYcck)
            throw new ImageFormatException("JPEG frames in CMYK cannot be used; choose another camera mode");
        FrameFormat format = (space, subsampling) switch
        {
            (TurboJpeg.ColorspaceGray, _) => FrameFormat.Grey,
            (TurboJpeg.ColorspaceYCbCr, TurboJpeg.Subsampling420) => FrameFormat.I420,
            (TurboJpeg.ColorspaceYCbCr, TurboJpeg.Subsampling422) => FrameFormat.I422,
            (TurboJpeg.ColorspaceYCbCr, TurboJpeg.Subsampling444) => FrameFormat.I444,
            _ => FrameFormat.Rgb24,
        };
        new FrameDescription(format, width, height).Validate();
        return new(format, Scaled(width, Eighths), Scaled(height, Eighths), ColorMatrix.Bt601, ColorRange.Full);
    }

    private CameraFrame DecodeToRgb(byte* data, int length, in FrameDescription frame)
    {
        int stride = frame.RowBytes(0);
        byte* to = Memory((long)stride * frame.Height);
        Check(TurboJpeg.Decompress(
            Handle(), data, (nuint)length, to, frame.Width, stride, frame.Height, TurboJpeg.PixelFormatRgb,
            TurboJpeg.FlagLimitScans));
        return new(new(to, (long)stride * frame.Height, stride));
    }

    private CameraFrame DecodeToPlanes(byte* data, int length, in FrameDescription frame)
    {
        // Chroma planes of whole samples, luma planes padded to them.
        int* strides = stackalloc int[3] { 0, 0, 0 };
        long* sizes = stackalloc long[3] { 0, 0, 0 };
        for (int p = 0; p < frame.Planes; p++)
        {
            strides[p] = frame.RowBytes(p) + (frame.RowBytes(p) & 1);
            sizes[p] = (long)strides[p] * (frame.Rows(p) + (frame.Rows(p) & 1));
        }

        byte* memory = Memory(sizes[0] + sizes[1] + sizes[2]);
        byte** planes = stackalloc byte*[3] { memory, memory + sizes[0], memory + sizes[0] + sizes[1] };
        Check(TurboJpeg.DecompressToPlanes(
            Handle(), data, (nuint)length, planes, frame.Width, strides, frame.Height, TurboJpeg.FlagLimitScans));
        return new(
            new(planes[0], sizes[0], strides[0]), new(planes[1], sizes[1], strides[1]), new(planes[2], sizes[2], strides[2]));
    }

    private void Check(int result)
    {
        if (result != 0 && !TurboJpeg.EndedHarmlessly(Handle()))
            throw new ImageFormatException($"a JPEG frame is damaged ({TurboJpeg.ErrorMessage(Handle())}); drop it");
    }

    /// <summary>Pinned memory of this object.</summary>
    private byte* Memory(long length)
    {
        if (_memory.Length < length)
            _memory = GC.AllocateUninitializedArray<byte>((int)length, pinned: true);
        fixed (byte* memory = _memory)
            return memory;
    }

    private TurboJpeg.DecompressorHandle Handle()
    {
        try
        {
            _handle ??= TurboJpeg.InitDecompress();
        }
        catch (Exception e) when (NativeCodec.IsLoaderFailure(e))
        {
            throw NativeCodec.Unavailable(TurboJpeg.Library, "JPEG", "libturbojpeg0 (on Ubuntu: libturbojpeg)", e);
        }

        return _handle.IsInvalid
            ? throw new CodecUnavailableException($"{TurboJpeg.Library} gives no decoder: out of memory")
            : _handle;
    }
}
