using System.Runtime.Intrinsics;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Kernels;

namespace Edge.Benchmarks.Training;

/// <summary>The multiply-adds per second that C# reaches with its widest vectors when nothing but them is done.</summary>
internal static unsafe class FmaPeak
{
    private const int Chains = 12;
    private const int Steps = 4_000_000;

    // Keeps the sums from being optimised away.
    private static float sink;

    /// <summary>Runs the loop once on every thread.</summary>
    /// <returns>Billions of multiply-accumulates a second, all threads together.</returns>
    public static double Measure(Workers workers, TrainingClock clock)
    {
        double seconds = clock.Seconds(() => workers.Run(workers.Count, (first, end) =>
        {
            for (int i = first; i < end; i++)
                sink = Loop();
        }));
        return (double)Chains * Steps * (ConvolutionKernels.VectorBits / 32) * workers.Count / seconds / 1e9;
    }

    private static float Loop() => ConvolutionKernels.VectorBits switch
    {
        512 => Loop<Vector512<float>, Simd512<float>>(),
        256 => Loop<Vector256<float>, Simd256<float>>(),
        _ => Loop<Vector128<float>, Simd128<float>>(),
    };

    private static float Loop<TVector, TSimd>()
        where TVector : unmanaged
        where TSimd : struct, ISimd<float, TVector>
    {
        // As many chains as the registers of AVX2 hold: enough to hide the latency of two units of four to five cycles.
        TVector a = TSimd.Broadcast(0.999f), b = TSimd.Broadcast(1e-3f);
        TVector c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Steps; i++)
        {
            c0 = TSimd.MultiplyAdd(c0, a, b);
            c1 = TSimd.MultiplyAdd(c1, a, b);
            c2 = TSimd.MultiplyAdd(c2, a, b);
            c3 = TSimd.MultiplyAdd(c3, a, b);
            c4 = TSimd.MultiplyAdd(c4, a, b);
            c5 = TSimd.MultiplyAdd(c5, a, b);
            c6 = TSimd.MultiplyAdd(c6, a, b);
            c7 = TSimd.MultiplyAdd(c7, a, b);
            c8 = TSimd.MultiplyAdd(c8, a, b);
            c9 = TSimd.MultiplyAdd(c9, a, b);
            c10 = TSimd.MultiplyAdd(c10, a, b);
            c11 = TSimd.MultiplyAdd(c11, a, b);
        }

        TVector sum = TSimd.Add(TSimd.Add(TSimd.Add(c0, c1), TSimd.Add(c2, c3)), TSimd.Add(TSimd.Add(c4, c5), TSimd.Add(c6, c7)));
        sum = TSimd.Add(sum, TSimd.Add(TSimd.Add(c8, c9), TSimd.Add(c10, c11)));
        float* elements = stackalloc float[16];
        TSimd.Store(sum, elements);
        return elements[0];
    }
}
