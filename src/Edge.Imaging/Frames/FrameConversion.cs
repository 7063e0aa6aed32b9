namespace Edge.Imaging.Frames;

/// <summary>
/// Step 2 of <see cref="FramePreprocessor"/>: samples become levels of R G B, in integers. Samples x are words, (sample − 128) · 256,
/// so that what is between two codes counts too; levels are less 128.
/// <code>
/// t(x, c) = floor((x · c + 2¹⁴) / 2¹⁵)                       units of 1/64 level, c in units of 2⁻¹³
/// R = clamp(floor((t(Y, luma) + offset + t(V, redV)) / 64), −128, 127)
/// G = clamp(floor((t(Y, luma) + offset + t(U, greenU) + t(V, greenV)) / 64), −128, 127)
/// B = clamp(floor((t(Y, luma) + offset + t(U, blueU)) / 64), −128, 127)
/// </code>
/// which is R = y + 2(1 − Kr)·v, B = y + 2(1 − Kb)·u, G = y − 2(1 − Kb)(Kb/Kg)·u − 2(1 − Kr)(Kr/Kg)·v (BT.601-7, 2.5; BT.709-6,
/// item 3) with y, u and v stretched from their range. Every term and sum fits in 16 bits. Grey frames have luma only: R = G = B.
/// Samples of RGB frames are levels already; each is treated as luma of full range, which leaves it as it is.
/// </summary>
internal readonly struct FrameConversion
{
    /// <summary>Fractional bits of the coefficients.</summary>
    public const int CoefficientBits = 13;

    /// <summary>Fractional bits of terms and sums.</summary>
    public const int LevelBits = 6;

    public FrameConversion(in FrameDescription frame)
    {
        (double kr, double kb) = frame.Matrix == ColorMatrix.Bt709 ? (0.2126, 0.0722) : (0.299, 0.114);
        double kg = 1 - kr - kb;
        bool limited = !frame.IsRgb && frame.Range == ColorRange.Limited;
        (double y, double c, int black) = limited ? (255.0 / 219, 255.0 / 224, 16) : (1, 1, 0);
        HasChroma = frame.HasChroma;
        Luma = Fixed(y);
        RedV = Fixed(c * 2 * (1 - kr));
        BlueU = Fixed(c * 2 * (1 - kb));
        GreenU = Fixed(-c * 2 * (1 - kb) * kb / kg);
        GreenV = Fixed(-c * 2 * (1 - kr) * kr / kg);
        Offset = (short)(Math.Round(((y * (128 - black)) - 128) * (1 << LevelBits)) + (1 << (LevelBits - 1)));

        static short Fixed(double coefficient) => (short)Math.Round(coefficient * (1 << CoefficientBits));
    }

    /// <summary>Whether the second and third channel are chroma; otherwise channels do not mix.</summary>
    public bool HasChroma { get; }

    public short Luma { get; }
    public short RedV { get; }
    public short GreenU { get; }
    public short GreenV { get; }
    public short BlueU { get; }

    /// <summary>Level of Y = 128 less 128, in 1/64, and one half, which rounds the result.</summary>
    public short Offset { get; }

    /// <summary>One sample of each channel to levels less 128.</summary>
    public (sbyte Red, sbyte Green, sbyte Blue) Levels(int first, int second, int third)
    {
        int luma = Term(first, Luma) + Offset;
        return HasChroma
            ? (Clamp(luma + Term(third, RedV)), Clamp(luma + Term(second, GreenU) + Term(third, GreenV)), Clamp(luma + Term(second, BlueU)))
            : (Clamp(luma), Clamp(Term(second, Luma) + Offset), Clamp(Term(third, Luma) + Offset));
    }

    private static int Term(int word, short coefficient) => ((word * coefficient) + (1 << 14)) >> 15;

    private static sbyte Clamp(int level) => (sbyte)Math.Clamp(level >> LevelBits, sbyte.MinValue, sbyte.MaxValue);
}
