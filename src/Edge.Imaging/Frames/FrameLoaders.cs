using System.Runtime.CompilerServices;

namespace Edge.Imaging.Frames;

/// <summary>The coefficients of <see cref="FrameConversion"/> in every word of a register.</summary>
internal readonly struct FrameConversion<T>
    where T : struct, IWords<T>
{
    /// <summary>128 levels are taken away here: clamping is to −128…127.</summary>
    private const int Centre = 128 << FrameConversion.LevelBits;

    private readonly T _luma, _redV, _greenU, _greenV, _blueU, _offset;

    public FrameConversion(in FrameConversion conversion)
    {
        _luma = T.Factor(conversion.Luma);
        _redV = T.Factor(conversion.RedV);
        _greenU = T.Factor(conversion.GreenU);
        _greenV = T.Factor(conversion.GreenV);
        _blueU = T.Factor(conversion.BlueU);
        _offset = T.Broadcast((short)(conversion.Offset - Centre));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rgb(T y, T u, T v, out T red, out T green, out T blue)
    {
        T luma = T.MultiplyFloor(y, _luma) + _offset;
        red = luma + T.MultiplyFloor(v, _redV);
        green = luma + T.MultiplyFloor(u, _greenU) + T.MultiplyFloor(v, _greenV);
        blue = luma + T.MultiplyFloor(u, _blueU);
        T.Clamp(ref red, ref green, ref blue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Grey(T y)
    {
        T luma = T.MultiplyFloor(y, _luma) + _offset, second = luma, third = luma;
        T.Clamp(ref luma, ref second, ref third);
        return luma;
    }
}

/// <summary>Reads and converts T.Count columns of one format.</summary>
internal interface IFrameLoader
{
    /// <summary>Channels that differ: 3, or 1 for grey.</summary>
    static abstract int Channels { get; }

    /// <param name="row">The row.</param>
    /// <param name="x">First column, even.</param>
    /// <param name="conversion">Coefficients.</param>
    /// <param name="red">(R − 128) · 256, and so on; the only result of grey formats.</param>
    static abstract void Load<T>(
        in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T>;
}

internal readonly unsafe struct YuyvLoader : IFrameLoader
{
    public static int Channels => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T>
    {
        T.LoadYuyv(row.First + (2 * x), out T y, out T u, out T v);
        conversion.Rgb(y, u, v, out red, out green, out blue);
    }
}

internal readonly unsafe struct UyvyLoader : IFrameLoader
{
    public static int Channels => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T>
    {
        T.LoadUyvy(row.First + (2 * x), out T y, out T u, out T v);
        conversion.Rgb(y, u, v, out red, out green, out blue);
    }
}

internal readonly unsafe struct Nv12Loader : IFrameLoader
{
    public static int Channels => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T>
    {
        T y = T.LoadSingles(row.First + x);
        T.LoadPairs(row.Second + x, out T u, out T v);
        conversion.Rgb(y, u, v, out red, out green, out blue);
    }
}

internal readonly unsafe struct Nv21Loader : IFrameLoader
{
    public static int Channels => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T>
    {
        T y = T.LoadSingles(row.First + x);
        T.LoadPairs(row.Second + x, out T v, out T u);
        conversion.Rgb(y, u, v, out red, out green, out blue);
    }
}

/// <summary>I420 and I422.</summary>
internal readonly unsafe struct PlanarLoader : IFrameLoader
{
    public static int Channels => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T>
    {
        T y = T.LoadSingles(row.First + x);
        T u = T.LoadDoubles(row.Second + (x >> 1));
        T v = T.LoadDoubles(row.Third + (x >> 1));
        conversion.Rgb(y, u, v, out red, out green, out blue);
    }
}

internal readonly unsafe struct I444Loader : IFrameLoader
{
    public static int Channels => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T>
    {
        T y = T.LoadSingles(row.First + x), u = T.LoadSingles(row.Second + x), v = T.LoadSingles(row.Third + x);
        conversion.Rgb(y, u, v, out red, out green, out blue);
    }
}

internal readonly unsafe struct GreyLoader : IFrameLoader
{
    public static int Channels => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T>
    {
        red = conversion.Grey(T.LoadSingles(row.First + x));
        green = blue = red;
    }
}

internal readonly unsafe struct Rgb24Loader : IFrameLoader
{
    public static int Channels => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T> => T.LoadTriples(row.First + (3 * x), out red, out green, out blue);
}

internal readonly unsafe struct Bgr24Loader : IFrameLoader
{
    public static int Channels => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T>(in FrameRow row, int x, in FrameConversion<T> conversion, out T red, out T green, out T blue)
        where T : struct, IWords<T> => T.LoadTriples(row.First + (3 * x), out blue, out green, out red);
}
