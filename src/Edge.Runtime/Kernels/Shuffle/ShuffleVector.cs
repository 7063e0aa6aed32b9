using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Edge.Runtime.Execution;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Shuffle;

/// <summary>
/// Sixteen channels of every group at a time, which are as many output vectors as there are groups. Each output vector takes
/// bytes of all groups: one byte shuffle per group (PSHUFB, TBL), or-ed.
/// </summary>
internal readonly unsafe struct ShuffleVector : IShufflePixel
{
    /// <summary>More groups than this read too many vectors for each that they write.</summary>
    public const int MaxGroups = 8;

    /// <summary>The mask of output vector v and group g stands at index v·groups + g; 0xFF where the byte comes from another group.</summary>
    public static byte* Masks(int groups, PreparationContext context)
    {
        if (groups > MaxGroups)
            return null;
        var masks = (byte*)context.Allocate((nuint)(groups * groups * LaneStore.Lanes));
        for (int v = 0; v < groups; v++)
        {
            for (int g = 0; g < groups; g++)
            {
                for (int i = 0; i < LaneStore.Lanes; i++)
                {
                    (int j, int group) = Math.DivRem((v * LaneStore.Lanes) + i, groups);
                    masks[(((v * groups) + g) * LaneStore.Lanes) + i] = group == g ? (byte)j : (byte)0xFF;
                }
            }
        }

        return masks;
    }

    public static void Shuffle(sbyte* source, sbyte* destination, int channels, int groups, byte* masks)
    {
        int perGroup = channels / groups;
        for (int j = 0; j < perGroup; j += LaneStore.Lanes)
        {
            sbyte* block = destination + (j * groups);
            int left = (perGroup - j) * groups;
            byte* mask = masks;
            for (int v = 0; v < groups && left > 0; v++, block += LaneStore.Lanes, left -= LaneStore.Lanes)
            {
                Vector128<byte> mixed = Vector128<byte>.Zero;
                for (int g = 0; g < groups; g++, mask += LaneStore.Lanes)
                    mixed |= Select(Vector128.Load((byte*)source + (g * perGroup) + j), Vector128.Load(mask));
                LaneStore.Store(mixed.AsSByte(), block, left);
            }
        }
    }

    // Lane i: bytes[mask[i]], 0 for a mask of 0xFF on both architectures.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Select(Vector128<byte> bytes, Vector128<byte> mask) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(bytes, mask) : Ssse3.Shuffle(bytes, mask);
}
