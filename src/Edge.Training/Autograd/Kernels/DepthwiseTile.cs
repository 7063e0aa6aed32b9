using System.Numerics;
using System.Runtime.CompilerServices;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// The inner loops of depthwise convolution for a range of channels whose length is a multiple of <see cref="Width"/>.
/// </summary>
internal static unsafe class DepthwiseTile<T, TVector, TSimd, TSize>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TSimd : struct, ISimd<T, TVector>
    where TSize : struct, IDepthwiseSize
{
    /// <summary>Taps whose sums <see cref="Weights"/> keeps in registers.</summary>
    public const int Taps = 3;

    /// <summary>Channels of a step.</summary>
    public static int Width => TSize.Vectors * TSimd.Count;

    /// <summary>outputs[p][c] = Σ_t inputs[p, t][c] · weights[t, c] (+ bias[c]) (+ outputs[p][c]).</summary>
    /// <param name="inputs">[pixels, taps] addresses.</param>
    /// <param name="taps">Of the kernel.</param>
    /// <param name="weights">[taps, stride].</param>
    /// <param name="stride">Elements from one tap's weights to the next.</param>
    /// <param name="bias">Null for none.</param>
    /// <param name="accumulate">Add what the outputs hold.</param>
    /// <param name="outputs">[pixels] addresses.</param>
    /// <param name="pixels">Number of pixels.</param>
    /// <param name="first">Channel.</param>
    /// <param name="end">Channel.</param>
    public static void Gather(
        T** inputs, int taps, T* weights, nint stride, T* bias, bool accumulate, T** outputs, int pixels, int first, int end)
    {
        for (int p = 0; p < pixels; p++, inputs += taps)
        {
            T* output = outputs[p];
            for (nint c = first; c < end; c += Width)
            {
                TVector c0 = default, c1 = default, c2 = default, c3 = default;
                T* w = weights + c;
                for (int t = 0; t < taps; t++, w += stride)
                {
                    T* x = inputs[t] + c;
                    c0 = TSimd.MultiplyAdd(TSimd.Load(x), TSimd.Load(w), c0);
                    if (TSize.Vectors > 1)
                    {
                        c1 = TSimd.MultiplyAdd(TSimd.Load(x + TSimd.Count), TSimd.Load(w + TSimd.Count), c1);
                        c2 = TSimd.MultiplyAdd(TSimd.Load(x + (2 * TSimd.Count)), TSimd.Load(w + (2 * TSimd.Count)), c2);
                        c3 = TSimd.MultiplyAdd(TSimd.Load(x + (3 * TSimd.Count)), TSimd.Load(w + (3 * TSimd.Count)), c3);
                    }
                }

                if (bias != null)
                    Add(ref c0, ref c1, ref c2, ref c3, bias + c);
                if (accumulate)
                    Add(ref c0, ref c1, ref c2, ref c3, output + c);
                Store(c0, c1, c2, c3, output + c);
            }
        }
    }

    /// <summary>sums[t, c] += Σ_p inputs[p, t][c] · dy[p, c]. The sums have a multiple of <see cref="Taps"/> taps; what the
    /// last ones beyond <paramref name="taps"/> hold means nothing.</summary>
    /// <param name="inputs">[pixels, taps] addresses.</param>
    /// <param name="taps">Of the kernel.</param>
    /// <param name="dy">[pixels, pitch].</param>
    /// <param name="pitch">Elements from one pixel of dy to the next.</param>
    /// <param name="sums">[taps, stride].</param>
    /// <param name="stride">Elements from one tap's sums to the next.</param>
    /// <param name="pixels">Number of pixels.</param>
    /// <param name="first">Channel.</param>
    /// <param name="end">Channel.</param>
    public static void Weights(
        T** inputs, int taps, T* dy, nint pitch, T* sums, nint stride, int pixels, int first, int end)
    {
        for (nint c = first; c < end; c += Width)
        {
            for (int t = 0; t < taps; t += Taps)
            {
                T* s0 = sums + (t * stride) + c, s1 = s0 + stride, s2 = s1 + stride;
                Load(out TVector a0, out TVector a1, out TVector a2, out TVector a3, s0);
                Load(out TVector b0, out TVector b1, out TVector b2, out TVector b3, s1);
                Load(out TVector c0, out TVector c1, out TVector c2, out TVector c3, s2);
                T** x = inputs + t;
                nint second = Math.Min(1, taps - 1 - t), third = Math.Min(2, taps - 1 - t);
                T* d = dy + c;
                for (int p = 0; p < pixels; p++, x += taps, d += pitch)
                {
                    Load(out TVector d0, out TVector d1, out TVector d2, out TVector d3, d);
                    MultiplyAdd(x[0] + c, d0, d1, d2, d3, ref a0, ref a1, ref a2, ref a3);
                    MultiplyAdd(x[second] + c, d0, d1, d2, d3, ref b0, ref b1, ref b2, ref b3);
                    MultiplyAdd(x[third] + c, d0, d1, d2, d3, ref c0, ref c1, ref c2, ref c3);
                }

                Store(a0, a1, a2, a3, s0);
                Store(b0, b1, b2, b3, s1);
                Store(c0, c1, c2, c3, s2);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(out TVector v0, out TVector v1, out TVector v2, out TVector v3, T* from)
    {
        v0 = TSimd.Load(from);
        v1 = TSize.Vectors > 1 ? TSimd.Load(from + TSimd.Count) : default;
        v2 = TSize.Vectors > 1 ? TSimd.Load(from + (2 * TSimd.Count)) : default;
        v3 = TSize.Vectors > 1 ? TSimd.Load(from + (3 * TSimd.Count)) : default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector v0, TVector v1, TVector v2, TVector v3, T* to)
    {
        TSimd.Store(v0, to);
        if (TSize.Vectors > 1)
        {
            TSimd.Store(v1, to + TSimd.Count);
            TSimd.Store(v2, to + (2 * TSimd.Count));
            TSimd.Store(v3, to + (3 * TSimd.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref TVector v0, ref TVector v1, ref TVector v2, ref TVector v3, T* from)
    {
        v0 = TSimd.Add(v0, TSimd.Load(from));
        if (TSize.Vectors > 1)
        {
            v1 = TSimd.Add(v1, TSimd.Load(from + TSimd.Count));
            v2 = TSimd.Add(v2, TSimd.Load(from + (2 * TSimd.Count)));
            v3 = TSimd.Add(v3, TSimd.Load(from + (3 * TSimd.Count)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(
        T* x, TVector d0, TVector d1, TVector d2, TVector d3, ref TVector v0, ref TVector v1, ref TVector v2, ref TVector v3)
    {
        v0 = TSimd.MultiplyAdd(TSimd.Load(x), d0, v0);
        if (TSize.Vectors > 1)
        {
            v1 = TSimd.MultiplyAdd(TSimd.Load(x + TSimd.Count), d1, v1);
            v2 = TSimd.MultiplyAdd(TSimd.Load(x + (2 * TSimd.Count)), d2, v2);
            v3 = TSimd.MultiplyAdd(TSimd.Load(x + (3 * TSimd.Count)), d3, v3);
        }
    }
}

/// <summary>Vectors of a step over channels.</summary>
internal interface IDepthwiseSize
{
    /// <summary>1 or 4.</summary>
    static abstract int Vectors { get; }
}

/// <inheritdoc cref="IDepthwiseSize"/>
internal readonly struct DepthwiseBy4 : IDepthwiseSize
{
    public static int Vectors => 4;
}

/// <inheritdoc cref="IDepthwiseSize"/>
internal readonly struct DepthwiseBy1 : IDepthwiseSize
{
    public static int Vectors => 1;
}
