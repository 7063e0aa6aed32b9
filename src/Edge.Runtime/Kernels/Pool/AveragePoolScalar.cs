using Edge.Runtime.Numerics;

namespace Edge.Runtime.Kernels.Pool;

/// <summary>The reference: an exact integer sum, scaled or requantized once.</summary>
internal readonly unsafe struct AveragePoolScalar : IPoolForm
{
    public static void Pool(in PoolPixel p, sbyte* destination)
    {
        for (int c = 0; c < p.Channels; c++)
        {
            int sum = -p.Offset;
            for (int y = 0; y < p.Rows; y++)
            {
                for (int x = 0; x < p.Columns; x++)
                    sum += p.First[(y * p.RowStep) + (x * p.ColumnStep) + c];
            }

            if (p.IsReal)
                ((float*)destination)[c] = sum * p.Multiplier;
            else
                destination[c] = Requantization.Requantize(sum, p.Multiplier, p.ZeroPoint, p.Low, p.High);
        }
    }
}
