using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Edge.Imaging.Frames;
using Edge.Runtime.Format;

namespace Edge.Imaging.Tests.Frames;

/// <summary>A frame in memory that is exactly as long as its samples.</summary>
internal sealed unsafe class TestFrame
{
    private readonly byte[][] _planes = [[], [], []];
    private readonly int[] _strides = [0, 0, 0];

    /// <param name="description">Its kind.</param>
    /// <param name="gap">Bytes between rows.</param>
    public TestFrame(FrameDescription description, int gap = 0)
    {
        Description = description;
        for (int p = 0; p < description.Planes; p++)
        {
            _strides[p] = description.RowBytes(p) + gap;
            int length = ((description.Rows(p) - 1) * _strides[p]) + description.RowBytes(p);
            _planes[p] = GC.AllocateArray<byte>(length, pinned: true);
        }
    }

    public FrameDescription Description { get; }

    /// <summary>Pointers into this frame, which must be kept alive.</summary>
    public CameraFrame Planes => new(Plane(0), Plane(1), Plane(2));

    public Span<byte> Row(int plane, int y) => _planes[plane].AsSpan(y * _strides[plane], Description.RowBytes(plane));

    /// <summary>Every byte from <paramref name="random"/>; <paramref name="extreme"/> leaves only 0 and 255.</summary>
    public TestFrame Noise(Random random, bool extreme = false)
    {
        foreach (byte[] plane in _planes)
        {
            random.NextBytes(plane);
            for (int i = 0; extreme && i < plane.Length; i++)
                plane[i] = (byte)(plane[i] < 128 ? 0 : 255);
        }

        return this;
    }

    /// <summary>Noise whose pixels are all colours that a screen shows, whatever matrix and range, before anything ends at 0 or 255.</summary>
    public TestFrame NoiseOfColours(Random random, bool extreme)
    {
        Noise(random, extreme);
        if (Description.Format is FrameFormat.Rgb24 or FrameFormat.Bgr24)
            return this;
        for (int p = 0; p < Description.Planes; p++)
            for (int y = 0; y < Description.Rows(p); y++)
            {
                Span<byte> row = Row(p, y);
                for (int i = 0; i < row.Length; i++)
                    row[i] = Description.Format switch
                    {
                        FrameFormat.Yuyv => i % 2 == 0 ? Luma(row[i]) : Chroma(row[i]),
                        FrameFormat.Uyvy => i % 2 == 1 ? Luma(row[i]) : Chroma(row[i]),
                        _ => p == 0 ? Luma(row[i]) : Chroma(row[i]),
                    };
            }

        return this;

        static byte Luma(byte any) => (byte)(72 + (any * 110 / 255));

        static byte Chroma(byte any) => (byte)(100 + (any * 56 / 255));
    }

    /// <summary>The frame as R G B, pixel by pixel.</summary>
    public PixelBuffer ToRgb()
    {
        PixelBuffer rgb = new();
        FramePixels.ToRgb(Planes, Description, rgb);
        GC.KeepAlive(this);
        return rgb;
    }

    /// <summary>All pixels the same colour, given as luma and chroma or, for RGB formats, as R G B.</summary>
    public TestFrame OneColour(byte a, byte b, byte c)
    {
        for (int p = 0; p < Description.Planes; p++)
            for (int y = 0; y < Description.Rows(p); y++)
            {
                Span<byte> row = Row(p, y);
                for (int i = 0; i < row.Length; i++)
                    row[i] = Description.Format switch
                    {
                        FrameFormat.Yuyv => i % 2 == 0 ? a : i % 4 == 1 ? b : c,
                        FrameFormat.Uyvy => i % 2 == 1 ? a : i % 4 == 0 ? b : c,
                        FrameFormat.Nv12 when p == 1 => i % 2 == 0 ? b : c,
                        FrameFormat.Nv21 when p == 1 => i % 2 == 0 ? c : b,
                        FrameFormat.Rgb24 => i % 3 == 0 ? a : i % 3 == 1 ? b : c,
                        FrameFormat.Bgr24 => i % 3 == 0 ? c : i % 3 == 1 ? b : a,
                        _ => p == 0 ? a : p == 1 ? b : c,
                    };
            }

        return this;
    }

    private FramePlane Plane(int p)
    {
        fixed (byte* data = _planes[p])
            return new(data, _planes[p].Length, _strides[p]);
    }
}

/// <summary>What tests of frames share.</summary>
internal static class FrameTest
{
    /// <summary>Widths of the vector forms that this core runs, and 1 for the scalar form.</summary>
    public static IEnumerable<int> Forms => new[]
    {
        (1, true), (8, AdvSimd.Arm64.IsSupported), (16, Avx2.IsSupported), (32, WordsAvx512.IsSupported),
    }.Where(form => form.Item2).Select(form => form.Item1);

    public static InputPreprocessing Model(int width, int height, ResizeRule rule, ChannelOrder order = ChannelOrder.Rgb) => new()
    {
        Width = width,
        Height = height,
        Order = order,
        Mean = order == ChannelOrder.Luma ? [128] : [128, 128, 128],
        Scale = order == ChannelOrder.Luma ? [1] : [1, 1, 1],
        Resize = rule,
        ResizeTo = Math.Max(width, height) * 8 / 7,
        PadValue = 77,
    };

    /// <summary>With <see cref="Model"/> and scale 1, codes are levels less 128.</summary>
    public static sbyte[] Run(
        TestFrame frame, InputPreprocessing model, int form, FrameRegion? region = null,
        ExifOrientation orientation = ExifOrientation.TopLeft)
    {
        FramePreprocessor preprocessor = new(frame.Description, model, 1, 0, region, orientation, form);
        sbyte[] input = new sbyte[preprocessor.InputLength];
        preprocessor.Run(frame.Planes, input);
        GC.KeepAlive(frame);
        return input;
    }

    public static sbyte[] Reference(
        TestFrame frame, InputPreprocessing model, FrameRegion? region = null,
        ExifOrientation orientation = ExifOrientation.TopLeft)
    {
        sbyte[] input = FrameReference.Run(frame.Planes, frame.Description, model, 1, 0, region, orientation);
        GC.KeepAlive(frame);
        return input;
    }
}
