using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// One pixel × 16 channels on 256-bit VNNI, for fully connected layers; weights lie as in <see cref="Gemm6x16AvxVnni"/>.
/// </summary>
internal readonly unsafe struct Gemm1x16AvxVnni : IGemmTile, IVectorTile
{
    public static int Rows => 1;

    public static int Channels => 16;

    public static int NarrowChannels => 16;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int WeightRun => 4;

    public static int ActivationFlip => 128;

    public static int BiasRows => 1;

    public static int Slot(int channel, int depth) => Gemm6x16AvxVnni.Slot(channel, depth);

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
        // Two sums per channel, for even and odd steps, because each addition waits for the one before.
        Vector256<int> even0 = Vector256.Load(run.Bias), even1 = Vector256.Load(run.Bias + 8);
        Vector256<int> odd0 = Vector256<int>.Zero, odd1 = Vector256<int>.Zero;
        Vector256<byte> flip = Vector256.Create((byte)0x80);
        sbyte* w = (sbyte*)run.Weights;
        nint depth = run.Depth;
        for (int tap = 0; tap < run.Taps; tap++)
        {
            sbyte* a = TInputs.Indirect ? run.Pointers[tap * run.TapPitch] + run.InputOffset : run.Input;
            nint k = 0;
            for (; k + 8 <= depth; k += 8, w += 128)
            {
                Vector256<byte> x0 = Avx2.BroadcastScalarToVector256((int*)(a + k)).AsByte() ^ flip;
                Vector256<byte> x1 = Avx2.BroadcastScalarToVector256((int*)(a + k + 4)).AsByte() ^ flip;
                even0 = AvxVnni.MultiplyWideningAndAdd(even0, x0, Vector256.Load(w));
                even1 = AvxVnni.MultiplyWideningAndAdd(even1, x0, Vector256.Load(w + 32));
                odd0 = AvxVnni.MultiplyWideningAndAdd(odd0, x1, Vector256.Load(w + 64));
                odd1 = AvxVnni.MultiplyWideningAndAdd(odd1, x1, Vector256.Load(w + 96));
            }

            if (k < depth)
            {
                Vector256<byte> x0 = Avx2.BroadcastScalarToVector256((int*)(a + k)).AsByte() ^ flip;
                even0 = AvxVnni.MultiplyWideningAndAdd(even0, x0, Vector256.Load(w));
                even1 = AvxVnni.MultiplyWideningAndAdd(even1, x0, Vector256.Load(w + 32));
                w += 64;
            }
        }

        return (even0 + odd0, even1 + odd1);
    }
}
