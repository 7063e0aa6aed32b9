using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Edge.Imaging.Preprocessing;

namespace Edge.Imaging.Frames;

/// <summary>
/// Levels of three channels become codes side by side, 64 pixels at a time: tables of 256 codes lie in four registers, and bytes
/// go to their places by the same instruction that looks them up.
/// </summary>
internal sealed unsafe class PixelCodesAvx512
{
    /// <summary>Pixels of a vector; a row must have as many.</summary>
    public const int Count = 64;

    private const int Channels = 3;

    private readonly sbyte[] _codes;

    /// <summary>
    /// Per vector of output first the places in the registers of the first two channels, then those in what this gave and the
    /// third channel's register.
    /// </summary>
    private readonly sbyte[] _places = new sbyte[Channels * 2 * Count];

    /// <param name="codes">As <see cref="LevelTables.Codes"/> of three channels.</param>
    public PixelCodesAvx512(sbyte[] codes)
    {
        _codes = codes;
        for (int i = 0; i < Channels * Count; i++)
        {
            int pixel = i / Channels, channel = i % Channels, place = i % Count, output = i / Count * 2 * Count;
            _places[output + place] = (sbyte)(channel == 1 ? Count + pixel : pixel);
            _places[output + Count + place] = (sbyte)(channel == 2 ? Count + pixel : place);
        }
    }

    /// <summary>Permutations of bytes came after the other instructions of AVX-512.</summary>
    public static bool IsSupported => Avx512Vbmi.IsSupported;

    /// <summary>Writes a row. The last vector overlaps the one before it where the pixels do not fill it.</summary>
    /// <param name="first">Levels of the model's first channel, less 128.</param>
    /// <param name="pixels">At least <see cref="Count"/>.</param>
    /// <param name="to">Three codes per pixel.</param>
    public void Write(sbyte* first, sbyte* second, sbyte* third, int pixels, sbyte* to)
    {
        fixed (sbyte* codes = _codes, places = _places)
        {
            for (int x = 0; x < pixels; x += Count)
            {
                x = Math.Min(x, pixels - Count);

                // Codes of 64 pixels each, one channel a register; ab then holds the first two channels' bytes of one output.
                Vector512<sbyte> a = LookUp(codes, Vector512.Load(first + x));
                Vector512<sbyte> b = LookUp(codes + LevelTables.Levels, Vector512.Load(second + x));
                Vector512<sbyte> c = LookUp(codes + (2 * LevelTables.Levels), Vector512.Load(third + x));
                for (int output = 0; output < Channels; output++)
                {
                    sbyte* place = places + (output * 2 * Count);
                    Vector512<sbyte> ab = Avx512Vbmi.PermuteVar64x8x2(a, Vector512.Load(place), b);
                    Avx512Vbmi.PermuteVar64x8x2(ab, Vector512.Load(place + Count), c).Store(to + (x * Channels) + (output * Count));
                }
            }
        }
    }

    /// <summary>Seven bits of a level are its place in half a table, the sign says in which.</summary>
    private static Vector512<sbyte> LookUp(sbyte* codes, Vector512<sbyte> levels)
    {
        Vector512<sbyte> below = Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(codes), levels, Vector512.Load(codes + 64));
        Vector512<sbyte> above = Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(codes + 128), levels, Vector512.Load(codes + 192));
        return Vector512.ConditionalSelect(Vector512.LessThan(levels, Vector512<sbyte>.Zero), below, above);
    }
}
