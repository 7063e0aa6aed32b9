using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Float;

/// <summary>Eight rows by eight columns: sixteen of the thirty-two registers of NEON hold sums.</summary>
internal readonly unsafe struct FloatGemm8x8Vector128 : IFloatGemmTile
{
    public static int Rows => 8;

    public static int Columns => 8;

    public static string Suffix => "8x8-Vector128";

    public static void Run(
        float** rows, nint offset, int taps, int depth, float* weights, nint weightStride, float* bias, float low, float high,
        float* output, nint outputStride)
    {
        // c[r][v]: row r, columns 4v to 4v + 3.
        Vector128<float> c00 = Vector128.Load(bias);
        Vector128<float> c01 = Vector128.Load(bias + 4);
        Vector128<float> c10 = c00, c11 = c01;
        Vector128<float> c20 = c00, c21 = c01;
        Vector128<float> c30 = c00, c31 = c01;
        Vector128<float> c40 = c00, c41 = c01;
        Vector128<float> c50 = c00, c51 = c01;
        Vector128<float> c60 = c00, c61 = c01;
        Vector128<float> c70 = c00, c71 = c01;
        for (int t = 0; t < taps; t++, rows += 8)
        {
            float* a0 = rows[0] + offset;
            float* a1 = rows[1] + offset;
            float* a2 = rows[2] + offset;
            float* a3 = rows[3] + offset;
            float* a4 = rows[4] + offset;
            float* a5 = rows[5] + offset;
            float* a6 = rows[6] + offset;
            float* a7 = rows[7] + offset;
            for (nint k = 0; k < depth; k++, weights += weightStride)
            {
                Vector128<float> b0 = Vector128.Load(weights);
                Vector128<float> b1 = Vector128.Load(weights + 4);
                Vector128<float> x = Vector128.Create(a0[k]);
                c00 = Vector128.FusedMultiplyAdd(x, b0, c00);
                c01 = Vector128.FusedMultiplyAdd(x, b1, c01);
                x = Vector128.Create(a1[k]);
                c10 = Vector128.FusedMultiplyAdd(x, b0, c10);
                c11 = Vector128.FusedMultiplyAdd(x, b1, c11);
                x = Vector128.Create(a2[k]);
                c20 = Vector128.FusedMultiplyAdd(x, b0, c20);
                c21 = Vector128.FusedMultiplyAdd(x, b1, c21);
                x = Vector128.Create(a3[k]);
                c30 = Vector128.FusedMultiplyAdd(x, b0, c30);
                c31 = Vector128.FusedMultiplyAdd(x, b1, c31);
                x = Vector128.Create(a4[k]);
                c40 = Vector128.FusedMultiplyAdd(x, b0, c40);
                c41 = Vector128.FusedMultiplyAdd(x, b1, c41);
                x = Vector128.Create(a5[k]);
                c50 = Vector128.FusedMultiplyAdd(x, b0, c50);
                c51 = Vector128.FusedMultiplyAdd(x, b1, c51);
                x = Vector128.Create(a6[k]);
                c60 = Vector128.FusedMultiplyAdd(x, b0, c60);
                c61 = Vector128.FusedMultiplyAdd(x, b1, c61);
                x = Vector128.Create(a7[k]);
                c70 = Vector128.FusedMultiplyAdd(x, b0, c70);
                c71 = Vector128.FusedMultiplyAdd(x, b1, c71);
            }
        }

        Vector128<float> lows = Vector128.Create(low), highs = Vector128.Create(high);
        Vector128.MinNative(Vector128.MaxNative(c00, lows), highs).Store(output);
        Vector128.MinNative(Vector128.MaxNative(c01, lows), highs).Store(output + 4);
        output += outputStride;
        Vector128.MinNative(Vector128.MaxNative(c10, lows), highs).Store(output);
        Vector128.MinNative(Vector128.MaxNative(c11, lows), highs).Store(output + 4);
        output += outputStride;
        Vector128.MinNative(Vector128.MaxNative(c20, lows), highs).Store(output);
        Vector128.MinNative(Vector128.MaxNative(c21, lows), highs).Store(output + 4);
        output += outputStride;
        Vector128.MinNative(Vector128.MaxNative(c30, lows), highs).Store(output);
        Vector128.MinNative(Vector128.MaxNative(c31, lows), highs).Store(output + 4);
        output += outputStride;
        Vector128.MinNative(Vector128.MaxNative(c40, lows), highs).Store(output);
        Vector128.MinNative(Vector128.MaxNative(c41, lows), highs).Store(output + 4);
        output += outputStride;
        Vector128.MinNative(Vector128.MaxNative(c50, lows), highs).Store(output);
        Vector128.MinNative(Vector128.MaxNative(c51, lows), highs).Store(output + 4);
        output += outputStride;
        Vector128.MinNative(Vector128.MaxNative(c60, lows), highs).Store(output);
        Vector128.MinNative(Vector128.MaxNative(c61, lows), highs).Store(output + 4);
        output += outputStride;
        Vector128.MinNative(Vector128.MaxNative(c70, lows), highs).Store(output);
        Vector128.MinNative(Vector128.MaxNative(c71, lows), highs).Store(output + 4);
    }
}
