namespace Edge.Runtime.Kernels.Conv;

/// <summary>What is known of a convolution's sums and bounds before it runs, so that its tile leaves out what they never need.</summary>
internal interface IRequantizeForm
{
    /// <summary>
    /// Start values have <see cref="RequantizeParameters.Offset"/> in them, and no scaled sum has to be clamped before it becomes
    /// an int32.
    /// </summary>
    static abstract bool Offset { get; }

    /// <summary>The bounds are 0 to 255 above the least code: what a ReLU leaves.</summary>
    static abstract bool Unsigned { get; }
}

/// <summary>Any sums, any bounds.</summary>
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
