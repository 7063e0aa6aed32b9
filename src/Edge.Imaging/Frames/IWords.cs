namespace Edge.Imaging.Frames;

/// <summary>
/// Neighbouring samples as 16-bit words in a vector register: what the passes over frames are written in once for every instruction
/// set. A sample s is loaded as (s − 128) · 256.
/// </summary>
internal unsafe interface IWords<TSelf>
    where TSelf : struct, IWords<TSelf>
{
    /// <summary>Words, a power of two.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(short* source);

    static abstract void Store(TSelf value, short* destination);

    static abstract TSelf Broadcast(short value);

    /// <summary>Two equal words in one load.</summary>
    static abstract TSelf BroadcastPair(int pair);

    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>floor((a · b + 2¹⁴) / 2¹⁵).</summary>
    static abstract TSelf MultiplyRounded(TSelf a, TSelf b);

    /// <summary>2 · <see cref="Count"/> samples, those of even and those of odd bytes.</summary>
    static abstract void LoadSamples(byte* source, out TSelf even, out TSelf odd);

    /// <summary>Writes even and odd words in turn, 2 · <see cref="Count"/> of them.</summary>
    static abstract void StoreInTurn(TSelf even, TSelf odd, short* destination);

    /// <summary>Writes the even words of a vector to one place, the odd ones to another: <see cref="Count"/> / 2 each.</summary>
    static abstract void StoreApart(TSelf pairs, short* even, short* odd);

    /// <summary>3 · <see cref="Count"/> words, every third one beginning with the first, second and third.</summary>
    static abstract void LoadTriples(short* source, out TSelf first, out TSelf second, out TSelf third);

    /// <summary>Writes clamp(floor(x / 2^<see cref="FrameConversion.LevelBits"/>), −128, 127).</summary>
    static abstract void StoreLevels(TSelf value, sbyte* destination);
}
