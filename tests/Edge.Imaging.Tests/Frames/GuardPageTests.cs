using System.Runtime.InteropServices;
using Edge.Imaging.Frames;
using Edge.Runtime.Format;
using static Edge.Imaging.Tests.Frames.FrameTest;

namespace Edge.Imaging.Tests.Frames;

/// <summary>Driver buffers end where the frame ends; a byte read behind it may be a fault.</summary>
public sealed unsafe partial class GuardPageTests
{
    private const int Length = 1 << 16, Page = 1 << 16;
    private const int None = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    public static TheoryData<FrameFormat> Formats => [.. Enum.GetValues<FrameFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void No_byte_behind_a_plane_is_read(FrameFormat format)
    {
        byte*[] mappings = new byte*[3];
        FramePlane[] planes = new FramePlane[3];
        for (int p = 0; p < 3; p++)
        {
            mappings[p] = Map(null, Length + Page, ReadWrite, PrivateAnonymous, -1, 0);
            Assert.NotEqual(-1, (nint)mappings[p]);
            Assert.Equal(0, Protect(mappings[p] + Length, Page, None));
        }

        foreach ((int width, int height) in ((int, int)[])[(64, 9), (70, 8), (33, 7), (130, 3), (14, 2), (2, 2), (47, 12)])
        {
            FrameDescription frame = new(format, format is FrameFormat.Yuyv or FrameFormat.Uyvy ? width & ~1 : width, height);
            for (int p = 0; p < frame.Planes; p++)
            {
                int bytes = frame.Rows(p) * frame.RowBytes(p);
                planes[p] = new(mappings[p] + Length - bytes, bytes, frame.RowBytes(p));
            }

            foreach (int form in Forms)
            {
                FramePreprocessor preprocessor = new(
                    frame, Model(5, 5, ResizeRule.Stretch), 1, 0, null, ExifOrientation.TopLeft, form);
                preprocessor.Run(new(planes[0], planes[1], planes[2]), new sbyte[preprocessor.InputLength]);
            }
        }

        foreach (byte* mapping in mappings)
            Assert.Equal(0, Unmap(mapping, Length + Page));
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
