using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>One pixel × 16 channels with SDOT, for sums that are not requantized; weights lie as in <see cref="Gemm6x16NeonDot"/>.</summary>
internal readonly unsafe struct Gemm1x16NeonDot : IVectorTile
{
    public static int Channels => 16;

    public static int NarrowChannels => 16;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int WeightRun => 4;

    public static int ActivationFlip => 0;

    public static int BiasRows => 1;

    public static int Slot(int channel, int depth) => Gemm6x16NeonDot.Slot(channel, depth);

    public static void Sums(in GemmRun run, int* sums)
    {
        // Two sums per channel, for even and odd steps, because each SDOT waits for the one before. Register i holds channels 4·i to 4·i + 3.
        Vector128<int> even0 = Vector128.Load(run.Bias), even1 = Vector128.Load(run.Bias + 4);
        Vector128<int> even2 = Vector128.Load(run.Bias + 8), even3 = Vector128.Load(run.Bias + 12);
        Vector128<int> odd0 = Vector128<int>.Zero, odd1 = odd0, odd2 = odd0, odd3 = odd0;
        sbyte* w = (sbyte*)run.Weights;
        nint depth = run.Depth;
        for (int tap = 0; tap < run.Taps; tap++)
        {
            sbyte* a = run.Pointers[tap * run.TapPitch];
            nint k = 0;
            for (; k + 8 <= depth; k += 8, w += 128)
            {
                Vector64<sbyte> x = Vector64.Load(a + k);
                even0 = Dp.DotProductBySelectedQuadruplet(even0, Vector128.Load(w), x, 0);
                even1 = Dp.DotProductBySelectedQuadruplet(even1, Vector128.Load(w + 16), x, 0);
                even2 = Dp.DotProductBySelectedQuadruplet(even2, Vector128.Load(w + 32), x, 0);
                even3 = Dp.DotProductBySelectedQuadruplet(even3, Vector128.Load(w + 48), x, 0);
                odd0 = Dp.DotProductBySelectedQuadruplet(odd0, Vector128.Load(w + 64), x, 1);
                odd1 = Dp.DotProductBySelectedQuadruplet(odd1, Vector128.Load(w + 80), x, 1);
                odd2 = Dp.DotProductBySelectedQuadruplet(odd2, Vector128.Load(w + 96), x, 1);
                odd3 = Dp.DotProductBySelectedQuadruplet(odd3, Vector128.Load(w + 112), x, 1);
            }

            if (k < depth)
            {
                Vector64<sbyte> x = Vector64.Load(a + k);
                even0 = Dp.DotProductBySelectedQuadruplet(even0, Vector128.Load(w), x, 0);
                even1 = Dp.DotProductBySelectedQuadruplet(even1, Vector128.Load(w + 16), x, 0);
                even2 = Dp.DotProductBySelectedQuadruplet(even2, Vector128.Load(w + 32), x, 0);
                even3 = Dp.DotProductBySelectedQuadruplet(even3, Vector128.Load(w + 48), x, 0);
                w += 64;
            }
        }

        (even0 + odd0).Store(sums);
        (even1 + odd1).Store(sums + 4);
        (even2 + odd2).Store(sums + 8);
        (even3 + odd3).Store(sums + 12);
    }
}
