using System.Numerics;
using System.Runtime.CompilerServices;

namespace Edge.Training.Autograd.Kernels;

/// <summary>A block of a product that sums over pixels: both operands go from pixel to pixel in equal steps.</summary>
internal static unsafe class OuterTile<T, TVector, TSimd, TSize>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TSimd : struct, ISimd<T, TVector>
    where TSize : struct, ITileSize
{
    /// <summary>c[r][j] = Σ_p a[p·Rows + r] · b[p·bStride + j] (+ c[r][j]).</summary>
    /// <param name="pixels">Terms of each sum.</param>
    /// <param name="a">[pixels, Rows].</param>
    /// <param name="b">Vectors · Count elements for each pixel.</param>
    /// <param name="bStride">Elements from one pixel to the next.</param>
    /// <param name="c">[Rows] rows of Vectors · Count elements.</param>
    /// <param name="cStride">Elements from one row to the next.</param>
    /// <param name="accumulate">Add to c instead of overwriting it.</param>
    public static void Run(nint pixels, T* a, T* b, nint bStride, T* c, nint cStride, bool accumulate)
    {
        // c[r][v]: row r, vector v.
        TVector c00 = default, c01 = default;
        TVector c10 = default, c11 = default;
        TVector c20 = default, c21 = default;
        TVector c30 = default, c31 = default;
        TVector c40 = default, c41 = default;
        TVector c50 = default, c51 = default;
        TVector c60 = default, c61 = default;
        TVector c70 = default, c71 = default;
        TVector c80 = default, c81 = default;
        TVector c90 = default, c91 = default;
        TVector ca0 = default, ca1 = default;
        TVector cb0 = default, cb1 = default;
        for (nint p = 0; p < pixels; p++, a += TSize.Rows, b += bStride)
        {
            TVector b0 = TSimd.Load(b);
            TVector b1 = TSize.Vectors > 1 ? TSimd.Load(b + TSimd.Count) : default;
            TVector x;
            x = TSimd.Broadcast(a[0]);
            c00 = TSimd.MultiplyAdd(x, b0, c00);
            if (TSize.Vectors > 1)
                c01 = TSimd.MultiplyAdd(x, b1, c01);
            x = TSimd.Broadcast(a[1]);
            c10 = TSimd.MultiplyAdd(x, b0, c10);
            if (TSize.Vectors > 1)
                c11 = TSimd.MultiplyAdd(x, b1, c11);
            x = TSimd.Broadcast(a[2]);
            c20 = TSimd.MultiplyAdd(x, b0, c20);
            if (TSize.Vectors > 1)
                c21 = TSimd.MultiplyAdd(x, b1, c21);
            x = TSimd.Broadcast(a[3]);
            c30 = TSimd.MultiplyAdd(x, b0, c30);
            if (TSize.Vectors > 1)
                c31 = TSimd.MultiplyAdd(x, b1, c31);
            x = TSimd.Broadcast(a[4]);
            c40 = TSimd.MultiplyAdd(x, b0, c40);
            if (TSize.Vectors > 1)
                c41 = TSimd.MultiplyAdd(x, b1, c41);
            x = TSimd.Broadcast(a[5]);
            c50 = TSimd.MultiplyAdd(x, b0, c50);
            if (TSize.Vectors > 1)
                c51 = TSimd.MultiplyAdd(x, b1, c51);
            if (TSize.Rows > 6)
            {
                x = TSimd.Broadcast(a[6]);
                c60 = TSimd.MultiplyAdd(x, b0, c60);
                if (TSize.Vectors > 1)
                    c61 = TSimd.MultiplyAdd(x, b1, c61);
                x = TSimd.Broadcast(a[7]);
                c70 = TSimd.MultiplyAdd(x, b0, c70);
                if (TSize.Vectors > 1)
                    c71 = TSimd.MultiplyAdd(x, b1, c71);
                x = TSimd.Broadcast(a[8]);
                c80 = TSimd.MultiplyAdd(x, b0, c80);
                if (TSize.Vectors > 1)
                    c81 = TSimd.MultiplyAdd(x, b1, c81);
                x = TSimd.Broadcast(a[9]);
                c90 = TSimd.MultiplyAdd(x, b0, c90);
                if (TSize.Vectors > 1)
                    c91 = TSimd.MultiplyAdd(x, b1, c91);
                x = TSimd.Broadcast(a[10]);
                ca0 = TSimd.MultiplyAdd(x, b0, ca0);
                if (TSize.Vectors > 1)
                    ca1 = TSimd.MultiplyAdd(x, b1, ca1);
                x = TSimd.Broadcast(a[11]);
                cb0 = TSimd.MultiplyAdd(x, b0, cb0);
                if (TSize.Vectors > 1)
                    cb1 = TSimd.MultiplyAdd(x, b1, cb1);
            }
        }

        Finish(c00, c01, accumulate, c + (0 * cStride));
        Finish(c10, c11, accumulate, c + (1 * cStride));
        Finish(c20, c21, accumulate, c + (2 * cStride));
        Finish(c30, c31, accumulate, c + (3 * cStride));
        Finish(c40, c41, accumulate, c + (4 * cStride));
        Finish(c50, c51, accumulate, c + (5 * cStride));
        if (TSize.Rows > 6)
        {
            Finish(c60, c61, accumulate, c + (6 * cStride));
            Finish(c70, c71, accumulate, c + (7 * cStride));
            Finish(c80, c81, accumulate, c + (8 * cStride));
            Finish(c90, c91, accumulate, c + (9 * cStride));
            Finish(ca0, ca1, accumulate, c + (10 * cStride));
            Finish(cb0, cb1, accumulate, c + (11 * cStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(TVector c0, TVector c1, bool accumulate, T* c)
    {
        if (accumulate)
        {
            c0 = TSimd.Add(c0, TSimd.Load(c));
            if (TSize.Vectors > 1)
                c1 = TSimd.Add(c1, TSimd.Load(c + TSimd.Count));
        }

        TSimd.Store(c0, c);
        if (TSize.Vectors > 1)
            TSimd.Store(c1, c + TSimd.Count);
    }
}
