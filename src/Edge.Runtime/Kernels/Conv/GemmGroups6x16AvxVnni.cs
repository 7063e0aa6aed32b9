namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 6 pixels × 16 channels of two groups of 8 outputs, each of a multiple of 4 inputs, or of four groups of 4 channels; lanes as
/// <see cref="Gemm6x16AvxVnni"/> says.
/// </summary>
internal readonly struct GemmGroups6x16AvxVnni<TGroups> : IGemmTile
    where TGroups : struct, IBlockGroups
{
    public static int Rows => Gemm6x16AvxVnni.Rows;

    public static int Channels => Gemm6x16AvxVnni.Channels;

    public static int NarrowChannels => Channels;

    public static int GroupsPerBlock => TGroups.Count;

    public static int DepthStep => Gemm6x16AvxVnni.DepthStep;

    public static int WeightBytes => Gemm6x16AvxVnni.WeightBytes;

    public static int WeightRun => Gemm6x16AvxVnni.WeightRun;

    public static int ActivationFlip => Gemm6x16AvxVnni.ActivationFlip;

    public static bool TakesOffsetSums => Gemm6x16AvxVnni.TakesOffsetSums;

    public static int BiasRows => Gemm6x16AvxVnni.BiasRows;

    public static int Place(int channel)
    {
        if (TGroups.Count == 2)
            return channel;
        int group = channel / 4, output = channel % 4;
        return (group / 2 * 8) + (output * 2) + (group % 2);
    }

    public static int Slot(int channel, int depth) => Gemm6x16AvxVnni.Slot(Place(channel), depth);

    public static bool Accepts(in ConvProblem problem) =>
        problem.GroupOutputs == Channels / TGroups.Count && problem.Groups % TGroups.Count == 0
        && (TGroups.Count == 4 ? problem.GroupInputs == 4 : problem.GroupInputs % 4 == 0);

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs =>
        Gemm6x16AvxVnni.Compute<TGroups, TInputs>(run);
}
