using System.Globalization;
using Edge.Quantizer;

namespace Edge.Training.Data;

/// <summary>
/// How training images are varied. Every number is the largest change: what an image gets is drawn anew each epoch. 0 leaves out.
/// </summary>
public sealed record Augmentation
{
    /// <summary>
    /// Random resized crop (Szegedy et al. 2015): the smallest share of the image's area that is kept; 1 keeps all.
    /// </summary>
    public double Crop { get; init; } = 1;

    /// <summary>Shift in either direction, as a share of the side; what comes in is filled.</summary>
    public double Shift { get; init; }

    public bool Flip { get; init; }

    public bool VerticalFlip { get; init; }

    /// <summary>Degrees to either side.</summary>
    public double Rotate { get; init; }

    /// <summary>Factor of all grey levels: 1 ± this.</summary>
    public double Brightness { get; init; }

    /// <summary>Factor of the distance from the image's mean luma: 1 ± this.</summary>
    public double Contrast { get; init; }

    /// <summary>Factor of the distance from the pixel's own luma: 1 ± this.</summary>
    public double Saturation { get; init; }

    /// <summary>Turn of the hue to either side, as a share of the whole circle.</summary>
    public double Hue { get; init; }

    /// <summary>Standard deviation of Gaussian noise, grey levels.</summary>
    public double Noise { get; init; }

    /// <summary>Standard deviation of a Gaussian blur, pixels.</summary>
    public double Blur { get; init; }

    /// <summary>Side of a grey square that hides a part (DeVries and Taylor 2017), as a share of the side.</summary>
    public double Cutout { get; init; }

    /// <summary>Parameter α of mixup's beta distribution (Zhang et al. 2018).</summary>
    public double Mixup { get; init; }

    public static Augmentation None { get; } = new();

    /// <summary>One line for help texts.</summary>
    public const string Summary =
        "none, light, standard, strong, or a list that may begin with one of them: crop=0.3, shift=0.1, flip, vflip, "
        + "rotate=15, color=0.3, brightness=, contrast=, saturation=, hue=0.05, noise=8, blur=1, cutout=0.25, mixup=0.2";

    /// <summary>Reads "standard", "flip,crop=0.3" or "standard,rotate=20,noflip".</summary>
    /// <exception cref="UserException">An unknown word or a number out of range.</exception>
    public static Augmentation Parse(string text)
    {
        Augmentation result = None;
        string[] words = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            string[] parts = words[i].Split('=', 2);
            string name = parts[0].ToLowerInvariant();
            if (i == 0 && parts.Length == 1 && Preset(name) is { } preset)
                result = preset;
            else
                result = parts.Length == 1 ? result.With(name, text) : result.With(name, Number(parts[1], words[i]), words[i]);
        }

        return result;
    }

    private static Augmentation? Preset(string name) => name switch
    {
        "none" => None,
        "light" => new() { Flip = true, Shift = 0.1 },
        "standard" => new() { Flip = true, Crop = 0.35, Brightness = 0.2, Contrast = 0.2, Saturation = 0.2 },
        "strong" => new()
        {
            Flip = true,
            Crop = 0.2,
            Rotate = 15,
            Brightness = 0.4,
            Contrast = 0.4,
            Saturation = 0.4,
            Hue = 0.05,
            Cutout = 0.3,
        },
        _ => null,
    };

    private Augmentation With(string name, string text) => name switch
    {
        "flip" => this with { Flip = true },
        "noflip" => this with { Flip = false },
        "vflip" => this with { VerticalFlip = true },
        _ => throw new UserException($"--augment {text}: '{name}' needs a number or is unknown; known are {Summary}"),
    };

    private Augmentation With(string name, double value, string word)
    {
        (double Low, double High, Augmentation Result) range = name switch
        {
            "crop" => (0.01, 1, this with { Crop = value }),
            "shift" => (0, 0.5, this with { Shift = value }),
            "rotate" => (0, 180, this with { Rotate = value }),
            "color" or "colour" => (0, 0.9, this with { Brightness = value, Contrast = value, Saturation = value }),
            "brightness" => (0, 0.9, this with { Brightness = value }),
            "contrast" => (0, 0.9, this with { Contrast = value }),
            "saturation" => (0, 0.9, this with { Saturation = value }),
            "hue" => (0, 0.5, this with { Hue = value }),
            "noise" => (0, 64, this with { Noise = value }),
            "blur" => (0, 5, this with { Blur = value }),
            "cutout" => (0, 0.9, this with { Cutout = value }),
            "mixup" => (0, 1, this with { Mixup = value }),
            _ => throw new UserException($"--augment {word}: unknown; known are {Summary}"),
        };
        return value >= range.Low && value <= range.High
            ? range.Result
            : throw new UserException($"--augment {word}: must be from {range.Low} to {range.High}");
    }

    private static double Number(string text, string word) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new UserException($"--augment {word}: '{text}' is not a number");
}
