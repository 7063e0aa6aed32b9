using Edge.Imaging.Frames;
using Edge.Runtime.Format;
using static Edge.Imaging.Tests.Frames.FrameTest;

namespace Edge.Imaging.Tests.Frames;

public class ColourTests
{
    [Theory]
    [InlineData(ColorMatrix.Bt601, ColorRange.Limited)]
    [InlineData(ColorMatrix.Bt601, ColorRange.Full)]
    [InlineData(ColorMatrix.Bt709, ColorRange.Limited)]
    [InlineData(ColorMatrix.Bt709, ColorRange.Full)]
    public void Colours_are_those_of_the_standards_formula(ColorMatrix matrix, ColorRange range)
    {
        // One pixel for every luma in steps of 5 and chroma in steps of 15, extremes included: 52 · 18 · 18.
        TestFrame frame = new(new(FrameFormat.I444, 52, 324, matrix, range));
        for (int y = 0; y < 324; y++)
            for (int x = 0; x < 52; x++)
                (frame.Row(0, y)[x], frame.Row(1, y)[x], frame.Row(2, y)[x]) =
                    ((byte)(x * 5), (byte)(y % 18 * 15), (byte)(y / 18 * 15));

        foreach (int form in Forms)
        {
            sbyte[] input = Run(frame, Model(52, 324, ResizeRule.Stretch), form);
            double total = 0;
            for (int y = 0; y < 324; y++)
                for (int x = 0; x < 52; x++)
                {
                    double[] exact = Exact(matrix, range, x * 5, y % 18 * 15, y / 18 * 15);
                    for (int c = 0; c < 3; c++)
                    {
                        double off = input[(((y * 52) + x) * 3) + c] + 128 - exact[c];
                        Assert.InRange(off, -0.6, 0.6);
                        total += off;
                    }
                }

            Assert.InRange(total / input.Length, -0.06, 0.06);
        }
    }

    [Theory]
    [InlineData(ColorMatrix.Bt601, ColorRange.Limited, 16, 128, 128, 0, 0, 0)]
    [InlineData(ColorMatrix.Bt601, ColorRange.Limited, 235, 128, 128, 255, 255, 255)]
    [InlineData(ColorMatrix.Bt601, ColorRange.Limited, 81, 90, 240, 254, 0, 0)]
    [InlineData(ColorMatrix.Bt601, ColorRange.Limited, 145, 54, 34, 0, 255, 1)]
    [InlineData(ColorMatrix.Bt601, ColorRange.Limited, 41, 240, 110, 0, 0, 255)]
    [InlineData(ColorMatrix.Bt709, ColorRange.Limited, 63, 102, 240, 255, 1, 0)]
    [InlineData(ColorMatrix.Bt709, ColorRange.Limited, 173, 42, 26, 0, 255, 1)]
    [InlineData(ColorMatrix.Bt601, ColorRange.Full, 76, 85, 255, 254, 0, 0)]
    [InlineData(ColorMatrix.Bt709, ColorRange.Full, 182, 30, 12, 0, 255, 0)]
    public void Black_white_and_primaries_are_met_in_every_format(
        ColorMatrix matrix, ColorRange range, byte y, byte u, byte v, int red, int green, int blue)
    {
        foreach (FrameFormat format in Enum.GetValues<FrameFormat>())
        {
            if (format is FrameFormat.Grey or FrameFormat.Rgb24 or FrameFormat.Bgr24)
                continue;
            TestFrame frame = new TestFrame(new(format, 50, 30, matrix, range)).OneColour(y, u, v);
            foreach (int form in Forms)
            {
                sbyte[] input = Run(frame, Model(8, 8, ResizeRule.Stretch), form);
                for (int i = 0; i < input.Length; i += 3)
                {
                    Assert.InRange(input[i] + 128, red - 1, red + 1);
                    Assert.InRange(input[i + 1] + 128, green - 1, green + 1);
                    Assert.InRange(input[i + 2] + 128, blue - 1, blue + 1);
                }
            }
        }
    }

    [Theory]
    [InlineData(ColorRange.Limited)]
    [InlineData(ColorRange.Full)]
    public void Grey_has_no_tint(ColorRange range)
    {
        TestFrame frame = new TestFrame(new(FrameFormat.Nv12, 256, 2, ColorMatrix.Bt709, range)).OneColour(0, 128, 128);
        for (int i = 0; i < 512; i++)
            frame.Row(0, i / 256)[i % 256] = (byte)i;
        foreach (int form in Forms)
        {
            sbyte[] input = Run(frame, Model(256, 2, ResizeRule.Stretch), form);
            for (int i = 0; i < input.Length; i += 3)
                Assert.True(input[i] == input[i + 1] && input[i] == input[i + 2], $"luma {i / 3 % 256}");
        }
    }

    [Fact]
    public void Full_range_grey_frames_keep_their_levels()
    {
        TestFrame frame = new(new(FrameFormat.Grey, 256, 1, Range: ColorRange.Full));
        for (int i = 0; i < 256; i++)
            frame.Row(0, 0)[i] = (byte)i;
        foreach (int form in Forms)
        {
            int[] expected = [.. Enumerable.Range(-128, 256)];
            Assert.Equal(expected, Run(frame, Model(256, 1, ResizeRule.Stretch, ChannelOrder.Luma), form).Select(q => (int)q));
        }
    }

    [Fact]
    public void A_gradient_stays_a_gradient()
    {
        TestFrame frame = new TestFrame(new(FrameFormat.Yuyv, 510, 64, Range: ColorRange.Full)).OneColour(0, 128, 128);
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 510; x++)
                frame.Row(0, y)[2 * x] = (byte)(x / 2);
        sbyte[] input = Run(frame, Model(51, 16, ResizeRule.Stretch), Forms.Last());
        for (int x = 1; x < 50; x++)
            Assert.InRange(input[x * 3] + 128, (x * 5) + 1, (x * 5) + 3);
    }

    /// <summary>BT.601-7, 2.5 and BT.709-6, item 3, solved for R'G'B'.</summary>
    private static double[] Exact(ColorMatrix matrix, ColorRange range, int y, int u, int v)
    {
        (double kr, double kb) = matrix == ColorMatrix.Bt601 ? (0.299, 0.114) : (0.2126, 0.0722);
        bool limited = range == ColorRange.Limited;
        double luma = limited ? (y - 16) / 219.0 : y / 255.0;
        double cb = (u - 128) / (limited ? 224.0 : 255), cr = (v - 128) / (limited ? 224.0 : 255);
        double red = luma + (2 * (1 - kr) * cr), blue = luma + (2 * (1 - kb) * cb);
        double green = (luma - (kr * red) - (kb * blue)) / (1 - kr - kb);
        return [.. new[] { red, green, blue }.Select(c => 255 * Math.Clamp(c, 0, 1))];
    }
}
