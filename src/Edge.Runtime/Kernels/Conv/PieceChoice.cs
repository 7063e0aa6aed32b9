namespace Edge.Runtime.Kernels.Conv;

/// <summary>Whether the workers share a matrix product by tiles of pixels or by blocks of output channels.</summary>
internal static class PieceChoice
{
    /// <summary>
    /// What blocks must gain in balance before they pay: with them every worker reads and prepares all activations, and two of them
    /// write to the cache lines where their channels meet, at every pixel.
    /// </summary>
    private const double PriceOfBlocks = 0.08;

    public static bool BlocksPay(int blocks, int tiles, int workers) =>
        Imbalance(blocks, workers) + PriceOfBlocks < Imbalance(tiles, workers);

    /// <summary>The largest of the equal shares of some pieces, relative to the mean.</summary>
    private static double Imbalance(int pieces, int workers) => (double)((pieces + workers - 1) / workers) * workers / pieces;
}
