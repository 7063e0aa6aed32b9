namespace Edge.Imaging.Frames;

/// <summary>
/// Neighbouring columns of one channel as 16-bit words in a vector register: what the column pass is written in once for every
/// instruction set. A sample s is loaded as (s − 128) · 256.
/// </summary>
internal unsafe interface IWords<TSelf>
    where TSelf : struct, IWords<TSelf>
{
    /// <summary>Columns, even.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(short* source);

    static abstract void Store(TSelf value, short* destination);

    static abstract TSelf Broadcast(short value);

    /// <summary>Two equal words in one load.</summary>
    static abstract TSelf BroadcastPair(int pair);

    /// <summary>A coefficient in the form that <see cref="MultiplyFloor"/> takes.</summary>
    /// <param name="coefficient">−2¹⁴ to 2¹⁴ − 1.</param>
    static abstract TSelf Factor(short coefficient);

    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>floor(a · c / 2¹⁵).</summary>
    static abstract TSelf MultiplyFloor(TSelf a, TSelf factor);

    /// <summary>floor((a · b + 2¹⁴) / 2¹⁵).</summary>
    static abstract TSelf MultiplyRounded(TSelf a, TSelf b);

    /// <summary>clamp(floor(x / 32), −128, 127) · 256 of three channels.</summary>
    static abstract void Clamp(ref TSelf x, ref TSelf y, ref TSelf z);

    /// <summary>One column per byte.</summary>
    static abstract TSelf LoadSingles(byte* source);

    /// <summary>Two columns per byte.</summary>
    static abstract TSelf LoadDoubles(byte* source);

    /// <summary>Two columns per pair of bytes.</summary>
    static abstract void LoadPairs(byte* source, out TSelf first, out TSelf second);

    /// <summary>Two columns per four bytes: Y U Y V.</summary>
    static abstract void LoadYuyv(byte* source, out TSelf y, out TSelf u, out TSelf v);

    /// <summary>Two columns per four bytes: U Y V Y.</summary>
    static abstract void LoadUyvy(byte* source, out TSelf y, out TSelf u, out TSelf v);

    /// <summary>One column per three bytes.</summary>
    static abstract void LoadTriples(byte* source, out TSelf first, out TSelf second, out TSelf third);
}
