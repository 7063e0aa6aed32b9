using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>One pixel × 16 channels on AVX2, for fully connected layers; weights lie as in <see cref="Gemm4x16Avx2"/>.</summary>
internal readonly unsafe struct Gemm1x16Avx2 : IGemmTile, IVectorTile
{
    public static int Rows => 1;

    public static int Channels => 16;

    public static int NarrowChannels => 16;

    public static int DepthStep => 8;

    public static int WeightBytes => 2;

    public static int WeightRun => 2;

    public static int ActivationFlip => 0;

    public static int BiasRows => 1;

    public static int Slot(int channel, int depth) => Gemm4x16Avx2.Slot(channel, depth);

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs
    {
        (Vector256<int> sum0, Vector256<int> sum1) = Sums<TInputs>(run);
        new RequantizeAvx2<AnySums>(run.Requantize).Store(sum0, sum1, run.Output);
    }

    public static void Sums(in GemmRun run, int* sums)
    {
        (Vector256<int> sum0, Vector256<int> sum1) = Sums<IndirectInputs>(run);
        sum0.Store(sums);
        sum1.Store(sums + 8);
    }

    /// <summary>Channels 0 to 7, 8 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Low, Vector256<int> High) Sums<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs
    {
        // Two sums per channel, for even and odd pairs, because each addition waits for the one before.
        Vector256<int> even0 = Vector256.Load(run.Bias), even1 = Vector256.Load(run.Bias + 8);
        Vector256<int> odd0 = Vector256<int>.Zero, odd1 = Vector256<int>.Zero;
        short* w = (short*)run.Weights;
        nint depth = run.Depth;
        for (int tap = 0; tap < run.Taps; tap++)
        {
            sbyte* a = TInputs.Indirect ? run.Pointers[tap * run.TapPitch] + run.InputOffset : run.Input;
            for (nint k = 0; k < depth; k += 8, w += 128)
            {
                Vector256<int> x = Gemm4x16Avx2.WidenTwice(a + k);
                Vector256<short> pair0 = Avx2.Shuffle(x, 0b00_00_00_00).AsInt16();
                Vector256<short> pair1 = Avx2.Shuffle(x, 0b01_01_01_01).AsInt16();
                Vector256<short> pair2 = Avx2.Shuffle(x, 0b10_10_10_10).AsInt16();
                Vector256<short> pair3 = Avx2.Shuffle(x, 0b11_11_11_11).AsInt16();
                even0 += Avx2.MultiplyAddAdjacent(pair0, Vector256.Load(w));
                even1 += Avx2.MultiplyAddAdjacent(pair0, Vector256.Load(w + 16));
                odd0 += Avx2.MultiplyAddAdjacent(pair1, Vector256.Load(w + 32));
                odd1 += Avx2.MultiplyAddAdjacent(pair1, Vector256.Load(w + 48));
                even0 += Avx2.MultiplyAddAdjacent(pair2, Vector256.Load(w + 64));
                even1 += Avx2.MultiplyAddAdjacent(pair2, Vector256.Load(w + 80));
                odd0 += Avx2.MultiplyAddAdjacent(pair3, Vector256.Load(w + 96));
                odd1 += Avx2.MultiplyAddAdjacent(pair3, Vector256.Load(w + 112));
            }
        }

        return (even0 + odd0, even1 + odd1);
    }
}
