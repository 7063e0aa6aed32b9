using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// One pixel × 8 channels without SDOT, for fully connected layers; weights lie as in <see cref="Gemm4x8Neon"/>.
/// </summary>
internal readonly unsafe struct Gemm1x8Neon : IGemmTile, IVectorTile
{
    public static int Rows => 1;

    public static int Channels => 8;

    public static int NarrowChannels => 8;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int WeightRun => 2;

    public static int ActivationFlip => 0;

    public static int BiasRows => 1;

    public static int Slot(int channel, int depth) => Gemm4x8Neon.Slot(channel, depth);

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs
    {
        (Vector128<int> sum0, Vector128<int> sum1) = Sums<TInputs>(run);
        new RequantizeNeon(run.Requantize).Store(sum0, sum1, run.Output);
    }

    public static void Sums(in GemmRun run, int* sums)
    {
        (Vector128<int> sum0, Vector128<int> sum1) = Sums<IndirectInputs>(run);
        sum0.Store(sums);
        sum1.Store(sums + 4);
    }

    /// <summary>Channels 0 to 3, 4 to 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<int> Low, Vector128<int> High) Sums<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs
    {
        // Two sums per channel, for even and odd steps, because each addition waits for the one before.
        Vector128<int> even0 = Vector128.Load(run.Bias), even1 = Vector128.Load(run.Bias + 4);
        Vector128<int> odd0 = Vector128<int>.Zero, odd1 = Vector128<int>.Zero;
        Vector128<byte> step0 = Gemm4x8Neon.PairsOfStep(0), step1 = Gemm4x8Neon.PairsOfStep(1);
        Vector128<byte> step2 = Gemm4x8Neon.PairsOfStep(2), step3 = Gemm4x8Neon.PairsOfStep(3);
        sbyte* w = (sbyte*)run.Weights;
        nint depth = run.Depth;
        for (int tap = 0; tap < run.Taps; tap++)
        {
            sbyte* a = TInputs.Indirect ? run.Pointers[tap * run.TapPitch] + run.InputOffset : run.Input;
            nint k = 0;
            for (; k + 16 <= depth; k += 16, w += 128)
            {
                Vector128<sbyte> x = Vector128.Load(a + k);
                Vector128<sbyte> pairs0 = Gemm4x8Neon.Select(x, step0), pairs1 = Gemm4x8Neon.Select(x, step1);
                Vector128<sbyte> pairs2 = Gemm4x8Neon.Select(x, step2), pairs3 = Gemm4x8Neon.Select(x, step3);
                Gemm4x8Neon.MultiplyAdd(ref even0, ref even1, w, pairs0);
                Gemm4x8Neon.MultiplyAdd(ref odd0, ref odd1, w + 32, pairs1);
                Gemm4x8Neon.MultiplyAdd(ref even0, ref even1, w + 64, pairs2);
                Gemm4x8Neon.MultiplyAdd(ref odd0, ref odd1, w + 96, pairs3);
            }

            for (; k < depth; k += 4, w += 32)
            {
                Vector128<sbyte> pairs = Gemm4x8Neon.Select(Gemm4x8Neon.Four(a + k), step0);
                Gemm4x8Neon.MultiplyAdd(ref even0, ref even1, w, pairs);
            }
        }

        return (even0 + odd0, even1 + odd1);
    }
}
