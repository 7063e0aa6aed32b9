using System.Globalization;
using System.Text.RegularExpressions;
using Edge.Runtime.Format;

namespace Edge.Imaging.Preprocessing;

/// <summary>
/// The resize rule in words, separated by commas: "decode", "RGB" and "bilinear with antialiasing" say what always happens; one
/// of "shorter side to N", "shorter side to round(size/F)", "stretch" and "letterbox" says how; "centre crop size x size" goes
/// with the first two.
/// </summary>
internal static partial class ResizePhrases
{
    public const string Default = "shorter side to round(size/0.875), centre crop size x size";

    private const string Known =
        "known are \"shorter side to N\", \"shorter side to round(size/F)\", \"centre crop size x size\", \"stretch\", " +
        "\"letterbox\" and \"bilinear with antialiasing\"";

    /// <exception cref="ImageFormatException">An unknown or contradictory phrase.</exception>
    public static (ResizeRule Rule, int ResizeTo) Parse(string text, int width, int height)
    {
        ResizeRule? rule = null;
        int resizeTo = 0;
        bool crops = false;
        foreach (string phrase in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (phrase.ToLowerInvariant())
            {
                case "decode" or "rgb" or "bilinear with antialiasing":
                    continue;
                case "centre crop size x size" or "center crop size x size" or "centre crop" or "center crop":
                    crops = true;
                    continue;
                case "stretch" or "stretch to size x size":
                    SetRule(ResizeRule.Stretch);
                    continue;
                case "letterbox" or "letterbox to size x size":
                    SetRule(ResizeRule.Letterbox);
                    continue;
            }

            Match match = ShorterSide().Match(phrase);
            if (!match.Success)
                throw new ImageFormatException($"\"resize\": unknown phrase \"{phrase}\"; {Known}");
            SetRule(ResizeRule.ShorterSideThenCenterCrop);
            if (match.Groups["pixels"] is { Success: true } pixels)
            {
                _ = int.TryParse(pixels.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out resizeTo);
            }
            else
            {
                double fraction = double.Parse(match.Groups["fraction"].ValueSpan, CultureInfo.InvariantCulture);
                if (fraction is not (> 0.01 and <= 1))
                    throw new ImageFormatException($"\"resize\": the fraction {fraction} is not between 0.01 and 1");
                resizeTo = PreprocessingPresets.ShorterSide(Math.Max(width, height), fraction);
            }
        }

        if (rule is null)
            throw new ImageFormatException($"\"resize\" says neither shorter side, stretch nor letterbox; {Known}");
        if (crops && rule != ResizeRule.ShorterSideThenCenterCrop)
            throw new ImageFormatException("\"resize\": a centre crop goes with \"shorter side to …\" only");
        return (rule.Value, resizeTo);

        void SetRule(ResizeRule wanted)
        {
            if (rule is not null)
                throw new ImageFormatException($"\"resize\": \"{text}\" names two ways to resize; keep one");
            rule = wanted;
        }
    }

    [GeneratedRegex(
        @"^shorter side to (?:(?<pixels>\d{1,6})|round\(size/(?<fraction>\d+(?:\.\d+)?)\))$", RegexOptions.IgnoreCase)]
    private static partial Regex ShorterSide();
}
