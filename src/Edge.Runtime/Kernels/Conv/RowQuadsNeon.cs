using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Eight channels of one input column: int32 lane i of <see cref="Low"/> holds the bytes that four rows have in channel i, of
/// <see cref="High"/> in channel 4 + i. A dot product takes all four rows of a column at once.
/// </summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct RowQuadsNeon(Vector128<sbyte> low, Vector128<sbyte> high)
{
    public readonly Vector128<sbyte> Low = low;
    public readonly Vector128<sbyte> High = high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowQuadsNeon Load(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3)
    {
        Vector128<short> upper = AdvSimd.Arm64.ZipLow(Vector128.Load(row0), Vector128.Load(row1)).AsInt16();
        Vector128<short> lower = AdvSimd.Arm64.ZipLow(Vector128.Load(row2), Vector128.Load(row3)).AsInt16();
        return new RowQuadsNeon(
            AdvSimd.Arm64.ZipLow(upper, lower).AsSByte(), AdvSimd.Arm64.ZipHigh(upper, lower).AsSByte());
    }
}
