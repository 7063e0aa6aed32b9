namespace Edge.Runtime.Kernels.Movement;

/// <summary>Where the indices of one output axis read in the source: at regular steps, or wherever a table says.</summary>
internal readonly struct SourceAxis
{
    /// <summary>Table entry of an index that has no source and takes the fill value.</summary>
    public const int Fill = int.MinValue;

    /// <summary>Index i reads at <paramref name="start"/> + i·<paramref name="step"/>, in elements.</summary>
    public SourceAxis(int length, nint start, nint step)
    {
        Length = length;
        Start = start;
        Step = step;
    }

    /// <summary>Index i reads at <paramref name="offsets"/>[i], in elements, or is filled where that is <see cref="Fill"/>.</summary>
    public SourceAxis(int[] offsets)
    {
        Length = offsets.Length;
        Offsets = offsets;
    }

    public int Length { get; }
    public nint Start { get; }
    public nint Step { get; }
    public int[]? Offsets { get; }

    /// <summary>The whole axis as a table.</summary>
    public int[] ToTable()
    {
        if (Offsets is not null)
            return Offsets;
        var table = new int[Length];
        for (int i = 0; i < Length; i++)
            table[i] = checked((int)(Start + (i * Step)));
        return table;
    }
}
