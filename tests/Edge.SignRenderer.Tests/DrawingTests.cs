using System.Numerics;
using System.Xml.Linq;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Tests;

public sealed class DrawingTests(DrawnSigns signs) : IClassFixture<DrawnSigns>
{
    [Fact]
    public void Every_limit_is_written_in_many_hands_and_always_the_same_ones()
    {
        IReadOnlyList<SignDrawing> drawings = LimitDrawings.Make(16), again = LimitDrawings.Make(16);
        Assert.Equal(drawings, again);
        foreach (int label in (int[])[0, 1, 2, 3, 4, 5, 7, 8])
            Assert.Equal(16, drawings.Where(d => d.Label == label).DistinctBy(d => d.Svg).Count());
        Assert.Equal(8, drawings.Count(d => d.Label == 6));
        Assert.All(drawings, drawing => Assert.Equal("svg", XElement.Parse(drawing.Svg).Name.LocalName));
    }

    [Theory]
    [InlineData(nameof(SixArm.Straight))]
    [InlineData(nameof(SixArm.Bent))]
    [InlineData(nameof(SixArm.Round))]
    public void A_nine_is_a_six_upside_down(string arm)
    {
        DigitForm form = DigitForm.Draw(150, 250, 40, new SampleRandom(1, 2)) with { Arm = Enum.Parse<SixArm>(arm) };
        XElement six = XElement.Parse(form.Element('6')), nine = XElement.Parse(form.Element('9'));
        Assert.Equal(six.Attribute("d")!.Value, nine.Attribute("d")!.Value);
        Assert.Equal("rotate(180 55 105)", nine.Attribute("transform")!.Value);
    }

    [Fact]
    public void A_one_takes_less_room_than_other_digits()
    {
        DigitForm form = DigitForm.Draw(150, 250, 40, new SampleRandom(1, 2)) with { Flag = 0.5f };
        Assert.Equal(55, form.WidthOf('1'));
        Assert.Equal(110, form.WidthOf('8'));
        Assert.Equal(0, (form with { Flag = 0 }).WidthOf('1'));
    }

    [RsvgFact]
    public void Digits_stay_inside_the_ring()
    {
        SvgRasterizer rasterizer = new(Path.Combine(signs.Folder, "hands"));
        foreach (SignDrawing drawing in LimitDrawings.Make(4).Where(d => d.Label is 3 or 8))
        {
            LinearImage image = new SignTexture(rasterizer, drawing, default, 128, 128).Level(64);
            for (int y = 0; y < 128; y++)
            {
                for (int x = 0; x < 128; x++)
                {
                    Vector4 pixel = image.Row(y)[x];
                    bool dark = pixel.W > 0.9f && pixel.X < 0.05f;
                    Assert.False(dark && Vector2.Distance(new(x + 0.5f, y + 0.5f), new(64)) > 0.415f * 128, drawing.Svg);
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(-1, 1)]
    [InlineData(0.5f, 4)]
    public void A_bolder_drawing_has_wider_dark_strokes_and_the_same_outline(float weight, float expected)
    {
        LinearImage image = new();
        image.Reset(16, 16);
        image.Pixels.Fill(Vector4.One);
        for (int y = 0; y < 16; y++)
        {
            image.Row(y).Slice(6, 3).Fill(new(0, 0, 0, 1));
            image.Row(y)[0] = Vector4.Zero;
        }

        LinearImage changed = StrokeWeight.Change(image, weight);

        float dark = 0;
        for (int x = 1; x < 16; x++)
            dark += 1 - changed.Row(8)[x].X;
        Assert.Equal(expected, dark, 1e-4f);
        Assert.Equal(Vector4.Zero, changed.Row(8)[0]);
        Assert.All(changed.Row(8)[1..].ToArray(), pixel => Assert.Equal(1, pixel.W));
    }

    [Fact]
    public void Faded_red_moves_towards_orange_and_keeps_greys()
    {
        Matrix4x4 fade = ColorTransform.FadedRed(0.3f, 0.1f);
        Vector4 grey = new(0.4f, 0.4f, 0.4f, 1), red = Vector4.Transform(new Vector4(0.6f, 0.1f, 0.1f, 1), fade);
        Assert.Equal(0.6f, red.X, 1e-5f);
        Assert.Equal(0.25f, red.Y, 1e-5f);
        Assert.Equal(0.15f, red.Z, 1e-5f);
        Assert.Equal(0, Vector4.Distance(grey, Vector4.Transform(grey, fade)), 1e-5f);
    }
}
