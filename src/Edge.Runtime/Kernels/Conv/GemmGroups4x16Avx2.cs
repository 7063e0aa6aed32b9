namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 4 pixels × 16 channels of two groups of 8 outputs, each of a multiple of 8 inputs, or of four groups of 4 channels; lanes as
/// <see cref="Gemm4x16Avx2"/> says.
/// </summary>
internal readonly struct GemmGroups4x16Avx2<TGroups> : IGemmTile
    where TGroups : struct, IBlockGroups
{
    public static int Rows => Gemm4x16Avx2.Rows;

    public static int Channels => Gemm4x16Avx2.Channels;

    public static int NarrowChannels => Channels;

    public static int GroupsPerBlock => TGroups.Count;

    public static int DepthStep => TGroups.Count == 2 ? Gemm4x16Avx2.DepthStep : 4;

    public static int WeightBytes => Gemm4x16Avx2.WeightBytes;

    public static int WeightRun => Gemm4x16Avx2.WeightRun;

    public static int ActivationFlip => Gemm4x16Avx2.ActivationFlip;

    public static int BiasRows => Gemm4x16Avx2.BiasRows;

    /// <summary>Fours of channels: 0, 2, 1, 3.</summary>
    public static int Place(int channel) => (channel / 4) switch
    {
        1 => channel + 4,
        2 => channel - 4,
        _ => channel,
    };

    public static int Slot(int channel, int depth)
    {
        int place = Place(channel);
        return TGroups.Count == 2
            ? Gemm4x16Avx2.Slot(place, depth)
            : (place / 8 * 32) + (depth / 2 * 16) + (place % 8 * 2) + (depth % 2);
    }

    public static bool Accepts(in ConvProblem problem) =>
        problem.GroupOutputs == Channels / TGroups.Count && problem.Groups % TGroups.Count == 0
        && (TGroups.Count == 4 ? problem.GroupInputs == 4 : problem.GroupInputs % DepthStep == 0);

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs =>
        Gemm4x16Avx2.Compute<TGroups, TInputs>(run);
}
