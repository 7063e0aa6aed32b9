namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// A kernel for a block of channels of a 3×3 depthwise convolution with one stride, channel multiplier 1 and no dilation. It
/// walks along output rows and loads every input column once per row or pair of rows.
/// </summary>
internal unsafe interface IDepthwise3x3Tile
{
    /// <summary>Channels of a block; a convolution must have at least as many.</summary>
    static abstract int Channels { get; }

    /// <summary>Of both axes, 1 or 2.</summary>
    static abstract int Stride { get; }

    /// <summary>Bytes of a block's packed weights.</summary>
    static abstract int WeightBytes { get; }

    /// <summary>What the kernel adds to every activation: 128 where it flips the sign bit, else 0.</summary>
    static abstract int ActivationFlip { get; }

    /// <summary>Whether the kernel takes <see cref="Depthwise3x3Block.SumsAreOffset"/>.</summary>
    static virtual bool TakesOffsetSums => false;

    /// <summary>Where a channel's bias and multiplier stand among those of its block.</summary>
    static abstract int Place(int channel);

    /// <param name="weights">[channel][9 taps] of one block.</param>
    /// <param name="packed">Zeroed.</param>
    static abstract void Pack(ReadOnlySpan<sbyte> weights, sbyte* packed);

    /// <summary>Calls nothing, so that weights stay in registers.</summary>
    static abstract void Compute(in Depthwise3x3Block block);
}

/// <summary>What one call reads and writes: a block of channels of neighbouring output rows.</summary>
internal unsafe struct Depthwise3x3Block
{
    /// <summary>
    /// First pixels of the input rows, from the first one under the first output row's window; rows in the padding point at a
    /// row of zero points. Two more than the windows cover are readable.
    /// </summary>
    public sbyte** Rows;

    /// <summary>Added to every row pointer: the block's first channel.</summary>
    public nint InputOffset;

    /// <summary>Bytes from one input pixel to the next.</summary>
    public nint InputStride;

    /// <summary>Whether the first column of the first window lies in the padding.</summary>
    public bool PadLeft;

    /// <summary>Whether the last column of the last window lies in the padding.</summary>
    public bool PadRight;

    /// <summary>Zero point of the input: what padding reads.</summary>
    public sbyte Padding;

    /// <summary>See <see cref="RequantizeParameters.SumsAreOffset"/> and <see cref="RequantizeParameters.IsUnsigned"/>.</summary>
    public bool SumsAreOffset, IsUnsigned;

    /// <summary>First pixel's first channel of the block.</summary>
    public sbyte* Output;

    /// <summary>Bytes from one output pixel to the next.</summary>
    public nint OutputStride;

    /// <summary>Bytes from one output row to the next.</summary>
    public nint OutputRowStride;
    public int OutputRows;
    public int OutputWidth;

    public sbyte* Weights;

    /// <summary>Start value of each channel's sum, in the tile's order.</summary>
    public int* Bias;

    /// <summary>In the tile's order.</summary>
    public float* Multipliers;

    /// <summary><see cref="RequantizeParameters.PositiveOffset"/>'s float32 times each multiplier.</summary>
    public float* ScaledOffsets;

    /// <summary>Bounds of the output.</summary>
    public int Low, High;

    public int ZeroPoint;

    /// <summary>Whether saturation to int8 is all the clamping there is.</summary>
    public readonly bool HasWholeRange => Low == sbyte.MinValue && High == sbyte.MaxValue;
}
