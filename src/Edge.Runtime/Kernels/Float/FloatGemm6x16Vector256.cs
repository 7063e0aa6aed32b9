using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Float;

/// <summary>Six rows by sixteen columns: twelve of the sixteen 256-bit registers of AVX2 hold sums.</summary>
internal readonly unsafe struct FloatGemm6x16Vector256 : IFloatGemmTile
{
    public static int Rows => 6;

    public static int Columns => 16;

    public static string Suffix => "6x16-Vector256";

    public static void Run(
        float** rows, nint offset, int taps, int depth, float* weights, nint weightStride, float* bias, float low, float high,
        float* output, nint outputStride)
    {
        // c[r][v]: row r, columns 8v to 8v + 7.
        Vector256<float> c00 = Vector256.Load(bias);
        Vector256<float> c01 = Vector256.Load(bias + 8);
        Vector256<float> c10 = c00, c11 = c01;
        Vector256<float> c20 = c00, c21 = c01;
        Vector256<float> c30 = c00, c31 = c01;
        Vector256<float> c40 = c00, c41 = c01;
        Vector256<float> c50 = c00, c51 = c01;
        for (int t = 0; t < taps; t++, rows += 6)
        {
            float* a0 = rows[0] + offset;
            float* a1 = rows[1] + offset;
            float* a2 = rows[2] + offset;
            float* a3 = rows[3] + offset;
            float* a4 = rows[4] + offset;
            float* a5 = rows[5] + offset;
            for (nint k = 0; k < depth; k++, weights += weightStride)
            {
                Vector256<float> b0 = Vector256.Load(weights);
                Vector256<float> b1 = Vector256.Load(weights + 8);
                Vector256<float> x = Vector256.Create(a0[k]);
                c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
                c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
                x = Vector256.Create(a1[k]);
                c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
                c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
                x = Vector256.Create(a2[k]);
                c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
                c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
                x = Vector256.Create(a3[k]);
                c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
                c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
                x = Vector256.Create(a4[k]);
                c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
                c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
                x = Vector256.Create(a5[k]);
                c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
                c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
            }
        }

        Vector256<float> lows = Vector256.Create(low), highs = Vector256.Create(high);
        Vector256.MinNative(Vector256.MaxNative(c00, lows), highs).Store(output);
        Vector256.MinNative(Vector256.MaxNative(c01, lows), highs).Store(output + 8);
        output += outputStride;
        Vector256.MinNative(Vector256.MaxNative(c10, lows), highs).Store(output);
        Vector256.MinNative(Vector256.MaxNative(c11, lows), highs).Store(output + 8);
        output += outputStride;
        Vector256.MinNative(Vector256.MaxNative(c20, lows), highs).Store(output);
        Vector256.MinNative(Vector256.MaxNative(c21, lows), highs).Store(output + 8);
        output += outputStride;
        Vector256.MinNative(Vector256.MaxNative(c30, lows), highs).Store(output);
        Vector256.MinNative(Vector256.MaxNative(c31, lows), highs).Store(output + 8);
        output += outputStride;
        Vector256.MinNative(Vector256.MaxNative(c40, lows), highs).Store(output);
        Vector256.MinNative(Vector256.MaxNative(c41, lows), highs).Store(output + 8);
        output += outputStride;
        Vector256.MinNative(Vector256.MaxNative(c50, lows), highs).Store(output);
        Vector256.MinNative(Vector256.MaxNative(c51, lows), highs).Store(output + 8);
    }
}
