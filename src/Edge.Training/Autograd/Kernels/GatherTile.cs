using System.Numerics;
using System.Runtime.CompilerServices;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// A block of a product whose left rows lie anywhere in memory: pixels, and beside them the other pixels under the kernel.
/// Every sum is one chain of multiply-adds in the order of taps, then depth.
/// </summary>
internal static unsafe class GatherTile<T, TVector, TSimd, TSize>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TSimd : struct, ISimd<T, TVector>
    where TSize : struct, ITileSize
{
    /// <summary>
    /// outputs[r][j] = Σ_t Σ_k rows[t·Rows + r][offset + k] · weights[t·depth + k][j] (+ bias[j]) (+ outputs[r][j]).
    /// </summary>
    /// <param name="rows">[taps, Rows] addresses of vectors.</param>
    /// <param name="offset">Elements to add to each of these addresses.</param>
    /// <param name="taps">Vectors per row.</param>
    /// <param name="depth">Length of each vector.</param>
    /// <param name="weights">[taps, depth, Vectors · Count].</param>
    /// <param name="bias">[Vectors · Count]; null for none.</param>
    /// <param name="accumulate">Add what the outputs hold.</param>
    /// <param name="outputs">[Rows] addresses; Vectors · Count elements are written at each.</param>
    /// <param name="outputOffset">Elements to add to each of these addresses.</param>
    public static void Run(
        T** rows, nint offset, int taps, nint depth, T* weights, T* bias, bool accumulate, T** outputs, nint outputOffset)
    {
        // c[r][v]: row r, vector v.
        TVector c00 = default, c01 = default;
        TVector c10 = default, c11 = default;
        TVector c20 = default, c21 = default;
        TVector c30 = default, c31 = default;
        TVector c40 = default, c41 = default;
        TVector c50 = default, c51 = default;
        TVector c60 = default, c61 = default;
        TVector c70 = default, c71 = default;
        TVector c80 = default, c81 = default;
        TVector c90 = default, c91 = default;
        TVector ca0 = default, ca1 = default;
        TVector cb0 = default, cb1 = default;
        for (int t = 0; t < taps; t++, rows += TSize.Rows)
        {
            T* a0 = rows[0] + offset;
            T* a1 = rows[1] + offset;
            T* a2 = rows[2] + offset;
            T* a3 = rows[3] + offset;
            T* a4 = rows[4] + offset;
            T* a5 = rows[5] + offset;
            T* a6 = TSize.Rows > 6 ? rows[6] + offset : null;
            T* a7 = TSize.Rows > 6 ? rows[7] + offset : null;
            T* a8 = TSize.Rows > 6 ? rows[8] + offset : null;
            T* a9 = TSize.Rows > 6 ? rows[9] + offset : null;
            T* aa = TSize.Rows > 6 ? rows[10] + offset : null;
            T* ab = TSize.Rows > 6 ? rows[11] + offset : null;
            for (nint k = 0; k < depth; k++, weights += TSize.Vectors * TSimd.Count)
            {
                TVector b0 = TSimd.Load(weights);
                TVector b1 = TSize.Vectors > 1 ? TSimd.Load(weights + TSimd.Count) : default;
                TVector x;
                x = TSimd.Broadcast(a0[k]);
                c00 = TSimd.MultiplyAdd(x, b0, c00);
                if (TSize.Vectors > 1)
                    c01 = TSimd.MultiplyAdd(x, b1, c01);
                x = TSimd.Broadcast(a1[k]);
                c10 = TSimd.MultiplyAdd(x, b0, c10);
                if (TSize.Vectors > 1)
                    c11 = TSimd.MultiplyAdd(x, b1, c11);
                x = TSimd.Broadcast(a2[k]);
                c20 = TSimd.MultiplyAdd(x, b0, c20);
                if (TSize.Vectors > 1)
                    c21 = TSimd.MultiplyAdd(x, b1, c21);
                x = TSimd.Broadcast(a3[k]);
                c30 = TSimd.MultiplyAdd(x, b0, c30);
                if (TSize.Vectors > 1)
                    c31 = TSimd.MultiplyAdd(x, b1, c31);
                x = TSimd.Broadcast(a4[k]);
                c40 = TSimd.MultiplyAdd(x, b0, c40);
                if (TSize.Vectors > 1)
                    c41 = TSimd.MultiplyAdd(x, b1, c41);
                x = TSimd.Broadcast(a5[k]);
                c50 = TSimd.MultiplyAdd(x, b0, c50);
                if (TSize.Vectors > 1)
                    c51 = TSimd.MultiplyAdd(x, b1, c51);
                if (TSize.Rows > 6)
                {
                    x = TSimd.Broadcast(a6[k]);
                    c60 = TSimd.MultiplyAdd(x, b0, c60);
                    if (TSize.Vectors > 1)
                        c61 = TSimd.MultiplyAdd(x, b1, c61);
                    x = TSimd.Broadcast(a7[k]);
                    c70 = TSimd.MultiplyAdd(x, b0, c70);
                    if (TSize.Vectors > 1)
                        c71 = TSimd.MultiplyAdd(x, b1, c71);
                    x = TSimd.Broadcast(a8[k]);
                    c80 = TSimd.MultiplyAdd(x, b0, c80);
                    if (TSize.Vectors > 1)
                        c81 = TSimd.MultiplyAdd(x, b1, c81);
                    x = TSimd.Broadcast(a9[k]);
                    c90 = TSimd.MultiplyAdd(x, b0, c90);
                    if (TSize.Vectors > 1)
                        c91 = TSimd.MultiplyAdd(x, b1, c91);
                    x = TSimd.Broadcast(aa[k]);
                    ca0 = TSimd.MultiplyAdd(x, b0, ca0);
                    if (TSize.Vectors > 1)
                        ca1 = TSimd.MultiplyAdd(x, b1, ca1);
                    x = TSimd.Broadcast(ab[k]);
                    cb0 = TSimd.MultiplyAdd(x, b0, cb0);
                    if (TSize.Vectors > 1)
                        cb1 = TSimd.MultiplyAdd(x, b1, cb1);
                }
            }
        }

        TVector bias0 = bias == null ? default : TSimd.Load(bias);
        TVector bias1 = bias == null || TSize.Vectors == 1 ? default : TSimd.Load(bias + TSimd.Count);
        Finish(c00, c01, bias0, bias1, accumulate, outputs[0] + outputOffset);
        Finish(c10, c11, bias0, bias1, accumulate, outputs[1] + outputOffset);
        Finish(c20, c21, bias0, bias1, accumulate, outputs[2] + outputOffset);
        Finish(c30, c31, bias0, bias1, accumulate, outputs[3] + outputOffset);
        Finish(c40, c41, bias0, bias1, accumulate, outputs[4] + outputOffset);
        Finish(c50, c51, bias0, bias1, accumulate, outputs[5] + outputOffset);
        if (TSize.Rows > 6)
        {
            Finish(c60, c61, bias0, bias1, accumulate, outputs[6] + outputOffset);
            Finish(c70, c71, bias0, bias1, accumulate, outputs[7] + outputOffset);
            Finish(c80, c81, bias0, bias1, accumulate, outputs[8] + outputOffset);
            Finish(c90, c91, bias0, bias1, accumulate, outputs[9] + outputOffset);
            Finish(ca0, ca1, bias0, bias1, accumulate, outputs[10] + outputOffset);
            Finish(cb0, cb1, bias0, bias1, accumulate, outputs[11] + outputOffset);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(TVector c0, TVector c1, TVector bias0, TVector bias1, bool accumulate, T* output)
    {
        c0 = TSimd.Add(c0, bias0);
        c1 = TSimd.Add(c1, bias1);
        if (accumulate)
        {
            c0 = TSimd.Add(c0, TSimd.Load(output));
            if (TSize.Vectors > 1)
                c1 = TSimd.Add(c1, TSimd.Load(output + TSimd.Count));
        }

        TSimd.Store(c0, output);
        if (TSize.Vectors > 1)
            TSimd.Store(c1, output + TSimd.Count);
    }
}
