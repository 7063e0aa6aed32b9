using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Shuffle;

/// <summary>
/// Two groups: sixteen channels of both are interleaved into 32 (ZIP, PUNPCK). Where a group is no multiple of sixteen, its last
/// sixteen channels are written again.
/// </summary>
internal readonly unsafe struct ShufflePairs : IShufflePixel
{
    /// <summary>Sixteen of each group.</summary>
    public const int LeastChannels = 2 * LaneStore.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Shuffle(sbyte* source, sbyte* destination, int channels, int groups, byte* masks)
    {
        nint perGroup = channels / 2, last = perGroup - LaneStore.Lanes;
        sbyte* second = source + perGroup;
        for (nint j = 0; j < last; j += LaneStore.Lanes)
            Interleave(source + j, second + j, destination + (2 * j));
        Interleave(source + last, second + last, destination + (2 * last));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(sbyte* first, sbyte* second, sbyte* destination)
    {
        Vector128<sbyte> a = Vector128.Load(first), b = Vector128.Load(second);
        if (AdvSimd.Arm64.IsSupported)
        {
            AdvSimd.Arm64.StorePair(destination, AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
            return;
        }

        Sse2.UnpackLow(a, b).Store(destination);
        Sse2.UnpackHigh(a, b).Store(destination + LaneStore.Lanes);
    }
}
