using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;
using Edge.Tests;

namespace Edge.Imaging.Tests;

public class PreprocessingTests
{
    private static readonly InputPreprocessing Caffe = new()
    {
        Width = 8,
        Height = 8,
        Order = ChannelOrder.Bgr,
        Mean = [104, 117, 123],
        Scale = [1, 0.5f, 0.25f],
        ResizeTo = 9,
    };

    [SharedTheory]
    [InlineData(64, 1)]
    [InlineData(96, 3)]
    [InlineData(128, 3)]
    [InlineData(160, 3)]
    [InlineData(224, 3)]
    [InlineData(227, 3)]
    [InlineData(320, 3)]
    public void Golden_crops_are_reproduced_within_one_grey_level(int size, int channels)
    {
        ImagePreprocessor preprocessor = new(Caffe with
        {
            Width = size,
            Height = size,
            Order = channels == 1 ? ChannelOrder.Luma : ChannelOrder.Rgb,
            Mean = new float[channels],
            Scale = [.. Enumerable.Repeat(1f, channels)],
            ResizeTo = (int)Math.Round(size / 0.875),
        });
        string[] crops = Directory.GetFiles(SharedFolder.Path("models", "golden", $"{size}x{channels}"), "*.png");
        Assert.NotEmpty(crops);
        foreach (string crop in crops)
        {
            PixelBuffer golden = Fixture.Read(crop);
            string photo = SharedFolder.Path("images", "val", Path.GetFileNameWithoutExtension(crop) + ".JPEG");
            PixelBuffer ours = preprocessor.ToPixels(Fixture.Read(photo));

            Assert.Equal((golden.Width, golden.Height, golden.Channels), (ours.Width, ours.Height, ours.Channels));
            int largest = 0;
            for (int i = 0; i < golden.Pixels.Length; i++)
                largest = Math.Max(largest, Math.Abs(golden.Pixels[i] - ours.Pixels[i]));
            Assert.InRange(largest, 0, 1);
        }
    }

    [Fact]
    public void An_image_of_the_right_size_passes_unchanged()
    {
        PixelBuffer image = Noise(31, 20);
        ImagePreprocessor preprocessor = new(Plain(31, 20, ResizeRule.Stretch));

        Assert.Equal(image.Pixels.ToArray(), preprocessor.ToPixels(image).Pixels.ToArray());
    }

    [Theory]
    [InlineData(90, 60, 17, 11)]
    [InlineData(5, 3, 64, 41)]
    [InlineData(1, 1, 7, 9)]
    [InlineData(700, 2, 13, 13)]
    public void Resizing_agrees_with_the_filter_evaluated_in_floating_point(int width, int height, int toWidth, int toHeight)
    {
        PixelBuffer image = Noise(width, height);
        PixelBuffer ours = new ImagePreprocessor(Plain(toWidth, toHeight, ResizeRule.Stretch)).ToPixels(image);
        for (int y = 0; y < toHeight; y++)
            for (int x = 0; x < toWidth; x++)
                for (int c = 0; c < 3; c++)
                {
                    double sum = 0, weights = 0;
                    for (int v = 0; v < height; v++)
                        for (int u = 0; u < width; u++)
                        {
                            double w = Triangle(u, x, width, toWidth) * Triangle(v, y, height, toHeight);
                            weights += w;
                            sum += w == 0 ? 0 : w * image.Row(v)[u * 3 + c];
                        }

                    Assert.InRange(ours.Row(y)[x * 3 + c], sum / weights - 1.01, sum / weights + 1.01);
                }
    }

    [Fact]
    public void Letterbox_keeps_the_aspect_ratio_and_fills_both_sides()
    {
        PixelBuffer image = new(20, 10, 3);
        image.Pixels.Fill(200);
        PixelBuffer input = new ImagePreprocessor(Plain(8, 8, ResizeRule.Letterbox) with { PadValue = 114 }).ToPixels(image);

        byte[] firstColumn = [.. Enumerable.Range(0, 8).Select(y => input.Row(y)[0])];
        Assert.Equal([114, 114, 200, 200, 200, 200, 114, 114], firstColumn);
    }

    [Fact]
    public void Letterbox_of_an_extremely_long_image_keeps_one_row()
    {
        PixelBuffer image = new(4000, 1, 3);
        image.Pixels.Fill(200);
        PixelBuffer input = new ImagePreprocessor(Plain(8, 8, ResizeRule.Letterbox)).ToPixels(image);

        byte[] firstColumn = [.. Enumerable.Range(0, 8).Select(y => input.Row(y)[0])];
        Assert.Equal([0, 0, 0, 200, 0, 0, 0, 0], firstColumn);
    }

    [Theory]
    [InlineData(ChannelOrder.Rgb, 10f, 20f, 30f)]
    [InlineData(ChannelOrder.Bgr, 30f, 20f, 10f)]
    public void Channels_stand_in_the_models_order_and_are_normalised(ChannelOrder order, float first, float second, float third)
    {
        InputPreprocessing preprocessing = Caffe with { Order = order };
        PixelBuffer image = OneColour(10, 20, 30);
        float[] input = new float[8 * 8 * 3];
        new ImagePreprocessor(preprocessing).Run(image, input);

        Assert.Equal([first - 104, (second - 117) * 0.5f, (third - 123) * 0.25f], input[..3]);
        Assert.Equal(input[..3], input[^3..]);
    }

    [Fact]
    public void Luma_is_rounded_as_Pillow_rounds_it()
    {
        ImagePreprocessor preprocessor = new(Caffe with { Order = ChannelOrder.Luma, Mean = [0], Scale = [1] });

        // 0.299·10 + 0.587·20 + 0.114·31 = 18.264; 0.299·255 + 0.587·1 + 0.114·2 = 77.06
        Assert.Equal(18, preprocessor.ToPixels(OneColour(10, 20, 31)).Pixels[0]);
        Assert.Equal(77, preprocessor.ToPixels(OneColour(255, 1, 2)).Pixels[0]);
        Assert.Equal(255, preprocessor.ToPixels(OneColour(255, 255, 255)).Pixels[0]);
    }

    [Fact]
    public void A_grey_image_feeds_a_colour_model_three_times_and_a_luma_model_unchanged()
    {
        PixelBuffer image = new(12, 12, 1);
        image.Pixels.Fill(77);

        Assert.All(new ImagePreprocessor(Caffe).ToPixels(image).Pixels.ToArray(), level => Assert.Equal(77, level));
        InputPreprocessing grey = Caffe with { Order = ChannelOrder.Luma, Mean = [0], Scale = [1] };
        PixelBuffer luma = new ImagePreprocessor(grey).ToPixels(image);
        Assert.Equal(1, luma.Channels);
        Assert.All(luma.Pixels.ToArray(), level => Assert.Equal(77, level));
    }

    [Fact]
    public void Int8_input_is_the_float_input_divided_clamped_and_rounded_to_even()
    {
        InputPreprocessing preprocessing = Caffe with { Mean = [0, 0, 0], Scale = [1, 1, 1] };
        sbyte[] input = new sbyte[8 * 8 * 3];
        new ImagePreprocessor(preprocessing, scale: 2, zeroPoint: -10).Run(OneColour(255, 5, 3), input);

        // B = 3: 1.5 → 2; G = 5: 2.5 → 2; R = 255: 127.5, in range below 127 + 10, → 128.
        Assert.Equal([2 - 10, 2 - 10, 128 - 10], input[..3].Select(q => (int)q));

        new ImagePreprocessor(preprocessing, scale: 0.5f, zeroPoint: 100).Run(OneColour(255, 5, 0), input);
        Assert.Equal([100, 110, 127], input[..3].Select(q => (int)q));
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        ImagePreprocessor preprocessor = new(Caffe, 1, 0);
        PixelBuffer image = Noise(300, 200);
        sbyte[] input = new sbyte[preprocessor.InputLength];

        Assert.Equal(0, Allocation.Of(() => preprocessor.Run(image, input)));
    }

    [Fact]
    public void Contradictory_descriptions_are_refused()
    {
        Refused(Caffe with { ResizeTo = 7 }, "a shorter side of 7 is smaller than the crop of 8 × 8");
        Refused(Caffe with { Width = 0 }, "the size 0 × 8 is not positive");
        Refused(Caffe with { Mean = [1] }, "1 means and 3 scales for 3 channel(s)");
        Refused(Caffe with { Scale = [1, float.NaN, 1] }, "means must be finite, scales finite and not 0");

        static void Refused(InputPreprocessing preprocessing, string why) => Assert.Equal(
            "preprocessing: " + why, Assert.Throws<ImageFormatException>(() => new ImagePreprocessor(preprocessing)).Message);
    }

    private static InputPreprocessing Plain(int width, int height, ResizeRule rule) => new()
    {
        Width = width,
        Height = height,
        Order = ChannelOrder.Rgb,
        Mean = [0, 0, 0],
        Scale = [1, 1, 1],
        Resize = rule,
    };

    private static PixelBuffer Noise(int width, int height)
    {
        PixelBuffer image = new(width, height, 3);
        new Random(1).NextBytes(image.Pixels);
        return image;
    }

    private static PixelBuffer OneColour(byte red, byte green, byte blue)
    {
        PixelBuffer image = new(12, 12, 3);
        for (int i = 0; i < image.Pixels.Length; i += 3)
            (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = (red, green, blue);
        return image;
    }

    private static double Triangle(int input, int output, int inputs, int outputs)
    {
        double scale = (double)inputs / outputs;
        return Math.Max(0, 1 - Math.Abs(input + 0.5 - (output + 0.5) * scale) / Math.Max(1, scale));
    }
}
