namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 6 pixels × 16 channels with SDOT: 24 registers of sums, 6 of activations and 2 of weights are all that there are. The last
/// pixels of a run go through tiles of 6, 3 or 1 over the same weights, where need be over pixels computed before.
/// </summary>
internal readonly unsafe struct Gemm6x16NeonDot : IGemmTile
{
    public static int Rows => 6;

    public static int Channels => 16;

    public static int NarrowChannels => 8;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int WeightRun => 4;

    public static int ActivationFlip => 0;

    public static int BiasRows => 6;

    public static int Slot(int channel, int depth) => (channel * 4) + depth;

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs
    {
        if (run.Channels == Channels)
            ComputeWide<OneGroup, TInputs>(run);
        else
            Compute<Narrow, OneGroup, TInputs>(run);
    }

    /// <summary>A block of <see cref="Channels"/> channels.</summary>
    internal static void ComputeWide<TGroups, TInputs>(in GemmRun run)
        where TGroups : struct, IBlockGroups
        where TInputs : struct, IGemmInputs =>
        Compute<Wide, TGroups, TInputs>(run);

    private static void Compute<TWidth, TGroups, TInputs>(in GemmRun run)
        where TWidth : struct, IDotWidth
        where TGroups : struct, IBlockGroups
        where TInputs : struct, IGemmInputs
    {
        int pixels = run.Pixels, tiles = pixels / 6, done = tiles * 6;
        if (tiles > 0)
            GemmRowsNeonDot<Six, TWidth, TGroups, TInputs>.Compute(run, 0, tiles);
        if (tiles > 0 && pixels - done > 3)
        {
            GemmRowsNeonDot<Six, TWidth, TGroups, TInputs>.Compute(run, pixels - 6, 1);
            return;
        }

        if (pixels >= 3 && pixels - done > 1)
        {
            int first = Math.Min(done, pixels - 3);
            GemmRowsNeonDot<Three, TWidth, TGroups, TInputs>.Compute(run, first, 1);
            done = first + 3;
        }

        if (done < pixels)
            GemmRowsNeonDot<One, TWidth, TGroups, TInputs>.Compute(run, done, pixels - done);
    }

    private readonly struct Six : IDotRows
    {
        public static int Count => 6;
    }

    private readonly struct Three : IDotRows
    {
        public static int Count => 3;
    }

    private readonly struct One : IDotRows
    {
        public static int Count => 1;
    }

    private readonly struct Wide : IDotWidth
    {
        public static bool IsWide => true;
    }

    private readonly struct Narrow : IDotWidth
    {
        public static bool IsWide => false;
    }
}
