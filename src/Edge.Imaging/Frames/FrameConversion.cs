namespace Edge.Imaging.Frames;

/// <summary>
/// Step 1 of <see cref="FramePreprocessor"/>: samples become 8-bit R G B, in integers.
/// <code>
/// t(x, c) = floor((x − 128) · c / 128)                       units of 1/32 level, c in units of 1/4096
/// R = clamp8(floor((t(Y, luma) + offset + t(V, redV)) / 32))
/// G = clamp8(floor((t(Y, luma) + offset + t(U, greenU) + t(V, greenV)) / 32))
/// B = clamp8(floor((t(Y, luma) + offset + t(U, blueU)) / 32))
/// </code>
/// which is R = y + 2(1 − Kr)·v, B = y + 2(1 − Kb)·u, G = y − 2(1 − Kb)(Kb/Kg)·u − 2(1 − Kr)(Kr/Kg)·v (BT.601-7, 2.5; BT.709-6,
/// item 3) with y, u and v stretched from their range, at most one level from its rounded value. Chroma is not interpolated:
/// pixels that share a sample share its value. Every term and sum fits in 16 bits. Grey frames have luma only: R = G = B.
/// </summary>
internal readonly struct FrameConversion
{
    /// <summary>Fractional bits of the coefficients.</summary>
    public const int CoefficientBits = 12;

    /// <summary>Fractional bits of terms and sums.</summary>
    public const int LevelBits = 5;

    /// <summary>One half to round, and half a unit for each of the two floors.</summary>
    private const int Rounding = (1 << (LevelBits - 1)) + 1;

    public FrameConversion(ColorMatrix matrix, ColorRange range)
    {
        (double kr, double kb) = matrix == ColorMatrix.Bt709 ? (0.2126, 0.0722) : (0.299, 0.114);
        double kg = 1 - kr - kb;
        (double y, double c, int black) = range == ColorRange.Limited ? (255.0 / 219, 255.0 / 224, 16) : (1, 1, 0);
        Luma = Fixed(y);
        RedV = Fixed(c * 2 * (1 - kr));
        BlueU = Fixed(c * 2 * (1 - kb));
        GreenU = Fixed(-c * 2 * (1 - kb) * kb / kg);
        GreenV = Fixed(-c * 2 * (1 - kr) * kr / kg);
        Offset = (short)(Math.Round(y * (128 - black) * (1 << LevelBits)) + Rounding);

        static short Fixed(double coefficient) => (short)Math.Round(coefficient * (1 << CoefficientBits));
    }

    public short Luma { get; }
    public short RedV { get; }
    public short GreenU { get; }
    public short GreenV { get; }
    public short BlueU { get; }

    /// <summary>Level of Y = 128, in 1/32, with what rounds the result.</summary>
    public short Offset { get; }

    public byte Grey(byte y) => Clamp(Term(y, Luma) + Offset);

    public (byte Red, byte Green, byte Blue) Rgb(byte y, byte u, byte v)
    {
        int luma = Term(y, Luma) + Offset;
        return (Clamp(luma + Term(v, RedV)), Clamp(luma + Term(u, GreenU) + Term(v, GreenV)), Clamp(luma + Term(u, BlueU)));
    }

    private static int Term(byte x, short coefficient) => (x - 128) * coefficient >> (CoefficientBits - LevelBits);

    private static byte Clamp(int level) => (byte)Math.Clamp(level >> LevelBits, 0, 255);
}
