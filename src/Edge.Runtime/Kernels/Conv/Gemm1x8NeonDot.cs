using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// One pixel × 8 channels with SDOT, for fully connected layers; weights lie as in <see cref="Gemm8x8NeonDot"/>.
/// </summary>
internal readonly unsafe struct Gemm1x8NeonDot : IGemmTile
{
    public static int Rows => 1;

    public static int Channels => 8;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int ActivationFlip => 0;

    public static int Slot(int channel, int depth) => Gemm8x8NeonDot.Slot(channel, depth);

    public static void Compute(in GemmBlock block)
    {
        // Two sums per channel, for even and odd steps, because each addition waits for the one before.
        Vector128<int> even0 = Vector128.Load(block.Bias), even1 = Vector128.Load(block.Bias + 4);
        Vector128<int> odd0 = Vector128<int>.Zero, odd1 = Vector128<int>.Zero;
        sbyte* w = (sbyte*)block.Weights;
        nint depth = block.Depth;
        for (int tap = 0; tap < block.Taps; tap++)
        {
            sbyte* a = block.Inputs[tap] + block.InputOffset;
            nint k = 0;
            for (; k + 16 <= depth; k += 16, w += 128)
            {
                Vector128<sbyte> x = Vector128.Load(a + k);
                even0 = Dp.DotProductBySelectedQuadruplet(even0, Vector128.Load(w), x, 0);
                even1 = Dp.DotProductBySelectedQuadruplet(even1, Vector128.Load(w + 16), x, 0);
                odd0 = Dp.DotProductBySelectedQuadruplet(odd0, Vector128.Load(w + 32), x, 1);
                odd1 = Dp.DotProductBySelectedQuadruplet(odd1, Vector128.Load(w + 48), x, 1);
                even0 = Dp.DotProductBySelectedQuadruplet(even0, Vector128.Load(w + 64), x, 2);
                even1 = Dp.DotProductBySelectedQuadruplet(even1, Vector128.Load(w + 80), x, 2);
                odd0 = Dp.DotProductBySelectedQuadruplet(odd0, Vector128.Load(w + 96), x, 3);
                odd1 = Dp.DotProductBySelectedQuadruplet(odd1, Vector128.Load(w + 112), x, 3);
            }

            for (; k < depth; k += 4, w += 32)
            {
                Vector128<sbyte> x = Vector128.Create(*(int*)(a + k)).AsSByte();
                even0 = Dp.DotProduct(even0, Vector128.Load(w), x);
                even1 = Dp.DotProduct(even1, Vector128.Load(w + 16), x);
            }
        }

        new RequantizeNeon(block.Requantize).Store(even0 + odd0, even1 + odd1, block.Outputs[0] + block.OutputOffset);
    }
}
