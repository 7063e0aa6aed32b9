using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Depthwise convolution of any kernel size on AVX2 or AVX-VNNI. The bytes of two taps are interleaved and widened, so that
/// an int32 lane holds one channel's pair of taps as int16.
/// </summary>
internal readonly unsafe struct DepthwiseAvx2<TSums, TMap> : IDepthwiseTile
    where TSums : struct, IPairSums
    where TMap : struct, IChannelMap
{
    public static int WeightBytes => 2;

    public static int Slot(int channel, int tap) => (channel * 2) + tap;

    public static void Compute(in DepthwiseRow row)
    {
        var requantize = new RequantizeAvx2<AnySums>(row.Requantize);
        Vector128<byte> map = Vector128.Load(row.ChannelMap);
        sbyte** taps = row.Inputs;
        sbyte* output = row.Output;
        nint offset = row.InputOffset;
        for (int pixel = row.Pixels; pixel > 0; pixel--, output += row.OutputStride)
        {
            Vector256<int> s0 = Vector256.Load(row.Bias), s1 = Vector256.Load(row.Bias + 8);
            short* w = (short*)row.Weights;
            for (int pair = row.TapPairs; pair > 0; pair--, taps += 2, w += 32)
            {
                Vector128<sbyte> x0 = TMap.Apply(Vector128.Load(taps[0] + offset), map);
                Vector128<sbyte> x1 = TMap.Apply(Vector128.Load(taps[1] + offset), map);
                s0 = TSums.Add(s0, DepthwiseAvx2.PairsLower(x0, x1), Vector256.Load(w));
                s1 = TSums.Add(s1, DepthwiseAvx2.PairsUpper(x0, x1), Vector256.Load(w + 16));
            }

            requantize.Store(s0, s1, output);
        }
    }
}

/// <summary>What the depthwise kernels on AVX2 share.</summary>
internal static class DepthwiseAvx2
{
    /// <summary>Channels 0 to 7, each with its two taps side by side as int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> PairsLower(Vector128<sbyte> tap0, Vector128<sbyte> tap1) =>
        Avx2.ConvertToVector256Int16(Sse2.UnpackLow(tap0, tap1));

    /// <summary>Channels 8 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> PairsUpper(Vector128<sbyte> tap0, Vector128<sbyte> tap1) =>
        Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(tap0, tap1));
}
