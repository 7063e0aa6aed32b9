namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// A block of <see cref="Rows"/> output pixels × <see cref="IWeightOrder.Channels"/> output channels computed at once in registers. The
/// driver is generic over it: JIT and AOT compile one driver per tile.
/// </summary>
internal unsafe interface IGemmTile : IWeightOrder
{
    static abstract int Rows { get; }

    /// <summary>Whether the tile takes <see cref="RequantizeParameters.SumsAreOffset"/>.</summary>
    static virtual bool TakesOffsetSums => false;

    /// <summary>
    /// Computes one channel block of all pixels of the run, <see cref="IWeightOrder.Channels"/> or <see cref="IWeightOrder.NarrowChannels"/>
    /// wide. Calls nothing in the loop over tiles: over a call the JIT would keep the sums in memory, inside the inner loop too.
    /// </summary>
    static abstract void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs;
}

/// <summary>Where a tile finds its activations; all constants, so that the branches on them vanish.</summary>
internal interface IGemmInputs
{
    /// <summary>Through <see cref="GemmRun.Pointers"/>; else <see cref="GemmRun.InputStride"/> apart, one tap.</summary>
    static abstract bool Indirect { get; }

    /// <summary><see cref="GemmRun.InputOffset"/> is to be added to every pointer.</summary>
    static abstract bool Grouped { get; }
}

/// <summary>Pixel after pixel at constant distance: pointwise convolutions.</summary>
internal readonly struct DirectInputs : IGemmInputs
{
    public static bool Indirect => false;

    public static bool Grouped => false;
}

/// <summary>Taps through a table, one group.</summary>
internal readonly struct IndirectInputs : IGemmInputs
{
    public static bool Indirect => true;

    public static bool Grouped => false;
}

/// <summary>Taps through a table that all groups share.</summary>
internal readonly struct GroupedInputs : IGemmInputs
{
    public static bool Indirect => true;

    public static bool Grouped => true;
}

/// <summary>What one call of a tile reads and writes: a run of pixels × one channel block.</summary>
internal unsafe struct GemmRun
{
    /// <summary>Output pixels, at least 1.</summary>
    public int Pixels;

    /// <summary>The first pixel's first channel, and bytes from one pixel to the next.</summary>
    public sbyte* Input;
    public nint InputStride;

    /// <summary>
    /// The first pixel's pointer of the first tap; the next pixel's follows, the next tap's is <see cref="TapPitch"/> pointers
    /// further. Behind the image's last pixel its pointers repeat as often as a tile has further rows.
    /// </summary>
    public sbyte** Pointers;
    public nint TapPitch;

    /// <summary>The group's first channel.</summary>
    public nint InputOffset;

    public int Taps;

    /// <summary>
    /// Input channels of a tap, a multiple of the tile's depth step. Those behind the real ones meet weights of 0.
    /// </summary>
    public int Depth;

    /// <summary>Channels of this block, all of which are written.</summary>
    public int Channels;

    public byte* Weights;

    /// <summary>What the tile's Plan wrote for this block.</summary>
    public int* Plan;

    /// <summary>Start value of each channel's sum: [bias row][channel][bias stride].</summary>
    public int* Bias;

    /// <summary>The first pixel's first channel of this block, and bytes from one pixel to the next.</summary>
    public sbyte* Output;
    public nint OutputStride;

    public RequantizeParameters Requantize;
}

/// <summary>How the sums of one channel block become int8; see Numerics.Requantization.</summary>
internal unsafe struct RequantizeParameters
{
    /// <summary>
    /// The bits of 1.5 · 2²³ in float32. Added to a sum from −2²² to 2²² − 1 it gives the bits of 1.5 · 2²³ + sum.
    /// </summary>
    public const int Offset = 0x4B400000;

    /// <summary>
    /// The bits of 2²³ in float32. Added to a sum from 0 to 2²³ − 1 it gives the bits of 2²³ + sum, added to a negative one those of a
    /// positive number below 2²³.
    /// </summary>
    public const int PositiveOffset = 0x4B000000;

    /// <summary>One per channel, readable over the tile's whole width.</summary>
    public float* Multipliers;

    /// <summary>Bounds of the output, its zero point subtracted.</summary>
    public float Low, High;

    public int ZeroPoint;

    /// <summary>See <see cref="ConvProblem.ScaledSumsFitInt32"/>.</summary>
    public bool ScaledSumsFitInt32;

    /// <summary>
    /// The start values have <see cref="PositiveOffset"/> in them where the output <see cref="IsUnsigned"/>, else <see cref="Offset"/>, and
    /// <see cref="ScaledSumsFitInt32"/>.
    /// </summary>
    public bool SumsAreOffset;

    /// <summary>
    /// Whether every value that a sum of the block can have, scaled, rounded and the zero point added, is an int16.
    /// </summary>
    public bool FitsInt16;

    /// <summary>Bounds of 0 to 255 above the least code: what a ReLU leaves.</summary>
    public readonly bool IsUnsigned => ZeroPoint == sbyte.MinValue && Low == 0 && High == byte.MaxValue;

    /// <summary>What all blocks of a convolution share.</summary>
    public static RequantizeParameters Of(in ConvProblem problem) => new()
    {
        Low = problem.Low - problem.OutputZeroPoint,
        High = problem.High - problem.OutputZeroPoint,
        ZeroPoint = problem.OutputZeroPoint,
        ScaledSumsFitInt32 = problem.ScaledSumsFitInt32(),
    };

    /// <summary>Decides about <see cref="SumsAreOffset"/>.</summary>
    /// <param name="largestSum">The largest magnitude of a sum.</param>
    /// <returns>What to add to the start values: 0 where sums don't fit.</returns>
    public int OffsetSums(long largestSum)
    {
        SumsAreOffset = ScaledSumsFitInt32 && largestSum < (IsUnsigned ? 1 << 23 : 1 << 22);
        return !SumsAreOffset ? 0 : IsUnsigned ? PositiveOffset : Offset;
    }
}
