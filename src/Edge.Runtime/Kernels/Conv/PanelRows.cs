using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Interleaves the 32-bit lanes of six rows: [lane][row].</summary>
internal static unsafe class PanelRows
{
    /// <summary>Bytes of a lane of all rows.</summary>
    public const int Step = 6 * sizeof(int);

    /// <summary>Eight lanes of each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector256<int> r0, Vector256<int> r1, Vector256<int> r2, Vector256<int> r3, Vector256<int> r4, Vector256<int> r5,
        byte* panel)
    {
        // Within each 128-bit half: pairs of rows, two lanes to a vector, then rows 0 to 3, one lane to a vector.
        Vector256<long> low01 = Avx2.UnpackLow(r0, r1).AsInt64(), high01 = Avx2.UnpackHigh(r0, r1).AsInt64();
        Vector256<long> low23 = Avx2.UnpackLow(r2, r3).AsInt64(), high23 = Avx2.UnpackHigh(r2, r3).AsInt64();
        Vector256<long> low45 = Avx2.UnpackLow(r4, r5).AsInt64(), high45 = Avx2.UnpackHigh(r4, r5).AsInt64();
        Vector256<long> lane0 = Avx2.UnpackLow(low01, low23), lane1 = Avx2.UnpackHigh(low01, low23);
        Vector256<long> lane2 = Avx2.UnpackLow(high01, high23), lane3 = Avx2.UnpackHigh(high01, high23);
        StoreLanes(
            lane0.GetLower(), lane1.GetLower(), lane2.GetLower(), lane3.GetLower(), low45.GetLower(), high45.GetLower(), panel);
        StoreLanes(
            lane0.GetUpper(), lane1.GetUpper(), lane2.GetUpper(), lane3.GetUpper(), low45.GetUpper(), high45.GetUpper(),
            panel + (4 * Step));
    }

    /// <summary>Four lanes of each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector128<int> r0, Vector128<int> r1, Vector128<int> r2, Vector128<int> r3, Vector128<int> r4, Vector128<int> r5,
        byte* panel)
    {
        Vector128<long> low01 = Sse2.UnpackLow(r0, r1).AsInt64(), high01 = Sse2.UnpackHigh(r0, r1).AsInt64();
        Vector128<long> low23 = Sse2.UnpackLow(r2, r3).AsInt64(), high23 = Sse2.UnpackHigh(r2, r3).AsInt64();
        Vector128<long> low45 = Sse2.UnpackLow(r4, r5).AsInt64(), high45 = Sse2.UnpackHigh(r4, r5).AsInt64();
        StoreLanes(
            Sse2.UnpackLow(low01, low23), Sse2.UnpackHigh(low01, low23), Sse2.UnpackLow(high01, high23),
            Sse2.UnpackHigh(high01, high23), low45, high45, panel);
    }

    /// <summary>Rows 0 to 3 of a lane each; rows 4 and 5 of the lanes 0 and 1, and of the lanes 2 and 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLanes(
        Vector128<long> lane0, Vector128<long> lane1, Vector128<long> lane2, Vector128<long> lane3, Vector128<long> low,
        Vector128<long> high, byte* panel)
    {
        lane0.Store((long*)panel);
        Sse2.StoreScalar((long*)(panel + 16), low);
        lane1.Store((long*)(panel + Step));
        Sse.StoreHigh((float*)(panel + Step + 16), low.AsSingle());
        lane2.Store((long*)(panel + (2 * Step)));
        Sse2.StoreScalar((long*)(panel + (2 * Step) + 16), high);
        lane3.Store((long*)(panel + (3 * Step)));
        Sse.StoreHigh((float*)(panel + (3 * Step) + 16), high.AsSingle());
    }
}
