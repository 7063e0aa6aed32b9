namespace Edge.Camera.Sources.V4L2;

/// <summary>One pixel format of a device with what it delivers in it.</summary>
/// <param name="FourCC">The kernel's four letters.</param>
/// <param name="Description">The driver's words.</param>
/// <param name="Sizes">Of frames.</param>
internal sealed record VideoFormat(uint FourCC, string Description, IReadOnlyList<VideoSize> Sizes)
{
    /// <summary>Null when it can't be looked at.</summary>
    public PixelFormat? Pixels => PixelFormat.Find(FourCC);
}

/// <summary>A frame size, or a range of them, in pixels.</summary>
/// <param name="Width">Smallest.</param>
/// <param name="Height">Smallest.</param>
/// <param name="MaxWidth">Equal to the smallest for a single size.</param>
/// <param name="MaxHeight">Equal to the smallest for a single size.</param>
/// <param name="StepWidth">1 at least.</param>
/// <param name="StepHeight">1 at least.</param>
/// <param name="Rates">
/// At this size, or at the size of the range that is nearest to the asked one; empty when the driver does not say.
/// </param>
internal sealed record VideoSize(
    int Width, int Height, int MaxWidth, int MaxHeight, int StepWidth, int StepHeight, IReadOnlyList<VideoRate> Rates)
{
    public VideoSize(int width, int height, params VideoRate[] rates)
        : this(width, height, width, height, 1, 1, rates)
    {
    }

    public bool IsRange => Width != MaxWidth || Height != MaxHeight;

    /// <summary>The smallest size of the range that covers the asked one, or the largest.</summary>
    public (int Width, int Height) Nearest(int width, int height) =>
        (Nearest(width, Width, MaxWidth, StepWidth), Nearest(height, Height, MaxHeight, StepHeight));

    /// <summary>The slowest rate that reaches the asked one, or the fastest; null when the driver does not say.</summary>
    public double? Rate(double asked)
    {
        double? best = null;
        foreach (VideoRate range in Rates)
        {
            double rate = Math.Clamp(asked, range.Min, range.Max);
            bool reaches = ModeChoice.Reaches(rate, asked);
            if (best is not { } old || (reaches ? rate < old || !ModeChoice.Reaches(old, asked) : rate > old))
                best = rate;
        }

        return best;
    }

    private static int Nearest(int asked, int min, int max, int step)
    {
        long steps = Math.Max(0, ((long)asked - min + step - 1) / step);
        return (int)Math.Min(min + (steps * step), max - ((max - min) % step));
    }
}

/// <summary>Frames per second, one rate or a range.</summary>
internal readonly record struct VideoRate(double Min, double Max)
{
    public VideoRate(double rate)
        : this(rate, rate)
    {
    }
}

/// <summary>What is asked of a device.</summary>
/// <param name="Pixels">Format.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Rate">Frames per second; null when the driver does not say what it can.</param>
/// <param name="Reason">Why, in words that go behind a colon.</param>
internal sealed record VideoMode(PixelFormat Pixels, int Width, int Height, double? Rate, string Reason)
{
    public override string ToString() =>
        FormattableString.Invariant($"{Pixels} {Width}×{Height}")
        + (Rate is { } rate ? FormattableString.Invariant($" at {rate:0.##}/s") : "");
}
