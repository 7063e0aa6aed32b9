namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 6 pixels × 16 channels of two groups of 8 channels, or of four groups of 4, with SDOT: one load brings the activations of all of them,
/// of which SDOT picks those of a register's group by lane.
/// </summary>
internal readonly struct GemmGroups6x16NeonDot<TGroups> : IGemmTile
    where TGroups : struct, IBlockGroups
{
    public static int Rows => Gemm6x16NeonDot.Rows;

    public static int Channels => Gemm6x16NeonDot.Channels;

    public static int NarrowChannels => Channels;

    public static int GroupsPerBlock => TGroups.Count;

    public static int DepthStep => Gemm6x16NeonDot.DepthStep;

    public static int WeightBytes => Gemm6x16NeonDot.WeightBytes;

    public static int WeightRun => Gemm6x16NeonDot.WeightRun;

    public static int ActivationFlip => Gemm6x16NeonDot.ActivationFlip;

    public static int BiasRows => Gemm6x16NeonDot.BiasRows;

    public static int Slot(int channel, int depth) => Gemm6x16NeonDot.Slot(channel, depth);

    public static bool Accepts(in ConvProblem problem) =>
        problem.GroupOutputs == Channels / TGroups.Count && problem.GroupInputs == problem.GroupOutputs && problem.Groups % TGroups.Count == 0;

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs =>
        Gemm6x16NeonDot.ComputeWide<TGroups, TInputs>(run);
}
