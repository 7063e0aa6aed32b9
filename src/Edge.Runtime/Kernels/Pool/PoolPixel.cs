namespace Edge.Runtime.Kernels.Pool;

/// <summary>
/// The part of a window that lies inside the image, for a range of channels of one output pixel, and the way from what it holds
/// to the output value. <see cref="Rows"/> or <see cref="Columns"/> is 0 for a window that lies in the padding altogether.
/// </summary>
internal readonly unsafe struct PoolPixel
{
    /// <summary>First channel of the first position.</summary>
    public required sbyte* First { get; init; }
    public required int Rows { get; init; }

    /// <summary>Bytes from one row of the window to the next.</summary>
    public required nint RowStep { get; init; }
    public required int Columns { get; init; }

    /// <summary>Bytes from one column of the window to the next.</summary>
    public required nint ColumnStep { get; init; }
    public required int Channels { get; init; }

    /// <summary>Average: zero point of the input · positions inside the image, subtracted from the sum.</summary>
    public required int Offset { get; init; }

    /// <summary>Average: sx / (sy · count), count as the operator defines it; sx / count where <see cref="IsReal"/>.</summary>
    public required float Multiplier { get; init; }

    /// <summary>Zero point of the output.</summary>
    public required int ZeroPoint { get; init; }
    public required int Low { get; init; }
    public required int High { get; init; }

    /// <summary>Average: the output is float32 and takes the scaled sum as it is.</summary>
    public required bool IsReal { get; init; }
}

/// <summary>One form of a pool, for one output pixel.</summary>
internal unsafe interface IPoolForm
{
    /// <param name="destination">The first channel's place, where <see cref="PoolPixel.IsReal"/> a float32.</param>
    static abstract void Pool(in PoolPixel p, sbyte* destination);
}
