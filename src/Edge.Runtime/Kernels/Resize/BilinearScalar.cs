using Edge.Runtime.Numerics;

namespace Edge.Runtime.Kernels.Resize;

/// <summary>The reference: along the row first, then between the rows; every product and sum rounded on its own.</summary>
internal readonly unsafe struct BilinearScalar : IBilinearPixel
{
    public static void Mix(in BilinearPixel p, sbyte* destination, int channels)
    {
        for (int c = 0; c < channels; c++)
        {
            float topLeft = p.TopLeft[c] * p.Left, topRight = p.TopRight[c] * p.Right;
            float bottomLeft = p.BottomLeft[c] * p.Left, bottomRight = p.BottomRight[c] * p.Right;
            float top = topLeft + topRight, bottom = bottomLeft + bottomRight;
            float upper = top * p.Top, lower = bottom * p.Bottom;
            destination[c] = Requantization.RoundClamped(upper + lower, 0, -128, 127);
        }
    }
}
