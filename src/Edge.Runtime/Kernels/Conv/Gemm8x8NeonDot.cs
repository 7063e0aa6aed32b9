using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 8 pixels × 8 channels with SDOT: a lane of int32 is one channel, SDOT adds four products to it. One load brings 16
/// activations of a pixel; SDOT picks four of them by lane.
/// </summary>
internal readonly unsafe struct Gemm8x8NeonDot : IGemmTile
{
    public static int Rows => 8;

    public static int Channels => 8;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int ActivationFlip => 0;

    public static int Slot(int channel, int depth) => (channel * 4) + depth;

    public static void Compute(in GemmBlock block)
    {
        Vector128<int> s00 = Vector128.Load(block.Bias), s01 = Vector128.Load(block.Bias + 4);
        Vector128<int> s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
        Vector128<int> s40 = s00, s41 = s01, s50 = s00, s51 = s01, s60 = s00, s61 = s01, s70 = s00, s71 = s01;
        sbyte** inputs = block.Inputs;
        sbyte* w = (sbyte*)block.Weights;
        nint offset = block.InputOffset, depth = block.Depth;
        for (int tap = block.Taps; tap > 0; tap--, inputs += 8)
        {
            sbyte* a0 = inputs[0] + offset, a1 = inputs[1] + offset, a2 = inputs[2] + offset, a3 = inputs[3] + offset;
            sbyte* a4 = inputs[4] + offset, a5 = inputs[5] + offset, a6 = inputs[6] + offset, a7 = inputs[7] + offset;
            nint k = 0;
            for (; k + 16 <= depth; k += 16, w += 128)
            {
                Vector128<sbyte> x0 = Vector128.Load(a0 + k), x1 = Vector128.Load(a1 + k), x2 = Vector128.Load(a2 + k);
                Vector128<sbyte> x3 = Vector128.Load(a3 + k), x4 = Vector128.Load(a4 + k), x5 = Vector128.Load(a5 + k);
                Vector128<sbyte> x6 = Vector128.Load(a6 + k), x7 = Vector128.Load(a7 + k);

                Vector128<sbyte> w0 = Vector128.Load(w + 0), w1 = Vector128.Load(w + 16);
                s00 = Dp.DotProductBySelectedQuadruplet(s00, w0, x0, 0);
                s01 = Dp.DotProductBySelectedQuadruplet(s01, w1, x0, 0);
                s10 = Dp.DotProductBySelectedQuadruplet(s10, w0, x1, 0);
                s11 = Dp.DotProductBySelectedQuadruplet(s11, w1, x1, 0);
                s20 = Dp.DotProductBySelectedQuadruplet(s20, w0, x2, 0);
                s21 = Dp.DotProductBySelectedQuadruplet(s21, w1, x2, 0);
                s30 = Dp.DotProductBySelectedQuadruplet(s30, w0, x3, 0);
                s31 = Dp.DotProductBySelectedQuadruplet(s31, w1, x3, 0);
                s40 = Dp.DotProductBySelectedQuadruplet(s40, w0, x4, 0);
                s41 = Dp.DotProductBySelectedQuadruplet(s41, w1, x4, 0);
                s50 = Dp.DotProductBySelectedQuadruplet(s50, w0, x5, 0);
                s51 = Dp.DotProductBySelectedQuadruplet(s51, w1, x5, 0);
                s60 = Dp.DotProductBySelectedQuadruplet(s60, w0, x6, 0);
                s61 = Dp.DotProductBySelectedQuadruplet(s61, w1, x6, 0);
                s70 = Dp.DotProductBySelectedQuadruplet(s70, w0, x7, 0);
                s71 = Dp.DotProductBySelectedQuadruplet(s71, w1, x7, 0);

                w0 = Vector128.Load(w + 32);
                w1 = Vector128.Load(w + 48);
                s00 = Dp.DotProductBySelectedQuadruplet(s00, w0, x0, 1);
                s01 = Dp.DotProductBySelectedQuadruplet(s01, w1, x0, 1);
                s10 = Dp.DotProductBySelectedQuadruplet(s10, w0, x1, 1);
                s11 = Dp.DotProductBySelectedQuadruplet(s11, w1, x1, 1);
                s20 = Dp.DotProductBySelectedQuadruplet(s20, w0, x2, 1);
                s21 = Dp.DotProductBySelectedQuadruplet(s21, w1, x2, 1);
                s30 = Dp.DotProductBySelectedQuadruplet(s30, w0, x3, 1);
                s31 = Dp.DotProductBySelectedQuadruplet(s31, w1, x3, 1);
                s40 = Dp.DotProductBySelectedQuadruplet(s40, w0, x4, 1);
                s41 = Dp.DotProductBySelectedQuadruplet(s41, w1, x4, 1);
                s50 = Dp.DotProductBySelectedQuadruplet(s50, w0, x5, 1);
                s51 = Dp.DotProductBySelectedQuadruplet(s51, w1, x5, 1);
                s60 = Dp.DotProductBySelectedQuadruplet(s60, w0, x6, 1);
                s61 = Dp.DotProductBySelectedQuadruplet(s61, w1, x6, 1);
                s70 = Dp.DotProductBySelectedQuadruplet(s70, w0, x7, 1);
                s71 = Dp.DotProductBySelectedQuadruplet(s71, w1, x7, 1);

                w0 = Vector128.Load(w + 64);
                w1 = Vector128.Load(w + 80);
                s00 = Dp.DotProductBySelectedQuadruplet(s00, w0, x0, 2);
                s01 = Dp.DotProductBySelectedQuadruplet(s01, w1, x0, 2);
                s10 = Dp.DotProductBySelectedQuadruplet(s10, w0, x1, 2);
                s11 = Dp.DotProductBySelectedQuadruplet(s11, w1, x1, 2);
                s20 = Dp.DotProductBySelectedQuadruplet(s20, w0, x2, 2);
                s21 = Dp.DotProductBySelectedQuadruplet(s21, w1, x2, 2);
                s30 = Dp.DotProductBySelectedQuadruplet(s30, w0, x3, 2);
                s31 = Dp.DotProductBySelectedQuadruplet(s31, w1, x3, 2);
                s40 = Dp.DotProductBySelectedQuadruplet(s40, w0, x4, 2);
                s41 = Dp.DotProductBySelectedQuadruplet(s41, w1, x4, 2);
                s50 = Dp.DotProductBySelectedQuadruplet(s50, w0, x5, 2);
                s51 = Dp.DotProductBySelectedQuadruplet(s51, w1, x5, 2);
                s60 = Dp.DotProductBySelectedQuadruplet(s60, w0, x6, 2);
                s61 = Dp.DotProductBySelectedQuadruplet(s61, w1, x6, 2);
                s70 = Dp.DotProductBySelectedQuadruplet(s70, w0, x7, 2);
                s71 = Dp.DotProductBySelectedQuadruplet(s71, w1, x7, 2);

                w0 = Vector128.Load(w + 96);
                w1 = Vector128.Load(w + 112);
                s00 = Dp.DotProductBySelectedQuadruplet(s00, w0, x0, 3);
                s01 = Dp.DotProductBySelectedQuadruplet(s01, w1, x0, 3);
                s10 = Dp.DotProductBySelectedQuadruplet(s10, w0, x1, 3);
                s11 = Dp.DotProductBySelectedQuadruplet(s11, w1, x1, 3);
                s20 = Dp.DotProductBySelectedQuadruplet(s20, w0, x2, 3);
                s21 = Dp.DotProductBySelectedQuadruplet(s21, w1, x2, 3);
                s30 = Dp.DotProductBySelectedQuadruplet(s30, w0, x3, 3);
                s31 = Dp.DotProductBySelectedQuadruplet(s31, w1, x3, 3);
                s40 = Dp.DotProductBySelectedQuadruplet(s40, w0, x4, 3);
                s41 = Dp.DotProductBySelectedQuadruplet(s41, w1, x4, 3);
                s50 = Dp.DotProductBySelectedQuadruplet(s50, w0, x5, 3);
                s51 = Dp.DotProductBySelectedQuadruplet(s51, w1, x5, 3);
                s60 = Dp.DotProductBySelectedQuadruplet(s60, w0, x6, 3);
                s61 = Dp.DotProductBySelectedQuadruplet(s61, w1, x6, 3);
                s70 = Dp.DotProductBySelectedQuadruplet(s70, w0, x7, 3);
                s71 = Dp.DotProductBySelectedQuadruplet(s71, w1, x7, 3);
            }

            for (; k < depth; k += 4, w += 32)
            {
                Vector128<sbyte> w0 = Vector128.Load(w), w1 = Vector128.Load(w + 16);
                Vector128<sbyte> x = Vector128.Create(*(int*)(a0 + k)).AsSByte();
                s00 = Dp.DotProduct(s00, w0, x);
                s01 = Dp.DotProduct(s01, w1, x);
                x = Vector128.Create(*(int*)(a1 + k)).AsSByte();
                s10 = Dp.DotProduct(s10, w0, x);
                s11 = Dp.DotProduct(s11, w1, x);
                x = Vector128.Create(*(int*)(a2 + k)).AsSByte();
                s20 = Dp.DotProduct(s20, w0, x);
                s21 = Dp.DotProduct(s21, w1, x);
                x = Vector128.Create(*(int*)(a3 + k)).AsSByte();
                s30 = Dp.DotProduct(s30, w0, x);
                s31 = Dp.DotProduct(s31, w1, x);
                x = Vector128.Create(*(int*)(a4 + k)).AsSByte();
                s40 = Dp.DotProduct(s40, w0, x);
                s41 = Dp.DotProduct(s41, w1, x);
                x = Vector128.Create(*(int*)(a5 + k)).AsSByte();
                s50 = Dp.DotProduct(s50, w0, x);
                s51 = Dp.DotProduct(s51, w1, x);
                x = Vector128.Create(*(int*)(a6 + k)).AsSByte();
                s60 = Dp.DotProduct(s60, w0, x);
                s61 = Dp.DotProduct(s61, w1, x);
                x = Vector128.Create(*(int*)(a7 + k)).AsSByte();
                s70 = Dp.DotProduct(s70, w0, x);
                s71 = Dp.DotProduct(s71, w1, x);
            }
        }

        var requantize = new RequantizeNeon(block.Requantize);
        sbyte** outputs = block.Outputs;
        nint to = block.OutputOffset;
        requantize.Store(s00, s01, outputs[0] + to);
        requantize.Store(s10, s11, outputs[1] + to);
        requantize.Store(s20, s21, outputs[2] + to);
        requantize.Store(s30, s31, outputs[3] + to);
        requantize.Store(s40, s41, outputs[4] + to);
        requantize.Store(s50, s51, outputs[5] + to);
        requantize.Store(s60, s61, outputs[6] + to);
        requantize.Store(s70, s71, outputs[7] + to);
    }
}
