namespace Edge.Runtime.Kernels.Conv;

/// <summary>How many groups of a convolution make up a block of 16 output channels.</summary>
internal interface IBlockGroups
{
    /// <summary>1, 2 or 4.</summary>
    static abstract int Count { get; }
}

/// <summary>Every group has blocks of its own.</summary>
internal readonly struct OneGroup : IBlockGroups
{
    public static int Count => 1;
}

/// <summary>Groups of 8 outputs.</summary>
internal readonly struct TwoGroups : IBlockGroups
{
    public static int Count => 2;
}

/// <summary>Groups of 4 outputs.</summary>
internal readonly struct FourGroups : IBlockGroups
{
    public static int Count => 4;
}
