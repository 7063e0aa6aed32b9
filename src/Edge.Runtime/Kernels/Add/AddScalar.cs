using Edge.Runtime.Numerics;

namespace Edge.Runtime.Kernels.Add;

/// <summary>The reference: both values in steps of the output's scale, added in float32, rounded once.</summary>
internal readonly unsafe struct AddScalar : IAddRow
{
    public static void Row(sbyte* a, sbyte* b, sbyte* y, int count, in AddParameters p)
    {
        for (int i = 0; i < count; i++)
        {
            float left = (a[i] - p.ZeroA) * p.RatioA;
            float right = (b[i] - p.ZeroB) * p.RatioB;
            float sum = left + right;
            y[i] = Requantization.RoundClamped(sum, p.ZeroPoint, p.Low, p.High);
        }
    }
}
