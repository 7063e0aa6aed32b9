namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// The block of <see cref="Channels"/> output channels that a tile computes at once, and the order in which it wants their weights.
/// </summary>
internal unsafe interface IWeightOrder
{
    static abstract int Channels { get; }

    /// <summary>
    /// Width of the block that takes the last channels where these are no more than that; <see cref="Channels"/> where the
    /// tile has one width only.
    /// </summary>
    static abstract int NarrowChannels { get; }

    /// <summary>
    /// Groups whose outputs make up a block in equal parts; the convolution has a multiple of that many. 1 where a group has blocks of its own.
    /// </summary>
    static virtual int GroupsPerBlock => 1;

    /// <summary>The input channels of a tap are padded to a multiple of this with weights of 0.</summary>
    static abstract int DepthStep { get; }

    /// <summary>Bytes of a packed weight: 1, or 2 where the tile wants int16.</summary>
    static abstract int WeightBytes { get; }

    /// <summary>Neighbouring input channels whose weights stay neighbours when packed; divides <see cref="DepthStep"/>.</summary>
    static abstract int WeightRun { get; }

    /// <summary>
    /// What the tile adds to every activation: 128 where it flips the sign bit to get an unsigned operand, else 0.
    /// </summary>
    static abstract int ActivationFlip { get; }

    /// <summary>
    /// How often a block's start values are stored, one copy behind the other: as often as the tile has rows where it loads its
    /// sums rather than copy registers.
    /// </summary>
    static abstract int BiasRows { get; }

    /// <summary>Numbers from one channel's start value to the next one's, zeros between them.</summary>
    static virtual int BiasStride => 1;

    /// <summary>The lane of a block's channel, where its start value and multiplier lie.</summary>
    static virtual int Place(int channel) => channel;

    /// <summary>
    /// Place of a weight among the block's channels × <see cref="DepthStep"/> weights of one step; packed weights are
    /// [channel block][tap][step][slot].
    /// </summary>
    static abstract int Slot(int channel, int depth);

    /// <summary>Numbers that <see cref="Plan"/> writes for a block at most; 0 where the tile has no plan.</summary>
    static virtual int PlanLength(int taps, int steps) => 0;

    /// <summary>May reorder a block's packed weights, and writes what the tile wants to know of the order.</summary>
    /// <param name="width">Channels of the block.</param>
    static virtual void Plan(byte* weights, int taps, int steps, int width, int* plan)
    {
    }
}
