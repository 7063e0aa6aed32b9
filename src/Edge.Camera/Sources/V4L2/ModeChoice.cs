namespace Edge.Camera.Sources.V4L2;

/// <summary>
/// Which of a camera's modes is taken. In this order:
/// <list type="number">
/// <item>formats with colour before grey;</item>
/// <item>sizes that cover the asked width and height; if none does, the one that falls short the least;</item>
/// <item>rates that reach the asked one; if none does, the fastest;</item>
/// <item>the least cost for the processor: bytes per pixel × pixels × rate, where a pixel of Motion JPEG counts as 16 bytes. So
/// raw formats are taken before Motion JPEG, except where only Motion JPEG reaches size and rate, as on most USB 2 cameras from
/// 1280×720 up;</item>
/// <item>the driver's own order.</item>
/// </list>
/// A format that the configuration names leaves the choice of size and rate.
/// </summary>
internal static class ModeChoice
{
    private const double RateTolerance = 0.01;

    /// <param name="formats">What the device has.</param>
    /// <param name="format">auto, or one of <see cref="Config.ConfigRules.Formats"/>.</param>
    /// <param name="width">Asked, pixels.</param>
    /// <param name="height">Asked, pixels.</param>
    /// <param name="rate">Asked, frames per second.</param>
    /// <returns>Null when the device has no such format.</returns>
    public static VideoMode? Choose(IReadOnlyList<VideoFormat> formats, string format, int width, int height, double rate)
    {
        List<Candidate> candidates = [];
        foreach (VideoFormat offered in formats)
        {
            if (offered.Pixels is not { } pixels || (format != "auto" && pixels.Name != format))
                continue;
            foreach (VideoSize size in offered.Sizes)
                candidates.Add(new Candidate(pixels, size, width, height, rate));
        }

        if (candidates.Count == 0)
            return null;
        Candidate best = candidates[0];
        foreach (Candidate candidate in candidates)
        {
            if (candidate.IsBetterThan(best))
                best = candidate;
        }

        string reason = Reason(best, candidates, format != "auto", FormattableString.Invariant($"{width}×{height}"), rate);
        return new VideoMode(best.Pixels, best.Width, best.Height, best.Rate, reason);
    }

    /// <summary>Whether a camera's rate is as good as the asked one; drivers round.</summary>
    public static bool Reaches(double rate, double asked) => rate >= asked * (1 - RateTolerance);

    private static string Reason(Candidate best, List<Candidate> all, bool named, string size, double rate)
    {
        string speed = FormattableString.Invariant($"{rate:0.##}/s");
        if (best.SizeShortfall > 0)
            return $"{Subject("no format")} reaches {size}; this is the largest";
        if (best.RateShortfall > 0)
            return $"{Subject("no format")} reaches {size} at {speed}; this is the fastest";
        if (named)
            return $"it is asked for, and reaches {size} at {speed}";
        bool others = all.Exists(c => c.Pixels.Name != best.Pixels.Name && c is { SizeShortfall: 0, RateShortfall: 0 });
        if (!best.Pixels.HasColor)
            return "the camera has no colours";
        return others
            ? $"of what reaches {size} at {speed} it costs the processor least"
            : $"only {best.Pixels} reaches {size} at {speed}";

        string Subject(string any) => named ? $"{best.Pixels} is asked for, and none of its modes" : any;
    }

    private sealed class Candidate
    {
        public Candidate(PixelFormat pixels, VideoSize size, int width, int height, double rate)
        {
            Pixels = pixels;
            (Width, Height) = size.Nearest(width, height);
            Rate = size.Rate(rate);
            SizeShortfall = 1 - Math.Min(1, Math.Min((double)Width / width, (double)Height / height));
            RateShortfall = Rate is not { } given || Reaches(given, rate) ? 0 : 1 - (given / rate);
            Cost = pixels.Cost * Width * Height * (Rate ?? rate);
        }

        public PixelFormat Pixels { get; }
        public int Width { get; }
        public int Height { get; }
        public double? Rate { get; }
        public double SizeShortfall { get; }
        public double RateShortfall { get; }
        public double Cost { get; }

        /// <summary>By the first of these in which they differ: colours, size, rate, cost.</summary>
        public bool IsBetterThan(Candidate other) =>
            Pixels.HasColor != other.Pixels.HasColor ? Pixels.HasColor
            : SizeShortfall != other.SizeShortfall ? SizeShortfall < other.SizeShortfall
            : RateShortfall != other.RateShortfall ? RateShortfall < other.RateShortfall
            : Cost < other.Cost;
    }
}
