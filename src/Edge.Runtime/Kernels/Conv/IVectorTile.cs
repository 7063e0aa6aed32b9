namespace Edge.Runtime.Kernels.Conv;

/// <summary>A tile of one pixel that gives its sums as they are. All its blocks are <see cref="IWeightOrder.Channels"/> wide.</summary>
internal unsafe interface IVectorTile : IWeightOrder
{
    /// <summary>Writes the exact sum of every channel of one block of the one pixel that <see cref="GemmRun.Pointers"/> leads to.</summary>
    /// <param name="sums">Receives <see cref="IWeightOrder.Channels"/> numbers.</param>
    static abstract void Sums(in GemmRun run, int* sums);
}
