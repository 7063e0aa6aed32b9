namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// A kernel for sixteen channels of a depthwise convolution over a run of pixels, and the order in which it wants its weights.
/// </summary>
internal unsafe interface IDepthwiseTile
{
    /// <summary>Output channels of a block.</summary>
    const int Channels = 16;

    /// <summary>Bytes of a packed weight: 1, or 2 where the kernel wants int16.</summary>
    static abstract int WeightBytes { get; }

    /// <summary>
    /// Place of a weight among the 32 weights of a pair of taps; packed weights are [channel block][tap pair][slot].
    /// </summary>
    /// <param name="channel">Channel in the block, 0 to 15.</param>
    /// <param name="tap">Tap in the pair, 0 or 1.</param>
    static abstract int Slot(int channel, int tap);

    static abstract void Compute(in DepthwiseRow row);
}

/// <summary>What one call reads and writes: one block of channels of neighbouring output pixels.</summary>
internal unsafe struct DepthwiseRow
{
    /// <summary>[pixel][tap] pointers to input pixels, <see cref="TapPairs"/> · 2 of them per pixel.</summary>
    public sbyte** Inputs;

    /// <summary>Added to every input pointer: the block's first input channel.</summary>
    public nint InputOffset;

    /// <summary>Half the taps; an odd tap is paired with one whose weights are 0.</summary>
    public int TapPairs;

    public int Pixels;

    public byte* Weights;

    /// <summary>Start value of each channel's sum.</summary>
    public int* Bias;

    /// <summary>Sixteen bytes: which of the sixteen loaded input channels each output channel reads.</summary>
    public byte* ChannelMap;

    /// <summary>First pixel's first channel of the block; all sixteen channels are written.</summary>
    public sbyte* Output;

    public nint OutputStride;

    public RequantizeParameters Requantize;
}
