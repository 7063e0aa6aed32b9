using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 depthwise convolution on AVX2 or AVX-VNNI, channel multiplier 1: the nine taps of sixteen channels stay in ten
/// registers along the row. Lanes as in <see cref="DepthwiseAvx2{TSums,TMap}"/>.
/// </summary>
internal readonly unsafe struct Depthwise3x3Avx2<TSums> : IDepthwiseTile
    where TSums : struct, IPairSums
{
    /// <summary>Nine taps and one of weight 0.</summary>
    private const int Taps = 10;

    public static int WeightBytes => 2;

    public static int Slot(int channel, int tap) => (channel * 2) + tap;

    public static void Compute(in DepthwiseRow row)
    {
        var requantize = new RequantizeAvx2<AnySums>(row.Requantize);
        Vector256<int> bias0 = Vector256.Load(row.Bias), bias1 = Vector256.Load(row.Bias + 8);
        short* w = (short*)row.Weights;
        Vector256<short> w00 = Vector256.Load(w + 0), w01 = Vector256.Load(w + 16);
        Vector256<short> w10 = Vector256.Load(w + 32), w11 = Vector256.Load(w + 48);
        Vector256<short> w20 = Vector256.Load(w + 64), w21 = Vector256.Load(w + 80);
        Vector256<short> w30 = Vector256.Load(w + 96), w31 = Vector256.Load(w + 112);
        Vector256<short> w40 = Vector256.Load(w + 128), w41 = Vector256.Load(w + 144);
        sbyte** taps = row.Inputs;
        sbyte* output = row.Output;
        nint offset = row.InputOffset, stride = row.OutputStride;
        for (int pixel = row.Pixels; pixel > 0; pixel--, taps += Taps, output += stride)
        {
            Vector128<sbyte> x0 = Vector128.Load(taps[0] + offset), x1 = Vector128.Load(taps[1] + offset);
            Vector256<int> s0 = TSums.Add(bias0, DepthwiseAvx2.PairsLower(x0, x1), w00);
            Vector256<int> s1 = TSums.Add(bias1, DepthwiseAvx2.PairsUpper(x0, x1), w01);
            x0 = Vector128.Load(taps[2] + offset);
            x1 = Vector128.Load(taps[3] + offset);
            s0 = TSums.Add(s0, DepthwiseAvx2.PairsLower(x0, x1), w10);
            s1 = TSums.Add(s1, DepthwiseAvx2.PairsUpper(x0, x1), w11);
            x0 = Vector128.Load(taps[4] + offset);
            x1 = Vector128.Load(taps[5] + offset);
            s0 = TSums.Add(s0, DepthwiseAvx2.PairsLower(x0, x1), w20);
            s1 = TSums.Add(s1, DepthwiseAvx2.PairsUpper(x0, x1), w21);
            x0 = Vector128.Load(taps[6] + offset);
            x1 = Vector128.Load(taps[7] + offset);
            s0 = TSums.Add(s0, DepthwiseAvx2.PairsLower(x0, x1), w30);
            s1 = TSums.Add(s1, DepthwiseAvx2.PairsUpper(x0, x1), w31);
            x0 = Vector128.Load(taps[8] + offset);
            s0 = TSums.Add(s0, DepthwiseAvx2.PairsLower(x0, x0), w40);
            s1 = TSums.Add(s1, DepthwiseAvx2.PairsUpper(x0, x0), w41);
            requantize.Store(s0, s1, output);
        }
    }
}
