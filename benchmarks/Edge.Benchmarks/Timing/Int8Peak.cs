using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Edge.Quantizer;
using Edge.Runtime.Execution;

namespace Edge.Benchmarks.Timing;

/// <summary>
/// The int8 multiply-accumulates per second that C# reaches with the best instruction it has on this core when nothing but it is
/// done, in registers only.
/// </summary>
internal static class Int8Peak
{
    /// <summary>Sums that do not wait for each other: more than latency × units, fewer than registers.</summary>
    private const int Chains = 12;

    private const int Steps = 1_000_000;

    /// <summary>Loops of each of several threads: their start, some tenths of a millisecond apart, must not count.</summary>
    private const int SharedLoops = 16;

    // Keeps the sums from being optimised away.
    private static int sink;

    private interface IStep<TVector>
    {
        static abstract int Macs { get; }

        /// <summary>Adds products to the lanes of the sum.</summary>
        static abstract TVector Next(TVector sum, TVector a, TVector b);
    }

    /// <summary>The instruction that the peak is made of.</summary>
    public static string Instruction => InstructionSets.Best switch
    {
        InstructionSet.AvxVnni => "AVX-VNNI vpdpbusd, 256 bits",
        InstructionSet.Avx2 => "AVX2 vpmaddwd + vpaddd, 256 bits",
        InstructionSet.NeonDot => "SDOT, 128 bits",
        InstructionSet.Neon => "SMLAL, 64 × 64 bits",
        _ => throw new UserException("this core has no vector instructions that the kernels use: there is no peak to compare with"),
    };

    /// <summary>Runs the loop once on every one of so many threads.</summary>
    /// <returns>Billions of multiply-accumulates a second, all threads together.</returns>
    public static double Measure(int threads)
    {
        using var barrier = new Barrier(threads);
        int macs = 0, loops = threads > 1 ? SharedLoops : 1;
        var others = new Thread[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(() =>
            {
                barrier.SignalAndWait();
                for (int loop = 0; loop < loops; loop++)
                    Loop();
            });
            others[i].Start();
        }

        barrier.SignalAndWait();
        long start = Stopwatch.GetTimestamp();
        for (int loop = 0; loop < loops; loop++)
            macs = Loop();
        foreach (Thread thread in others)
            thread.Join();
        return (double)macs * Chains * Steps * loops * threads / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    private static int Loop() => InstructionSets.Best switch
    {
        InstructionSet.AvxVnni => Loop256<VnniStep>(),
        InstructionSet.Avx2 => Loop256<Avx2Step>(),
        InstructionSet.NeonDot => Loop128<DotStep>(),
        _ => Loop128<WideningStep>(),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Loop256<TStep>()
        where TStep : struct, IStep<Vector256<int>>
    {
        Vector256<int> a = Vector256.Create(0x01020304), b = Vector256.Create(0x04030201);
        Vector256<int> c0 = a, c1 = a, c2 = a, c3 = a, c4 = a, c5 = a, c6 = a, c7 = a, c8 = a, c9 = a, c10 = a, c11 = a;
        for (int i = 0; i < Steps; i++)
        {
            c0 = TStep.Next(c0, a, b);
            c1 = TStep.Next(c1, a, b);
            c2 = TStep.Next(c2, a, b);
            c3 = TStep.Next(c3, a, b);
            c4 = TStep.Next(c4, a, b);
            c5 = TStep.Next(c5, a, b);
            c6 = TStep.Next(c6, a, b);
            c7 = TStep.Next(c7, a, b);
            c8 = TStep.Next(c8, a, b);
            c9 = TStep.Next(c9, a, b);
            c10 = TStep.Next(c10, a, b);
            c11 = TStep.Next(c11, a, b);
        }

        sink = (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11).ToScalar();
        return TStep.Macs;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Loop128<TStep>()
        where TStep : struct, IStep<Vector128<int>>
    {
        Vector128<int> a = Vector128.Create(0x01020304), b = Vector128.Create(0x04030201);
        Vector128<int> c0 = a, c1 = a, c2 = a, c3 = a, c4 = a, c5 = a, c6 = a, c7 = a, c8 = a, c9 = a, c10 = a, c11 = a;
        for (int i = 0; i < Steps; i++)
        {
            c0 = TStep.Next(c0, a, b);
            c1 = TStep.Next(c1, a, b);
            c2 = TStep.Next(c2, a, b);
            c3 = TStep.Next(c3, a, b);
            c4 = TStep.Next(c4, a, b);
            c5 = TStep.Next(c5, a, b);
            c6 = TStep.Next(c6, a, b);
            c7 = TStep.Next(c7, a, b);
            c8 = TStep.Next(c8, a, b);
            c9 = TStep.Next(c9, a, b);
            c10 = TStep.Next(c10, a, b);
            c11 = TStep.Next(c11, a, b);
        }

        sink = (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11).ToScalar();
        return TStep.Macs;
    }

    private readonly struct VnniStep : IStep<Vector256<int>>
    {
        public static int Macs => 32;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Next(Vector256<int> sum, Vector256<int> a, Vector256<int> b) =>
            AvxVnni.MultiplyWideningAndAdd(sum, a.AsByte(), b.AsSByte());
    }

    private readonly struct Avx2Step : IStep<Vector256<int>>
    {
        public static int Macs => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Next(Vector256<int> sum, Vector256<int> a, Vector256<int> b) =>
            // A product of constants would be moved out of the loop.
            Avx2.Add(Avx2.MultiplyAddAdjacent(sum.AsInt16(), b.AsInt16()), a);
    }

    private readonly struct DotStep : IStep<Vector128<int>>
    {
        public static int Macs => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Next(Vector128<int> sum, Vector128<int> a, Vector128<int> b) =>
            Dp.DotProduct(sum, a.AsSByte(), b.AsSByte());
    }

    private readonly struct WideningStep : IStep<Vector128<int>>
    {
        public static int Macs => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Next(Vector128<int> sum, Vector128<int> a, Vector128<int> b) =>
            AdvSimd.MultiplyWideningLowerAndAdd(sum.AsInt16(), a.AsSByte().GetLower(), b.AsSByte().GetLower()).AsInt32();
    }
}
