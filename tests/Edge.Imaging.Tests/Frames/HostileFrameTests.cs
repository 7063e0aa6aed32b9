using Edge.Imaging.Frames;
using Edge.Runtime.Format;
using static Edge.Imaging.Tests.Frames.FrameTest;

namespace Edge.Imaging.Tests.Frames;

public unsafe class HostileFrameTests
{
    private static readonly InputPreprocessing Stretch = Model(16, 16, ResizeRule.Stretch);

    [Theory]
    [InlineData(FrameFormat.Nv12, 0, 10, "a frame of 0 × 10 pixels cannot be used; both sides must be 1 to 16384")]
    [InlineData(FrameFormat.Nv12, 10, -4, "a frame of 10 × -4 pixels cannot be used; both sides must be 1 to 16384")]
    [InlineData(FrameFormat.Rgb24, 99999, 2, "a frame of 99999 × 2 pixels cannot be used; both sides must be 1 to 16384")]
    [InlineData(FrameFormat.Yuyv, 7, 4, "Yuyv frames have an even width, not 7 pixels; choose another camera mode")]
    [InlineData((FrameFormat)99, 8, 4, "frames of format 99, matrix Bt601 and range Limited are unknown")]
    [InlineData(
        FrameFormat.Grey, 4, 2000, "2000 rows would be resized to 16, more than 64 to 1; choose a smaller camera mode or region")]
    public void Impossible_frames_are_refused(FrameFormat format, int width, int height, string why) =>
        Refused(why, () => _ = new FramePreprocessor(new(format, width, height), Stretch, 1, 0));

    [Theory]
    [InlineData(0, 0, 0, 5)]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(30, 0, 5, 5)]
    [InlineData(0, 1, 5, 20)]
    [InlineData(5, 5, int.MaxValue, 5)]
    public void Regions_outside_of_the_frame_are_refused(int x, int y, int width, int height) => Refused(
        $"the region of {width} × {height} pixels at ({x}, {y}) does not lie inside the frame of 32 × 20",
        () => _ = new FramePreprocessor(new(FrameFormat.Nv12, 32, 20), Stretch, 1, 0, new FrameRegion(x, y, width, height)));

    [Fact]
    public void A_region_that_would_become_absurdly_long_is_refused() => Refused(
        "a region of 1 × 16384 pixels would be resized to 16384 × 268435456; choose a region that is less narrow",
        () => _ = new FramePreprocessor(
            new(FrameFormat.Nv12, 32, 16384), Model(16384, 16384, ResizeRule.ShorterSideThenCenterCrop) with { ResizeTo = 16384 },
            1, 0, new FrameRegion(0, 0, 1, 16384)));

    [Fact]
    public void Contradictory_models_are_refused() => Refused(
        "preprocessing: the size 0 × 16 is not positive",
        () => _ = new FramePreprocessor(new(FrameFormat.Nv12, 32, 20), Stretch with { Width = 0 }, 1, 0));

    [Fact]
    public void Planes_that_are_too_short_are_refused()
    {
        FrameDescription frame = new(FrameFormat.Nv12, 33, 21);
        FramePreprocessor preprocessor = new(frame, Stretch, 1, 0);
        byte[] memory = GC.AllocateArray<byte>(4000, pinned: true);
        fixed (byte* data = memory)
        {
            byte* at = data;
            FramePlane luma = new(at, 33 * 21, 33), chroma = new(at, 34 * 11, 34);
            sbyte[] input = new sbyte[preprocessor.InputLength];
            preprocessor.Run(new(luma, chroma), input);
            Refused(
                "plane 1 of a frame of 33 × 21 Nv12 holds 373 of 374 bytes; drop the frame",
                () => preprocessor.Run(new(luma, new(at, (34 * 11) - 1, 34)), input));
            Refused(
                "plane 0 of a frame of 33 × 21 Nv12 has 32 bytes a row, less than 33; drop the frame",
                () => preprocessor.Run(new(new(at, 4000, 32), chroma), input));
            Refused(
                "plane 0 of a frame of 33 × 21 Nv12 has -33 bytes a row, less than 33; drop the frame",
                () => preprocessor.Run(new(new(at, 4000, -33), chroma), input));
            Refused(
                "plane 1 of a frame of 33 × 21 Nv12 has 0 bytes a row, less than 34; drop the frame",
                () => preprocessor.Run(new(luma), input));
            Refused(
                "plane 1 of a frame of 33 × 21 Nv12 holds 0 of 374 bytes; drop the frame",
                () => preprocessor.Run(new(luma, new(null, 4000, 34)), input));
        }
    }

    [Theory]
    [InlineData(FrameFormat.Yuyv, 640, 480, 0, 614400)]
    [InlineData(FrameFormat.Yuyv, 640, 480, 1408, (1408 * 479) + 1280)]
    [InlineData(FrameFormat.Nv12, 640, 480, 0, 460800)]
    [InlineData(FrameFormat.Nv12, 33, 21, 0, (33 * 21) + (34 * 11))]
    [InlineData(FrameFormat.I420, 33, 21, 0, (33 * 21) + (17 * 11 * 2))]
    [InlineData(FrameFormat.I420, 640, 480, 704, (704 * 480) + (352 * 240) + (352 * 239) + 320)]
    [InlineData(FrameFormat.I444, 10, 10, 0, 300)]
    [InlineData(FrameFormat.Grey, 10, 10, 16, 154)]
    [InlineData(FrameFormat.Bgr24, 10, 10, 0, 300)]
    public void A_buffer_in_one_piece_is_accepted_with_its_last_byte_and_refused_without(
        FrameFormat format, int width, int height, int stride, int length)
    {
        FrameDescription frame = new(format, width, height);
        byte[] memory = GC.AllocateArray<byte>(length, pinned: true);
        fixed (byte* data = memory)
        {
            byte* at = data;
            CameraFrame planes = CameraFrame.FromBuffer(frame, at, length, stride);
            sbyte[] input = new sbyte[16 * 16 * 3];
            new FramePreprocessor(frame, Stretch, 1, 0).Run(planes, input);
            string message = Assert.Throws<ImageFormatException>(
                () => { CameraFrame.FromBuffer(frame, at, length - 1, stride); }).Message;
            Assert.EndsWith("bytes; drop the frame", message, StringComparison.Ordinal);
        }
    }

    private static void Refused(string why, Action action) =>
        Assert.Equal(why, Assert.Throws<ImageFormatException>(action).Message);
}
