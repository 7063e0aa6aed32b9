namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// A tile of <see cref="Rows"/> output pixels whose activations lie together: a panel [step][pixel][activations of a step], in
/// the form in which they are multiplied. It saves what a tile would do to every activation again for each channel block.
/// </summary>
/// <typeparam name="TTile">The tile whose weights it multiplies.</typeparam>
internal unsafe interface IGemmPanel<TTile>
    where TTile : struct, IGemmTile
{
    /// <summary>Pixels of every panel.</summary>
    const int Rows = 6;

    /// <summary>Below so many output channels interleaving costs more than it saves.</summary>
    static abstract int FewestOutputs { get; }

    /// <summary>Bytes of a panel's activation.</summary>
    static abstract int ActivationBytes { get; }

    /// <summary>Appends one tap to a panel.</summary>
    /// <param name="rows">Where the tap of each pixel lies.</param>
    /// <param name="depth">Activations of each, a multiple of the tile's depth step.</param>
    /// <param name="panel">Rows · depth activations.</param>
    static abstract void Interleave(sbyte** rows, nint depth, byte* panel);

    /// <summary>
    /// Computes one channel block of all pixels of the run. <see cref="GemmRun.Input"/> is the first of their panels, which
    /// follow each other, <see cref="GemmRun.Depth"/> the activations of a pixel, all taps together; other members that
    /// describe the input are not used.
    /// </summary>
    static abstract void Compute(in GemmRun run);
}
