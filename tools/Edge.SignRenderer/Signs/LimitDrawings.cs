using System.Globalization;
using System.Text;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Signs;

/// <summary>
/// Speed limits in many hands: digits of drawn width, height, weight and form. The classes differ in digits only, so a network
/// must learn what makes a 6 a 6, not how one maker writes it.
/// </summary>
internal static class LimitDrawings
{
    private const ulong Seed = 0x5EED_D161;

    /// <summary>Radius of the circle that the digits' corners may reach, in units of the drawing (600 a side).</summary>
    private const float Field = 216;

    private static readonly (int Label, string Number)[] Limits =
        [(0, "20"), (1, "30"), (2, "50"), (3, "60"), (4, "70"), (5, "80"), (7, "100"), (8, "120")];

    private static readonly string[] Others = ["5", "10", "40", "90", "110", "130"];

    private static readonly string[] Reds = ["#bb1e10", "#c1121c", "#a52019", "#b5302a"];

    /// <summary>Draws every limit of the classes, "end of 80", and some of the limits that have no class.</summary>
    /// <param name="variants">Drawings of each limit.</param>
    public static IReadOnlyList<SignDrawing> Make(int variants)
    {
        List<SignDrawing> drawings = [];
        foreach ((int label, string number) in Limits)
            Add(label, number, variants, Limit);
        Add(6, "80", variants / 2, End);
        foreach (string number in Others)
            Add(SignLibrary.None, number, Math.Max(1, variants / 8), Limit);
        return drawings;

        void Add(int label, string number, int count, Func<string, SampleRandom, string> draw)
        {
            for (int i = 0; i < count; i++)
            {
                SampleRandom random = new(Seed, 1000 * int.Parse(number, CultureInfo.InvariantCulture) + i);
                drawings.Add(new(label, $"limit {number}, hand {i + 1}", draw(number, random)));
            }
        }
    }

    private static string Limit(string number, SampleRandom random)
    {
        string rim = random.Chance(0.75f) ? Disc(296) : "";
        return Svg(
            rim + Disc(252, random.Pick(Reds), random.Range(62, 80))
            + Digits(number, random.Chance(0.8f) ? "#000" : "#1c1c1c", random));
    }

    private static string End(string number, SampleRandom random)
    {
        int grey = 90 + random.Below(95);
        string digits = Digits(number, $"rgb({grey},{grey},{grey})", random);
        StringBuilder bars = new();
        float width = random.Range(8, 14), gap = random.Range(21, 27);
        for (int i = -2; i <= 2; i++)
            bars.Append(Text($"<path d=\"M40 {560 + i * gap * 1.414f}L560 {40 + i * gap * 1.414f}\"/>"));
        return Svg(
            $"<clipPath id=\"c\">{Disc(272)}</clipPath>{Disc(296)}{Disc(277, "#111", random.Range(6, 14))}"
            + digits + Text($"<g stroke=\"#111\" stroke-width=\"{width}\" clip-path=\"url(#c)\">{bars}</g>"));
    }

    private static string Digits(string number, string color, SampleRandom random)
    {
        bool three = number.Length > 2;
        float height = three ? random.Range(170, 235) : random.Range(210, 275);
        float width = height * (three ? random.Range(0.41f, 0.56f) : random.Range(0.47f, 0.64f));
        float stroke = MathF.Min(height * random.Range(0.115f, 0.18f), 0.36f * width);
        float gap = height * random.Range(0.05f, 0.13f);
        DigitForm form = DigitForm.Draw(width, height, stroke, random);
        float total = number.Sum(form.WidthOf) + (number.Length - 1) * (stroke + gap) + stroke;
        float scale = MathF.Min(1, 2 * Field / MathF.Sqrt(total * total + height * height));
        StringBuilder digits = new();
        float x = 0;
        foreach (char digit in number)
        {
            digits.Append(Text($"<g transform=\"translate({x} 0)\">{form.Element(digit)}</g>"));
            x += form.WidthOf(digit) + stroke + gap;
        }

        float left = (stroke - total) / 2, top = (stroke - height) / 2;
        (float centerX, float centerY) = (300 + random.Normal(0, 3), 300 + random.Normal(0, 4));
        return Text($"<g transform=\"translate({centerX} {centerY}) scale({scale}) translate({left} {top})\" ")
            + Text($"fill=\"none\" stroke=\"{color}\" stroke-width=\"{stroke}\" stroke-miterlimit=\"2.5\">{digits}</g>");
    }

    /// <summary>A white disc in the middle, with an outline or without.</summary>
    private static string Disc(int radius, string outline = "none", float width = 1) => Text(
        $"<circle cx=\"300\" cy=\"300\" r=\"{radius}\" fill=\"#fff\" stroke=\"{outline}\" stroke-width=\"{width}\"/>");

    private static string Svg(string content) =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 600\">{content}</svg>";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
