using System.Diagnostics.CodeAnalysis;
using Edge.Runtime.Format;
using Edge.Runtime.Numerics;

namespace Edge.Imaging.Preprocessing;

/// <summary>What every grey level of every channel becomes: 256 entries per channel, channels in the model's order.</summary>
internal sealed class LevelTables
{
    public const int Levels = 256;

    /// <summary>x = (level − mean[c]) · scale[c].</summary>
    /// <exception cref="ImageFormatException">The description contradicts itself; the message says where.</exception>
    public LevelTables(InputPreprocessing preprocessing)
    {
        Validate(preprocessing);
        Real = new float[preprocessing.Channels * Levels];
        for (int i = 0; i < Real.Length; i++)
            Real[i] = (i % Levels - preprocessing.Mean[i / Levels]) * preprocessing.Scale[i / Levels];
    }

    /// <summary>Also q = roundTiesToEven(clamp(x / s, −128 − z, 127 − z)) + z.</summary>
    /// <param name="preprocessing">The model's description of its input.</param>
    /// <param name="scale">s, finite and positive.</param>
    /// <param name="zeroPoint">z, −128 to 127.</param>
    /// <exception cref="ImageFormatException">The description contradicts itself; the message says where.</exception>
    public LevelTables(InputPreprocessing preprocessing, float scale, int zeroPoint)
        : this(preprocessing)
    {
        if (!float.IsFinite(scale) || scale <= 0)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "finite and positive");
        ArgumentOutOfRangeException.ThrowIfLessThan(zeroPoint, sbyte.MinValue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(zeroPoint, sbyte.MaxValue);
        Codes = new sbyte[Real.Length];
        for (int i = 0; i < Codes.Length; i++)
            Codes[i] = Requantization.RoundClamped(Real[i] / scale, zeroPoint, sbyte.MinValue, sbyte.MaxValue);
    }

    public float[] Real { get; }

    /// <summary>Empty without scale and zero point.</summary>
    public sbyte[] Codes { get; } = [];

    /// <exception cref="ImageFormatException">The description contradicts itself; the message says where.</exception>
    public static void Validate(InputPreprocessing p)
    {
        if (p.Width < 1 || p.Height < 1)
            throw Contradiction($"the size {p.Width} × {p.Height} is not positive");
        if (p.Mean.Length != p.Channels || p.Scale.Length != p.Channels)
            throw Contradiction($"{p.Mean.Length} means and {p.Scale.Length} scales for {p.Channels} channel(s)");
        if (p.Mean.Any(m => !float.IsFinite(m)) || p.Scale.Any(s => !float.IsFinite(s) || s == 0))
            throw Contradiction("means must be finite, scales finite and not 0");
        if (p.Resize == ResizeRule.ShorterSideThenCenterCrop && p.ResizeTo < Math.Max(p.Width, p.Height))
            throw Contradiction($"a shorter side of {p.ResizeTo} is smaller than the crop of {p.Width} × {p.Height}");
    }

    private static ImageFormatException Contradiction([NotNull] string what) => new($"preprocessing: {what}");
}
