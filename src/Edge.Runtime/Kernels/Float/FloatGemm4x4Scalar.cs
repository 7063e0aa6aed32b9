namespace Edge.Runtime.Kernels.Float;

/// <summary>The readable form: what every other tile computes, one fused multiply-add at a time.</summary>
internal readonly unsafe struct FloatGemm4x4Scalar : IFloatGemmTile
{
    public static int Rows => 4;

    public static int Columns => 4;

    public static string Suffix => "4x4-Scalar";

    public static void Run(
        float** rows, nint offset, int taps, int depth, float* weights, nint weightStride, float* bias, float low, float high,
        float* output, nint outputStride)
    {
        for (int r = 0; r < Rows; r++)
        {
            for (int j = 0; j < Columns; j++)
            {
                float sum = bias[j];
                float* w = weights + j;
                for (int t = 0; t < taps; t++)
                {
                    float* a = rows[(t * Rows) + r] + offset;
                    for (int k = 0; k < depth; k++, w += weightStride)
                        sum = MathF.FusedMultiplyAdd(a[k], *w, sum);
                }

                output[(r * outputStride) + j] = MathF.Min(MathF.Max(sum, low), high);
            }
        }
    }
}
