using Edge.Imaging.Frames;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;
using Edge.Tests;
using static Edge.Imaging.Tests.Frames.FrameTest;

namespace Edge.Imaging.Tests.Frames;

public class MjpegDecoderTests
{
    [Theory]
    [InlineData("jpeg-420.jpg", FrameFormat.I420)]
    [InlineData("jpeg-422.jpg", FrameFormat.I422)]
    [InlineData("jpeg-444.jpg", FrameFormat.I444)]
    [InlineData("jpeg-grey.jpg", FrameFormat.Grey)]
    [InlineData("jpeg-411.jpg", FrameFormat.Rgb24)]
    [InlineData("jpeg-440.jpg", FrameFormat.Rgb24)]
    public void Frames_look_like_the_decoded_image_at_every_scale(string file, FrameFormat format)
    {
        byte[] data = Fixture.Bytes(file);
        PixelBuffer image = Fixture.Read(Fixture.Path(file));
        foreach (int eighths in (int[])[8, 7, 4, 2])
        {
            using MjpegDecoder decoder = new(eighths);
            FrameDescription frame = decoder.Describe(data);
            Assert.Equal(format, frame.Format);
            Assert.Equal(((image.Width * eighths) + 7) / 8, frame.Width);
            Assert.Equal(((image.Height * eighths) + 7) / 8, frame.Height);

            InputPreprocessing model = Model(Math.Max(1, image.Width / 4), Math.Max(1, image.Height / 4), ResizeRule.Stretch);
            FramePreprocessor preprocessor = new(frame, model, 1, 0);
            sbyte[] ours = new sbyte[preprocessor.InputLength], expected = new sbyte[preprocessor.InputLength];
            preprocessor.Run(decoder.Decode(data, frame), ours);
            new ImagePreprocessor(model, 1, 0).Run(image, expected);
            Assert.InRange(expected.Zip(ours, (a, b) => Math.Abs(a - b)).Average(), 0, eighths == 8 ? 2 : 16);
        }
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        byte[] data = Fixture.Bytes("jpeg-422.jpg");
        using MjpegDecoder decoder = new(4);
        FrameDescription frame = decoder.Describe(data);
        FramePreprocessor preprocessor = new(frame, Model(8, 8, ResizeRule.Stretch), 1, 0);
        sbyte[] input = new sbyte[preprocessor.InputLength];

        Assert.Equal(0, Allocation.Of(() => preprocessor.Run(decoder.Decode(data, frame), input)));
    }

    [Fact]
    public void Frames_that_are_damaged_or_of_another_kind_are_refused()
    {
        using MjpegDecoder decoder = new();
        byte[] data = Fixture.Bytes("jpeg-420.jpg");
        FrameDescription frame = decoder.Describe(data);
        foreach (int length in (int[])[0, 1, 2, 20, data.Length / 2, data.Length - 40])
            Assert.EndsWith("drop it", Message(() => decoder.Decode(data.AsSpan(0, length), frame)), StringComparison.Ordinal);
        Assert.EndsWith("drop it", Message(() => decoder.Decode(new byte[5000], frame)), StringComparison.Ordinal);
        Assert.EndsWith(
            "open the stream again",
            Message(() => decoder.Decode(Fixture.Bytes("jpeg-422.jpg"), frame)),
            StringComparison.Ordinal);
        Assert.Equal(
            "JPEG frames in CMYK cannot be used; choose another camera mode",
            Message(() => decoder.Describe(Fixture.Bytes("jpeg-cmyk.jpg"))));
        decoder.Decode(data, frame);

        static string Message(Action action) => Assert.Throws<ImageFormatException>(action).Message;
    }

    [Theory]
    [InlineData(1280, 720, 256, 4)]
    [InlineData(1920, 1080, 256, 2)]
    [InlineData(1024, 1024, 256, 2)]
    [InlineData(640, 480, 256, 8)]
    [InlineData(320, 240, 256, 8)]
    [InlineData(4000, 3000, 256, 1)]
    public void The_scale_is_the_least_that_the_model_need_not_enlarge(int width, int height, int resizeTo, int eighths)
    {
        InputPreprocessing model = Model(224, 224, ResizeRule.ShorterSideThenCenterCrop) with { ResizeTo = resizeTo };
        Assert.Equal(eighths, MjpegDecoder.ChooseEighths(width, height, model));
    }

    [Fact]
    public void A_region_keeps_every_pixel_that_it_touches()
    {
        Assert.Equal(new FrameRegion(3, 1, 4, 2), new FrameRegion(7, 3, 6, 3).Scaled(4));
        Assert.Equal(new FrameRegion(7, 3, 6, 3), new FrameRegion(7, 3, 6, 3).Scaled(8));
    }
}
