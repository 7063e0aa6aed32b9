namespace Edge.Runtime.Kernels.Conv;

/// <summary>A tile of one pixel that also gives its sums as they are. All its blocks are <see cref="IGemmTile.Channels"/> wide.</summary>
internal unsafe interface IVectorTile : IGemmTile
{
    /// <summary>Writes the exact sum of every channel of one block of the one pixel that <see cref="GemmRun.Pointers"/> leads to.</summary>
    /// <param name="sums">Receives <see cref="IGemmTile.Channels"/> numbers.</param>
    static abstract void Sums(in GemmRun run, int* sums);
}
