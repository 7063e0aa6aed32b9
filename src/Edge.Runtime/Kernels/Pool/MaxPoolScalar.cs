namespace Edge.Runtime.Kernels.Pool;

/// <summary>The reference: the largest byte of the window, clamped.</summary>
internal readonly unsafe struct MaxPoolScalar : IPoolForm
{
    public static void Pool(in PoolPixel p, sbyte* destination)
    {
        for (int c = 0; c < p.Channels; c++)
        {
            int max = -128;
            for (int y = 0; y < p.Rows; y++)
            {
                for (int x = 0; x < p.Columns; x++)
                    max = Math.Max(max, p.First[(y * p.RowStep) + (x * p.ColumnStep) + c]);
            }

            destination[c] = (sbyte)Math.Clamp(max, p.Low, p.High);
        }
    }
}
