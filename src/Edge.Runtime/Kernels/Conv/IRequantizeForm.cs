namespace Edge.Runtime.Kernels.Conv;

/// <summary>What is known of a convolution's sums and bounds before it runs, so that its tile leaves out what they never need.</summary>
internal interface IRequantizeForm
{
    /// <summary>See <see cref="RequantizeParameters.SumsAreOffset"/>; no scaled sum has to be clamped before it becomes an int32.</summary>
    static abstract bool Offset { get; }

    /// <summary>
    /// The sums are offset and the bounds are 0 to 255 above the least code, what a ReLU leaves; see
    /// <see cref="RequantizeParameters.PositiveOffset"/>.
    /// </summary>
    static abstract bool Unsigned { get; }
}

/// <summary>Any sums, as they are, any bounds.</summary>
internal readonly struct AnySums : IRequantizeForm
{
    public static bool Offset => false;

    public static bool Unsigned => false;
}

internal readonly struct OffsetSums : IRequantizeForm
{
    public static bool Offset => true;

    public static bool Unsigned => false;
}

internal readonly struct OffsetSumsUnsigned : IRequantizeForm
{
    public static bool Offset => true;

    public static bool Unsigned => true;
}
