namespace Edge.Training.Autograd.Kernels;

/// <summary>Rows and vectors per row of the block of sums that a kernel keeps in registers.</summary>
internal interface ITileSize
{
    /// <summary>6 or 12.</summary>
    static abstract int Rows { get; }

    /// <summary>1 or 2.</summary>
    static abstract int Vectors { get; }
}

/// <summary>24 sums, a row of the right operand and one element of the left: 27 of 32 registers (AVX-512, NEON).</summary>
internal readonly struct Tile12x2 : ITileSize
{
    public static int Rows => 12;

    public static int Vectors => 2;
}

/// <summary>The last columns beside <see cref="Tile12x2"/>.</summary>
internal readonly struct Tile12x1 : ITileSize
{
    public static int Rows => 12;

    public static int Vectors => 1;
}

/// <summary>12 sums, a row of the right operand and one element of the left: 15 of 16 registers (AVX2, SSE).</summary>
internal readonly struct Tile6x2 : ITileSize
{
    public static int Rows => 6;

    public static int Vectors => 2;
}

/// <summary>The last columns beside <see cref="Tile6x2"/>.</summary>
internal readonly struct Tile6x1 : ITileSize
{
    public static int Rows => 6;

    public static int Vectors => 1;
}
