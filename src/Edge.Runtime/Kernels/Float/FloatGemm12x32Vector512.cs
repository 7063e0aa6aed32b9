using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Float;

/// <summary>Twelve rows by thirty-two columns: twenty-four of the thirty-two registers of AVX-512 hold sums.</summary>
internal readonly unsafe struct FloatGemm12x32Vector512 : IFloatGemmTile
{
    public static int Rows => 12;

    public static int Columns => 32;

    public static string Suffix => "12x32-Vector512";

    public static void Run(
        float** rows, nint offset, int taps, int depth, float* weights, nint weightStride, float* bias, float low, float high,
        float* output, nint outputStride)
    {
        // c[r][v]: row r, columns 16v to 16v + 15.
        Vector512<float> c00 = Vector512.Load(bias);
        Vector512<float> c01 = Vector512.Load(bias + 16);
        Vector512<float> c10 = c00, c11 = c01;
        Vector512<float> c20 = c00, c21 = c01;
        Vector512<float> c30 = c00, c31 = c01;
        Vector512<float> c40 = c00, c41 = c01;
        Vector512<float> c50 = c00, c51 = c01;
        Vector512<float> c60 = c00, c61 = c01;
        Vector512<float> c70 = c00, c71 = c01;
        Vector512<float> c80 = c00, c81 = c01;
        Vector512<float> c90 = c00, c91 = c01;
        Vector512<float> ca0 = c00, ca1 = c01;
        Vector512<float> cb0 = c00, cb1 = c01;
        for (int t = 0; t < taps; t++, rows += 12)
        {
            float* a0 = rows[0] + offset;
            float* a1 = rows[1] + offset;
            float* a2 = rows[2] + offset;
            float* a3 = rows[3] + offset;
            float* a4 = rows[4] + offset;
            float* a5 = rows[5] + offset;
            float* a6 = rows[6] + offset;
            float* a7 = rows[7] + offset;
            float* a8 = rows[8] + offset;
            float* a9 = rows[9] + offset;
            float* aa = rows[10] + offset;
            float* ab = rows[11] + offset;
            for (nint k = 0; k < depth; k++, weights += weightStride)
            {
                Vector512<float> b0 = Vector512.Load(weights);
                Vector512<float> b1 = Vector512.Load(weights + 16);
                Vector512<float> x = Vector512.Create(a0[k]);
                c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
                c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
                x = Vector512.Create(a1[k]);
                c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
                c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
                x = Vector512.Create(a2[k]);
                c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
                c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
                x = Vector512.Create(a3[k]);
                c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
                c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
                x = Vector512.Create(a4[k]);
                c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
                c41 = Vector512.FusedMultiplyAdd(x, b1, c41);
                x = Vector512.Create(a5[k]);
                c50 = Vector512.FusedMultiplyAdd(x, b0, c50);
                c51 = Vector512.FusedMultiplyAdd(x, b1, c51);
                x = Vector512.Create(a6[k]);
                c60 = Vector512.FusedMultiplyAdd(x, b0, c60);
                c61 = Vector512.FusedMultiplyAdd(x, b1, c61);
                x = Vector512.Create(a7[k]);
                c70 = Vector512.FusedMultiplyAdd(x, b0, c70);
                c71 = Vector512.FusedMultiplyAdd(x, b1, c71);
                x = Vector512.Create(a8[k]);
                c80 = Vector512.FusedMultiplyAdd(x, b0, c80);
                c81 = Vector512.FusedMultiplyAdd(x, b1, c81);
                x = Vector512.Create(a9[k]);
                c90 = Vector512.FusedMultiplyAdd(x, b0, c90);
                c91 = Vector512.FusedMultiplyAdd(x, b1, c91);
                x = Vector512.Create(aa[k]);
                ca0 = Vector512.FusedMultiplyAdd(x, b0, ca0);
                ca1 = Vector512.FusedMultiplyAdd(x, b1, ca1);
                x = Vector512.Create(ab[k]);
                cb0 = Vector512.FusedMultiplyAdd(x, b0, cb0);
                cb1 = Vector512.FusedMultiplyAdd(x, b1, cb1);
            }
        }

        Vector512<float> lows = Vector512.Create(low), highs = Vector512.Create(high);
        Vector512.MinNative(Vector512.MaxNative(c00, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c01, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c10, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c11, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c20, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c21, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c30, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c31, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c40, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c41, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c50, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c51, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c60, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c61, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c70, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c71, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c80, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c81, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(c90, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(c91, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(ca0, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(ca1, lows), highs).Store(output + 16);
        output += outputStride;
        Vector512.MinNative(Vector512.MaxNative(cb0, lows), highs).Store(output);
        Vector512.MinNative(Vector512.MaxNative(cb1, lows), highs).Store(output + 16);
    }
}
