using Edge.Runtime.Numerics;

namespace Edge.Runtime.Kernels.Quantize;

/// <summary>The reference.</summary>
internal readonly unsafe struct QuantizeScalar : IQuantizeRow
{
    public static void Quantize(float* x, sbyte* q, int count, float scale, int zeroPoint)
    {
        for (int i = 0; i < count; i++)
        {
            float steps = float.IsNaN(x[i]) ? 0 : x[i] / scale;
            q[i] = Requantization.RoundClamped(steps, zeroPoint, -128, 127);
        }
    }

    public static void Dequantize(sbyte* q, float* x, int count, float scale, int zeroPoint)
    {
        for (int i = 0; i < count; i++)
            x[i] = scale * (q[i] - zeroPoint);
    }
}
