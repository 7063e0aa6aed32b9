using Edge.Imaging.Frames;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;
using Edge.Tests;
using static Edge.Imaging.Tests.Frames.FrameTest;

namespace Edge.Imaging.Tests.Frames;

public class FramePreprocessorTests
{
    public static TheoryData<FrameFormat> Formats => [.. Enum.GetValues<FrameFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_form_gives_the_bytes_of_the_reference(FrameFormat format)
    {
        Random random = new((int)format);
        (int, int)[] sizes = [(64, 48), (90, 67), (2, 1), (6, 300), (130, 2), (18, 18), (34, 200), (257, 33)];
        foreach ((int width, int height) in sizes)
            foreach (ResizeRule rule in Enum.GetValues<ResizeRule>())
                foreach (ColorMatrix matrix in Enum.GetValues<ColorMatrix>())
                    foreach (ColorRange range in Enum.GetValues<ColorRange>())
                    {
                        int fitting = format is FrameFormat.Yuyv or FrameFormat.Uyvy ? width & ~1 : width;
                        TestFrame frame = new(new(format, fitting, height, matrix, range), random.Next(3) * 7);
                        frame.Noise(random, extreme: random.Next(2) == 0);
                        AssertSame(frame, Model(random.Next(5, 40), random.Next(5, 40), rule));
                    }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Regions_of_any_place_and_size_give_the_bytes_of_the_reference(FrameFormat format)
    {
        Random random = new(7 + (int)format);
        FrameDescription description = new(format, 86, 61, ColorMatrix.Bt709);
        for (int i = 0; i < 60; i++)
        {
            TestFrame frame = new TestFrame(description, random.Next(20)).Noise(random);
            int x = random.Next(86), y = random.Next(61);
            FrameRegion region = new(x, y, random.Next(1, 87 - x), random.Next(1, 62 - y));
            InputPreprocessing model = Model(random.Next(1, 30), random.Next(1, 30), ResizeRule.Letterbox, (ChannelOrder)(i % 3));
            AssertSame(frame, model, region, (ExifOrientation)(1 + (i % 8)));
        }
    }

    [Theory]
    [InlineData(FrameFormat.Nv12, ResizeRule.ShorterSideThenCenterCrop)]
    [InlineData(FrameFormat.Yuyv, ResizeRule.Stretch)]
    [InlineData(FrameFormat.I420, ResizeRule.Letterbox)]
    public void A_camera_frame_gives_the_bytes_of_the_reference(FrameFormat format, ResizeRule rule) =>
        AssertSame(new TestFrame(new(format, 1280, 720)).Noise(new Random(3)), Model(224, 224, rule));

    [Theory]
    [InlineData(64, 1)]
    [InlineData(40, 1)]
    [InlineData(16, 1)]
    [InlineData(3, 1)]
    public void White_and_black_stay_white_and_black_however_much_an_image_shrinks(int height, int to)
    {
        foreach (byte level in (byte[])[0, 255, 1, 254, 128])
        {
            TestFrame frame = new TestFrame(new(FrameFormat.Rgb24, 40, height)).OneColour(level, level, level);
            Assert.All(Forms, form =>
                Assert.All(Run(frame, Model(7, to, ResizeRule.Stretch), form), code => Assert.Equal(level - 128, code)));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_path_of_image_files_is_at_most_one_level_away(FrameFormat format)
    {
        Random random = new(11 + (int)format);
        foreach ((int width, int height) in ((int, int)[])[(320, 180), (100, 77), (20, 12), (640, 40)])
            foreach (ResizeRule rule in Enum.GetValues<ResizeRule>())
                foreach (ChannelOrder order in Enum.GetValues<ChannelOrder>())
                {
                    TestFrame frame = new TestFrame(new(format, width, height)).NoiseOfColours(random, order == ChannelOrder.Bgr);
                    InputPreprocessing model = Model(28, 24, rule, order);
                    sbyte[] expected = new sbyte[28 * 24 * model.Channels];
                    new ImagePreprocessor(model, 1, 0).Run(frame.ToRgb(), expected);

                    sbyte[] ours = Run(frame, model, Forms.Last());
                    Assert.InRange(expected.Zip(ours, (a, b) => Math.Abs(a - b)).Max(), 0, 1);
                }
    }

    [Theory]
    [InlineData(ExifOrientation.TopRight)]
    [InlineData(ExifOrientation.BottomRight)]
    [InlineData(ExifOrientation.BottomLeft)]
    [InlineData(ExifOrientation.LeftTop)]
    [InlineData(ExifOrientation.RightTop)]
    [InlineData(ExifOrientation.RightBottom)]
    [InlineData(ExifOrientation.LeftBottom)]
    public void Turning_in_the_pass_agrees_with_turning_the_image_first(ExifOrientation orientation)
    {
        TestFrame frame = new TestFrame(new(FrameFormat.Nv12, 121, 83)).NoiseOfColours(new Random(5), extreme: false);
        foreach (ResizeRule rule in Enum.GetValues<ResizeRule>())
        {
            InputPreprocessing model = Model(31, 22, rule);
            PixelBuffer upright = new();
            ExifOrientations.MakeUpright(frame.ToRgb(), upright, orientation);
            sbyte[] expected = new sbyte[31 * 22 * 3];
            new ImagePreprocessor(model, 1, 0).Run(upright, expected);

            sbyte[] ours = Run(frame, model, Forms.Last(), orientation: orientation);
            Assert.InRange(expected.Zip(ours, (a, b) => Math.Abs(a - b)).Max(), 0, 1);
        }
    }

    [Fact]
    public void Whiter_than_white_counts_in_full_where_it_is_mixed_with_black()
    {
        TestFrame frame = new TestFrame(new(FrameFormat.I420, 64, 32)).OneColour(16, 128, 128);
        for (int y = 0; y < 32; y++)
            for (int x = y % 2; x < 64; x += 2)
                frame.Row(0, y)[x] = 255;
        int mixed = (int)Math.Round(255.0 / 219 * (255 - 16) / 2);
        Assert.All(Forms, form =>
            Assert.All(Run(frame, Model(4, 2, ResizeRule.Stretch), form), code => Assert.InRange(code + 128, mixed - 1, mixed + 1)));
    }

    [Fact]
    public void A_region_shows_nothing_of_what_lies_around_it()
    {
        TestFrame frame = new TestFrame(new(FrameFormat.Rgb24, 50, 40)).OneColour(255, 255, 255);
        for (int y = 11; y < 24; y++)
            frame.Row(0, y)[(3 * 13)..(3 * 34)].Fill(10);

        sbyte[] input = Run(frame, Model(9, 9, ResizeRule.Stretch), Forms.Last(), new FrameRegion(13, 11, 21, 13));
        Assert.All(input, code => Assert.Equal(10 - 128, code));
    }

    [Fact]
    public void A_frame_of_the_models_size_passes_unchanged()
    {
        TestFrame frame = new TestFrame(new(FrameFormat.Bgr24, 33, 21)).Noise(new Random(2));
        sbyte[] input = Run(frame, Model(33, 21, ResizeRule.Stretch, ChannelOrder.Bgr), Forms.Last());
        for (int y = 0; y < 21; y++)
            for (int i = 0; i < 99; i++)
                Assert.Equal(frame.Row(0, y)[i] - 128, input[(y * 99) + i]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_frame_allocates_nothing(FrameFormat format)
    {
        TestFrame frame = new TestFrame(new(format, 320, 240)).Noise(new Random(1));
        CameraFrame planes = frame.Planes;
        FramePreprocessor preprocessor = new(frame.Description, Model(64, 48, ResizeRule.Letterbox), 1, 0);
        sbyte[] input = new sbyte[preprocessor.InputLength];

        Assert.Equal(0, Allocation.Of(() => preprocessor.Run(planes, input)));
        GC.KeepAlive(frame);
    }

    private static void AssertSame(
        TestFrame frame, InputPreprocessing model, FrameRegion? region = null,
        ExifOrientation orientation = ExifOrientation.TopLeft)
    {
        sbyte[] expected = Reference(frame, model, region, orientation);
        foreach (int form in Forms)
        {
            sbyte[] ours = Run(frame, model, form, region, orientation);
            int wrong = expected.AsSpan().CommonPrefixLength(ours);
            Assert.True(
                wrong == expected.Length,
                $"{frame.Description} {frame.Description.Matrix} {frame.Description.Range} {region} {orientation} to "
                + $"{model.Width} × {model.Height} {model.Resize} {model.Order}, form {form}: differs from value {wrong} on");
        }
    }
}
