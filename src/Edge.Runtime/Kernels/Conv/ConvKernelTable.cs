using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Whether a kernel can compute this problem and is meant for its kind.</summary>
internal delegate bool ConvPredicate(in ConvProblem problem);

internal delegate PreparedOperator ConvPreparation(in ConvProblem problem, PreparationContext context, string name);

/// <summary>
/// Output pixels, output channels and input channels that a kernel takes at a time: where its remainders begin.
/// </summary>
internal readonly record struct TileShape(int Pixels, int Channels, int Depth);

/// <summary>One way to compute a convolution.</summary>
internal sealed record ConvKernel(
    string Name, InstructionSet InstructionSet, TileShape Tile, ConvPredicate Accepts, ConvPreparation Preparation)
{
    public PreparedOperator Prepare(in ConvProblem problem, PreparationContext context) => Preparation(problem, context, Name);

    public override string ToString() => Name;
}

/// <summary>
/// Every kernel with an int8 output there is. A kernel listed here is chosen by <see cref="Choose(in ConvProblem, InstructionSet)"/> and tested
/// by the conformance suite; adding one is adding a line.
/// </summary>
internal static class ConvKernelTable
{
    /// <summary>
    /// Those of all architectures, best first: of the kernels that the instruction set includes, the first one that accepts is used.
    /// </summary>
    public static IReadOnlyList<ConvKernel> Kernels => [.. X64.Kernels, .. Arm64.Kernels, Scalar];

    private static ConvKernel Scalar { get; } = new(
        nameof(ConvScalar),
        InstructionSet.Scalar,
        new TileShape(1, 1, 1),
        Any,
        (in p, _, name) => new ConvScalar(p, name));

    /// <summary>
    /// Those of this machine's architecture. A NativeAOT compiler knows it, and leaves the other one's kernels out of the program.
    /// </summary>
    private static ConvKernel[] Own => X86Base.IsSupported ? X64.Kernels : ArmBase.Arm64.IsSupported ? Arm64.Kernels : [];

    /// <summary>The kernel for a problem on this machine.</summary>
    /// <exception cref="NotSupportedException">The instruction set is another architecture's.</exception>
    public static ConvKernel Choose(in ConvProblem problem, InstructionSet set) => Choose(problem, set, Own);

    /// <summary>The first of some kernels that suits, else the scalar one if that is asked for.</summary>
    internal static ConvKernel Choose(in ConvProblem problem, InstructionSet set, IReadOnlyList<ConvKernel> kernels)
    {
        foreach (ConvKernel kernel in kernels)
        {
            if (Includes(set, kernel.InstructionSet) && kernel.Accepts(problem))
                return kernel;
        }

        return set == InstructionSet.Scalar ? Scalar : throw new NotSupportedException($"no convolution kernel for {set}");
    }

    private static bool Includes(InstructionSet set, InstructionSet kernel) =>
        kernel == set
        || (set == InstructionSet.AvxVnni && kernel == InstructionSet.Avx2)
        || (set == InstructionSet.NeonDot && kernel == InstructionSet.Neon);

    private static ConvKernel Gemm<TTile>(string name, InstructionSet set, ConvPredicate accepts)
        where TTile : struct, IGemmTile =>
        new(
            name,
            set,
            new TileShape(TTile.Rows, TTile.Channels, TTile.DepthStep),
            accepts,
            (in p, context, n) => new GemmConvolution<TTile>(p, context, n));

    private static ConvKernel GemmPanel<TPanel, TTile>(string name, InstructionSet set)
        where TPanel : struct, IGemmPanel<TTile>
        where TTile : struct, IGemmTile =>
        new(
            name,
            set,
            new TileShape(IGemmPanel<TTile>.Rows, TTile.Channels, TTile.DepthStep),
            GemmPanelConvolution<TPanel, TTile>.Accepts,
            (in p, context, n) => new GemmPanelConvolution<TPanel, TTile>(p, context, n));

    private static ConvKernel Depthwise<TTile>(string name, InstructionSet set, ConvPredicate accepts)
        where TTile : struct, IDepthwiseTile =>
        new(
            name,
            set,
            new TileShape(1, IDepthwiseTile.Channels, 1),
            accepts,
            (in p, context, n) => new DepthwiseConvolution<TTile>(p, context, n));

    private static ConvKernel Depthwise3x3<TTile>(string name, InstructionSet set)
        where TTile : struct, IDepthwise3x3Tile =>
        new(
            name,
            set,
            new TileShape(1, TTile.Channels, 1),
            Depthwise3x3Convolution<TTile>.Accepts,
            (in p, context, n) => new Depthwise3x3Convolution<TTile>(p, context, n));

    private static bool Any(in ConvProblem problem) => true;

    private static bool OnePixel(in ConvProblem problem) => problem.Pixels == 1;

    /// <summary>
    /// Where Gemm2x8Neon takes fewer instructions than Gemm4x8Neon. Per 16 products of an output they take about 3.6, or 3.25
    /// where chains of four fit, against 4.2; per output 3.3 more against 2. They meet near 64 products, fewer than which seldom
    /// have such chains; and where the padding of taps makes a seventh more products of them.
    /// </summary>
    private static bool ManyInputs(in ConvProblem problem)
    {
        int products = problem.KernelSize * problem.GroupInputs;
        bool gathered = problem.Groups == 1 && problem.InputChannels < PatchGather.FewChannels;
        int padded = gathered ? Padded(products) : problem.KernelSize * Padded(problem.GroupInputs);
        return products >= 64 && 6L * padded <= 7L * products;

        static int Padded(int inputs) => (inputs + Gemm2x8Neon.DepthStep - 1) / Gemm2x8Neon.DepthStep * Gemm2x8Neon.DepthStep;
    }

    private static bool DepthwiseAny(in ConvProblem problem) => problem.IsDepthwise;

    private static bool DepthwiseSameChannels(in ConvProblem problem) => problem.IsDepthwise && problem.GroupOutputs == 1;

    private static bool Depthwise3x3(in ConvProblem problem) =>
        DepthwiseSameChannels(problem) && problem.Window is { KernelHeight: 3, KernelWidth: 3 };

    private static class X64
    {
        public static ConvKernel[] Kernels { get; } =
        [
            Depthwise3x3<Depthwise3x3AvxVnni<Stride1>>("Depthwise3x3AvxVnni", InstructionSet.AvxVnni),
            Depthwise3x3<Depthwise3x3AvxVnni<Stride2>>("Depthwise3x3Stride2AvxVnni", InstructionSet.AvxVnni),
            Depthwise<Depthwise3x3Avx2<PairSumsAvxVnni>>("Depthwise3x3PairsAvxVnni", InstructionSet.AvxVnni, Depthwise3x3),
            Depthwise<DepthwiseAvx2<PairSumsAvxVnni, SameChannels>>(
                "DepthwiseAvxVnni", InstructionSet.AvxVnni, DepthwiseSameChannels),
            Depthwise<DepthwiseAvx2<PairSumsAvxVnni, RepeatedChannelsAvx2>>(
                "DepthwiseMultiplierAvxVnni", InstructionSet.AvxVnni, DepthwiseAny),
            Gemm<Gemm1x16AvxVnni>(nameof(Gemm1x16AvxVnni), InstructionSet.AvxVnni, OnePixel),
            GemmPanel<GemmPanel6x16AvxVnni, Gemm6x16AvxVnni>(nameof(GemmPanel6x16AvxVnni), InstructionSet.AvxVnni),
            Gemm<GemmGroups6x16AvxVnni<TwoGroups>>(
                "GemmTwoGroupsAvxVnni", InstructionSet.AvxVnni, GemmGroups6x16AvxVnni<TwoGroups>.Accepts),
            Gemm<GemmGroups6x16AvxVnni<FourGroups>>(
                "GemmFourGroupsAvxVnni", InstructionSet.AvxVnni, GemmGroups6x16AvxVnni<FourGroups>.Accepts),
            Gemm<Gemm4x24AvxVnni>(nameof(Gemm4x24AvxVnni), InstructionSet.AvxVnni, Gemm4x24AvxVnni.Suits),
            Gemm<Gemm6x16AvxVnni>(nameof(Gemm6x16AvxVnni), InstructionSet.AvxVnni, Any),
            Depthwise<Depthwise3x3Avx2<PairSumsAvx2>>("Depthwise3x3Avx2", InstructionSet.Avx2, Depthwise3x3),
            Depthwise<DepthwiseAvx2<PairSumsAvx2, SameChannels>>("DepthwiseAvx2", InstructionSet.Avx2, DepthwiseSameChannels),
            Depthwise<DepthwiseAvx2<PairSumsAvx2, RepeatedChannelsAvx2>>(
                "DepthwiseMultiplierAvx2", InstructionSet.Avx2, DepthwiseAny),
            Gemm<Gemm1x16Avx2>(nameof(Gemm1x16Avx2), InstructionSet.Avx2, OnePixel),
            GemmPanel<GemmPanel6x16Avx2, Gemm4x16Avx2>(nameof(GemmPanel6x16Avx2), InstructionSet.Avx2),
            Gemm<GemmGroups4x16Avx2<TwoGroups>>("GemmTwoGroupsAvx2", InstructionSet.Avx2, GemmGroups4x16Avx2<TwoGroups>.Accepts),
            Gemm<GemmGroups4x16Avx2<FourGroups>>("GemmFourGroupsAvx2", InstructionSet.Avx2, GemmGroups4x16Avx2<FourGroups>.Accepts),
            Gemm<Gemm4x16Avx2>(nameof(Gemm4x16Avx2), InstructionSet.Avx2, Any),
        ];
    }

    private static class Arm64
    {
        public static ConvKernel[] Kernels { get; } =
        [
            Depthwise3x3<Depthwise3x3NeonDot>(nameof(Depthwise3x3NeonDot), InstructionSet.NeonDot),
            Depthwise3x3<Depthwise3x3Stride2NeonDot>(nameof(Depthwise3x3Stride2NeonDot), InstructionSet.NeonDot),
            Depthwise3x3<Depthwise3x3Neon<Stride1>>("Depthwise3x3Neon", InstructionSet.Neon),
            Depthwise3x3<Depthwise3x3Neon<Stride2>>("Depthwise3x3Stride2Neon", InstructionSet.Neon),
            Depthwise<DepthwiseNeon<SameChannels>>("DepthwiseNeon", InstructionSet.Neon, DepthwiseSameChannels),
            Depthwise<DepthwiseNeon<RepeatedChannelsNeon>>("DepthwiseMultiplierNeon", InstructionSet.Neon, DepthwiseAny),
            Gemm<GemmGroups6x16NeonDot<TwoGroups>>(
                "GemmTwoGroupsNeonDot", InstructionSet.NeonDot, GemmGroups6x16NeonDot<TwoGroups>.Accepts),
            Gemm<GemmGroups6x16NeonDot<FourGroups>>(
                "GemmFourGroupsNeonDot", InstructionSet.NeonDot, GemmGroups6x16NeonDot<FourGroups>.Accepts),
            Gemm<Gemm6x16NeonDot>(nameof(Gemm6x16NeonDot), InstructionSet.NeonDot, Any),
            new(
                nameof(Winograd4x4Neon),
                InstructionSet.Neon,
                new TileShape(Winograd4x4Neon.Outputs, Winograd4x4Neon.Channels, Winograd4x4Neon.DepthStep),
                Winograd4x4Neon.Accepts,
                (in p, context, name) => new Winograd4x4Neon(p, context, name)),
            Gemm<Gemm1x8Neon>(nameof(Gemm1x8Neon), InstructionSet.Neon, OnePixel),
            Gemm<Gemm2x8Neon>(nameof(Gemm2x8Neon), InstructionSet.Neon, ManyInputs),
            Gemm<Gemm4x8Neon>(nameof(Gemm4x8Neon), InstructionSet.Neon, Any),
        ];
    }
}
