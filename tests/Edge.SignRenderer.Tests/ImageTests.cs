using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Tests;

public sealed class ImageTests
{
    [Fact]
    public void The_inverse_of_a_view_leads_back()
    {
        Projection view = Projection.Turned(0.5f, -0.3f, 0.2f, 5).Then(20, 22, 30, 40);
        Vector2 pixel = view.Map(0.4f, -0.7f);
        Vector2 back = view.Inverse().Map(pixel.X, pixel.Y);
        Assert.Equal(0.4f, back.X, 1e-4f);
        Assert.Equal(-0.7f, back.Y, 1e-4f);
    }

    [Fact]
    public void A_piece_of_a_plane_is_seen_where_the_plane_is()
    {
        Projection view = Projection.Turned(0.5f, -0.3f, 0.2f, 5);
        Vector2 expected = view.Map(0.5f + 0.25f * 0.4f, -1 + 0.25f * 0.8f), actual = view.Of(0.5f, -1, 0.25f).Map(0.4f, 0.8f);
        Assert.Equal(expected.X, actual.X, 1e-5f);
        Assert.Equal(expected.Y, actual.Y, 1e-5f);
    }

    [Fact]
    public void Normal_numbers_have_mean_0_and_deviation_1()
    {
        SampleRandom random = new(1, 2);
        double sum = 0, squares = 0;
        for (int i = 0; i < 50_000; i++)
        {
            Vector4 four = random.Normal4();
            sum += four.X + four.W;
            squares += four.X * four.X + four.W * four.W;
        }

        Assert.Equal(0, sum / 100_000, 0.02);
        Assert.Equal(1, squares / 100_000, 0.02);
    }

    [Fact]
    public void Shrinking_keeps_the_mean()
    {
        SampleRandom random = new(1, 1);
        LinearImage image = new(), small = new();
        image.Reset(37, 23);
        foreach (ref Vector4 pixel in image.Pixels)
            pixel = new(random.Unit());
        new Filters().Shrink(image, small, 10, 7);
        Assert.Equal((10, 7), (small.Width, small.Height));
        Assert.Equal(Mean(image), Mean(small), 1e-4f);
    }

    [Fact]
    public void Blurs_keep_a_plain_image_and_soften_an_edge()
    {
        Filters filters = new();
        foreach (Action<LinearImage> blur in (Action<LinearImage>[])
            [i => filters.Gaussian(i, 1.5f), i => filters.Motion(i, 4, 0), i => filters.Disc(i, 2)])
        {
            LinearImage image = new();
            image.Reset(20, 10);
            image.Pixels.Fill(new(0.5f));
            blur(image);
            Assert.All(image.Pixels.ToArray(), pixel => Assert.Equal(0.5f, pixel.X, 1e-5f));
            for (int y = 0; y < 10; y++)
                image.Row(y)[10..].Fill(Vector4.One);
            blur(image);
            Assert.InRange(image.Row(5)[9].X, 0.55f, 0.8f);
            Assert.InRange(image.Row(5)[10].X, 0.7f, 0.95f);
        }
    }

    [Fact]
    public void Noise_lies_in_0_to_1_around_a_half()
    {
        NoiseField noise = new();
        noise.Fill(new SampleRandom(3, 3), 200, 150, 20, 4, 0.6f);
        Assert.All(noise.Values.ToArray(), value => Assert.InRange(value, 0, 1));
        Assert.Equal(0.5f, noise.Values.ToArray().Average(), 0.05f);
    }

    [Fact]
    public void Sample_colours_survive_the_way_to_linear_light_and_back()
    {
        for (int value = 0; value < 256; value++)
            Assert.Equal(value / 255f, Srgb.FromLinear(Srgb.ToLinear((byte)value)), 1e-4f);
    }

    private static float Mean(LinearImage image) => image.Pixels.ToArray().Average(pixel => pixel.X);
}
