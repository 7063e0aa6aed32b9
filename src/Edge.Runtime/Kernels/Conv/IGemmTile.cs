namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// A block of <see cref="Rows"/> output pixels × <see cref="Channels"/> output channels computed at once in registers, and
/// the order in which it wants its weights. The driver is generic over it: JIT and AOT compile one driver per tile.
/// </summary>
internal unsafe interface IGemmTile
{
    static abstract int Rows { get; }

    static abstract int Channels { get; }

    /// <summary>The input channels of a tap are padded to a multiple of this with weights of 0.</summary>
    static abstract int DepthStep { get; }

    /// <summary>Bytes of a packed weight: 1, or 2 where the tile wants int16.</summary>
    static abstract int WeightBytes { get; }

    /// <summary>
    /// What the tile adds to every activation: 128 where it flips the sign bit to get an unsigned operand, else 0.
    /// </summary>
    static abstract int ActivationFlip { get; }

    /// <summary>
    /// Place of a weight among the <see cref="Channels"/> × <see cref="DepthStep"/> weights of one step; packed weights are
    /// [channel block][tap][step][slot].
    /// </summary>
    static abstract int Slot(int channel, int depth);

    /// <summary>
    /// Computes the whole tile. Calls nothing: over a call the JIT would keep the sums in memory, inside the loop too.
    /// </summary>
    static abstract void Compute(in GemmBlock block);
}

/// <summary>What one call of a tile reads and writes.</summary>
internal unsafe struct GemmBlock
{
    /// <summary>
    /// [tap][row] pointers to input pixels. Where the image has fewer pixels than the tile rows, the last one repeats, so that
    /// the tile writes the same bytes again.
    /// </summary>
    public sbyte** Inputs;

    /// <summary>Added to every input pointer: the group's first channel.</summary>
    public nint InputOffset;

    public int Taps;

    /// <summary>
    /// Input channels of a tap, a multiple of the tile's depth step. Those behind the real ones meet weights of 0.
    /// </summary>
    public int Depth;

    public byte* Weights;

    /// <summary>Start value of each channel's sum.</summary>
    public int* Bias;

    /// <summary>[row] pointers to output pixels; the tile's whole width is written.</summary>
    public sbyte** Outputs;

    /// <summary>Added to every output pointer: the block's first channel.</summary>
    public nint OutputOffset;

    public RequantizeParameters Requantize;
}

/// <summary>How the sums of one channel block become int8; see Numerics.Requantization.</summary>
internal unsafe struct RequantizeParameters
{
    /// <summary>One per channel, readable over the tile's whole width.</summary>
    public float* Multipliers;

    /// <summary>Bounds of the output, its zero point subtracted.</summary>
    public float Low, High;

    public int ZeroPoint;
}
