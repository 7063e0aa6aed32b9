using System.Globalization;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Signs;

/// <summary>
/// A way to write digits as strokes of one width. Around DIN 1451 ("Mittelschrift" and "Engschrift"), whose editions differ in
/// the arms of 6 and 9, and as makers and years vary it. Positions are those of the strokes' middles, in units of the drawing.
/// </summary>
internal sealed record DigitForm
{
    public required float Width { get; init; }

    public required float Height { get; init; }

    public required float Stroke { get; init; }

    /// <summary>Height of the round ends of a 0: from half its width (a pill) to half its height (an ellipse).</summary>
    public required float Bow { get; init; }

    /// <summary>Width of the flag of a 1 relative to other digits'; 0 for a plain bar.</summary>
    public required float Flag { get; init; }

    /// <summary>Height of the loop of 6 and 9 relative to the digit's.</summary>
    public required float Loop { get; init; }

    public required SixArm Arm { get; init; }

    /// <summary>How far the arm of 6 and 9 reaches, 0 (short, open) to 1 (long, almost closed).</summary>
    public required float Reach { get; init; }

    /// <summary>Where 3 and 8 meet in the middle, relative to the height.</summary>
    public required float Waist { get; init; }

    /// <summary>Width of the upper half of 3 and 8 relative to the lower.</summary>
    public required float Shoulder { get; init; }

    /// <summary>How far the ends of 2, 3 and 5 bend back, 0 to 1.</summary>
    public required float Hook { get; init; }

    /// <summary>Whether the leg of a 7 bends.</summary>
    public required bool BentLeg { get; init; }

    /// <param name="digitWidth">Of a digit from edge to edge.</param>
    /// <param name="digitHeight">From edge to edge.</param>
    /// <param name="stroke">Width of the strokes.</param>
    /// <param name="random">Decides the rest.</param>
    public static DigitForm Draw(float digitWidth, float digitHeight, float stroke, SampleRandom random)
    {
        float width = digitWidth - stroke, height = digitHeight - stroke;
        return new()
        {
            Width = width,
            Height = height,
            Stroke = stroke,
            Bow = random.Chance(0.7f) ? width * random.Range(0.5f, 0.62f) : height * random.Range(0.38f, 0.5f),
            Flag = random.Chance(0.12f) ? 0 : random.Range(0.25f, 0.6f),
            Loop = random.Range(0.5f, 0.64f),
            Arm = random.Pick(Enum.GetValues<SixArm>()),
            Reach = random.Unit(),
            Waist = random.Range(0.43f, 0.49f),
            Shoulder = random.Range(0.84f, 1),
            Hook = random.Unit(),
            BentLeg = random.Chance(0.25f),
        };
    }

    /// <summary>Room that a digit takes, between the middles of its outermost strokes.</summary>
    public float WidthOf(char digit) => digit == '1' ? Flag * Width : Width;

    /// <summary>An SVG element that draws a digit with its upper left corner at (0, 0).</summary>
    public string Element(char digit) => digit == '9'
        ? Text($"<path transform=\"rotate(180 {Width / 2} {Height / 2})\" d=\"{Path(digit)}\"/>")
        : $"<path d=\"{Path(digit)}\"/>";

    private string Path(char digit) => digit switch
    {
        '0' => Zero(),
        '1' => Flag > 0 ? Text($"M0 {Height * 0.22f}L{Flag * Width} 0V{Height}") : Text($"M0 0V{Height}"),
        '2' => Two(),
        '3' => Three(),
        '4' => Text($"M{0.55f * Width} 0L0 {0.7f * Height}H{1.08f * Width}M{0.72f * Width} {0.45f * Height}V{Height}"),
        '5' => Five(),
        '6' or '9' => Six(),
        '7' => Seven(),
        '8' => Eight(),
        _ => throw new ArgumentOutOfRangeException(nameof(digit)),
    };

    private string Zero()
    {
        float r = Width / 2, bow = MathF.Min(MathF.Max(Bow, r), Height / 2);
        return Text($"M0 {bow}A{r} {bow} 0 0 1 {Width} {bow}V{Height - bow}A{r} {bow} 0 0 1 0 {Height - bow}Z");
    }

    private string Two()
    {
        float r = Width / 2, top = Height * (0.24f + 0.04f * Hook);
        (float startX, float startY) = OnBow(r, r, top, -65 - 30 * Hook);
        return Text($"M{startX} {startY}A{r} {top} 0 0 1 {r} 0A{r} {top} 0 0 1 {Width} {top}C{Width} {0.46f * Height} ")
            + Text($"{(0.6f + 0.15f * Hook) * Width} {0.56f * Height} 0 {Height}H{Width}");
    }

    private string Three()
    {
        float waist = Waist * Height, lower = (Height - waist) / 2, middle = 0.48f * Width, upper = Shoulder * Width - middle;
        (float x0, float y0) = OnBow(middle, middle * 0.95f, waist / 2, -60 - 35 * Hook);
        (float x1, float y1) = OnBow(middle, middle, lower, -120 + 35 * Hook);
        return Text($"M{x0} {y0}A{middle * 0.95f} {waist / 2} 0 0 1 {middle} 0A{upper} {waist / 2} 0 0 1 {middle} {waist}")
            + Text($"H{0.3f * Width}M{middle} {waist}A{Width - middle} {lower} 0 0 1 {middle} {Height}")
            + Text($"A{middle} {lower} 0 0 1 {x1} {waist + y1}");
    }

    private string Five()
    {
        float knee = (0.46f + 0.05f * Loop) * Height, bowl = 0.36f * Height, low = 0.78f + 0.08f * (1 - Hook);
        return Text($"M{(0.86f + 0.1f * Hook) * Width} 0H{0.1f * Width}L{0.05f * Width} {knee}")
            + Text($"C{0.18f * Width} {0.37f * Height} {0.35f * Width} {bowl} {0.5f * Width} {bowl}")
            + Text($"C{0.85f * Width} {bowl} {Width} {0.52f * Height} {Width} {0.68f * Height}")
            + Text($"C{Width} {0.88f * Height} {0.82f * Width} {Height} {0.48f * Width} {Height}")
            + Text($"C{0.2f * Width} {Height} {0.05f * Width} {0.93f * Height} 0 {low * Height}");
    }

    private string Six()
    {
        float r = Width / 2, loop = Loop * Height / 2, center = Height - loop, top = MathF.Min(0.3f * Height, MathF.Max(Bow, r));
        // Where the arm begins, and where it meets the loop on its left.
        string arm;
        if (Arm == SixArm.Straight)
        {
            arm = Text($"M{(0.6f + 0.25f * Reach) * Width} 0L{0.06f * Width} {center - 0.4f * loop}");
        }
        else if (Arm == SixArm.Bent)
        {
            arm = Text($"M{(0.62f + 0.3f * Reach) * Width} {0.01f * Height}")
                + Text($"C{0.3f * Width} {0.1f * Height} 0 {0.32f * Height} 0 {center}");
        }
        else
        {
            (float x, float y) = OnBow(r, r, top, 20 + 70 * Reach);
            arm = Text($"M{x} {y}A{r} {top} 0 0 0 {r} 0A{r} {top} 0 0 0 0 {top}V{center}");
        }

        return arm + Text($"M{Width} {center}A{r} {loop} 0 1 1 0 {center}A{r} {loop} 0 1 1 {Width} {center}Z");
    }

    private string Seven() => BentLeg
        ? Text($"M0 0H{Width}V{0.04f * Height}C{0.72f * Width} {0.35f * Height} ")
            + Text($"{0.38f * Width} {0.62f * Height} {0.34f * Width} {Height}")
        : Text($"M0 0H{Width}L{(0.22f + 0.16f * Reach) * Width} {Height}");

    private string Eight()
    {
        float waist = Waist * Height, r = Width / 2, upper = Shoulder * r, lower = (Height - waist) / 2;
        return Text($"M{r} 0A{upper} {waist / 2} 0 0 1 {r} {waist}A{upper} {waist / 2} 0 0 1 {r} 0Z")
            + Text($"M{r} {waist}A{r} {lower} 0 0 1 {r} {Height}A{r} {lower} 0 0 1 {r} {waist}Z");
    }

    /// <summary>A point on an ellipse that touches y = 0 at (<paramref name="center"/>, 0).</summary>
    /// <param name="center">Its x.</param>
    /// <param name="rx">Horizontal radius.</param>
    /// <param name="ry">Vertical radius.</param>
    /// <param name="degrees">From the top, clockwise.</param>
    private static (float X, float Y) OnBow(float center, float rx, float ry, float degrees)
    {
        (float sin, float cos) = MathF.SinCos(degrees * MathF.PI / 180);
        return (center + rx * sin, ry * (1 - cos));
    }

    private static string Text(FormattableString path) => path.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Shapes of the arm of 6 and 9.</summary>
internal enum SixArm
{
    /// <summary>A straight slanted stroke.</summary>
    Straight,

    /// <summary>A slanted stroke that bends into the loop.</summary>
    Bent,

    /// <summary>Goes on from the loop upwards and bends back over it, as a 0 does.</summary>
    Round,
}
