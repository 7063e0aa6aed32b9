using System.Numerics;
using System.Runtime.InteropServices;

namespace Edge.Training.Autograd.Loops;

/// <summary>Vectorised arithmetic on stretches of memory of one length.</summary>
internal static class RowMath
{
    /// <summary>y += x.</summary>
    public static void Add<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T px = ref MemoryMarshal.GetReference(x);
        ref T py = ref MemoryMarshal.GetReference(y[..x.Length]);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
            (Vector.LoadUnsafe(ref py, (nuint)i) + Vector.LoadUnsafe(ref px, (nuint)i)).StoreUnsafe(ref py, (nuint)i);
        for (; i < x.Length; i++)
            y[i] += x[i];
    }

    /// <summary>y += f · x.</summary>
    public static void AddScaled<T>(ReadOnlySpan<T> x, T f, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T px = ref MemoryMarshal.GetReference(x);
        ref T py = ref MemoryMarshal.GetReference(y[..x.Length]);
        var factor = new Vector<T>(f);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
            (Vector.LoadUnsafe(ref py, (nuint)i) + (factor * Vector.LoadUnsafe(ref px, (nuint)i))).StoreUnsafe(ref py, (nuint)i);
        for (; i < x.Length; i++)
            y[i] += f * x[i];
    }

    /// <summary>y = f · x; x and y may be the same.</summary>
    public static void Scale<T>(ReadOnlySpan<T> x, T f, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T px = ref MemoryMarshal.GetReference(x);
        ref T py = ref MemoryMarshal.GetReference(y[..x.Length]);
        var factor = new Vector<T>(f);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
            (factor * Vector.LoadUnsafe(ref px, (nuint)i)).StoreUnsafe(ref py, (nuint)i);
        for (; i < x.Length; i++)
            y[i] = f * x[i];
    }

    /// <summary>y = a · b, over y's length; y may be one of them.</summary>
    public static void Multiply<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T pa = ref MemoryMarshal.GetReference(a[..y.Length]);
        ref T pb = ref MemoryMarshal.GetReference(b[..y.Length]);
        ref T py = ref MemoryMarshal.GetReference(y);
        int i = 0;
        for (; i <= y.Length - Vector<T>.Count; i += Vector<T>.Count)
            (Vector.LoadUnsafe(ref pa, (nuint)i) * Vector.LoadUnsafe(ref pb, (nuint)i)).StoreUnsafe(ref py, (nuint)i);
        for (; i < y.Length; i++)
            y[i] = a[i] * b[i];
    }

    /// <summary>y = x, or y += x.</summary>
    public static void Contribute<T>(ReadOnlySpan<T> x, Span<T> y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (accumulate)
            Add(x, y);
        else
            x.CopyTo(y);
    }
}
