using System.Runtime.CompilerServices;

namespace Edge.Imaging.Frames;

/// <summary>
/// One step along the columns: some neighbouring rows of a plane, weighed byte by byte into the output row that they complete and,
/// because the triangles of neighbouring outputs overlap by half, into the one behind it. So each sample is read once.
/// </summary>
internal unsafe struct ColumnStep
{
    /// <summary>First byte of each row.</summary>
    public byte** Rows;

    public int RowCount;

    /// <summary>Per row: its weight in this output, twice, and in the next one, twice. Each pair of words is one int.</summary>
    public int* Weights;

    /// <summary>What earlier rows gave to this output, in an order of the pass's own.</summary>
    public short* CarryIn;

    /// <summary>Takes what these rows give to the next output. Not <see cref="CarryIn"/>.</summary>
    public short* CarryOut;

    /// <summary>Bytes of a row.</summary>
    public int Bytes;

    /// <summary>
    /// Take this output as words, (sample − 128) · 256, of the channels of the plane in the order of their first samples. Rows of
    /// triples come as they are into the first.
    /// </summary>
    public short* First, Second, Third;
}

/// <summary>How the channels of a plane follow each other.</summary>
internal unsafe interface ISampleOrder
{
    /// <summary>Words of 2 · T.Count bytes from byte <paramref name="x"/> on to their channels.</summary>
    static abstract void Store<T>(T even, T odd, in ColumnStep step, int x)
        where T : struct, IWords<T>;
}

/// <summary>One channel, or several that are told apart later.</summary>
internal readonly unsafe struct Singles : ISampleOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(T even, T odd, in ColumnStep step, int x)
        where T : struct, IWords<T> => T.StoreInTurn(even, odd, step.First + x);
}

/// <summary>Two channels in turn: the chroma of NV12 and NV21.</summary>
internal readonly unsafe struct Pairs : ISampleOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(T even, T odd, in ColumnStep step, int x)
        where T : struct, IWords<T>
    {
        T.Store(even, step.First + (x / 2));
        T.Store(odd, step.Second + (x / 2));
    }
}

/// <summary>Y U Y V.</summary>
internal readonly unsafe struct LumaFirst : ISampleOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(T even, T odd, in ColumnStep step, int x)
        where T : struct, IWords<T>
    {
        T.Store(even, step.First + (x / 2));
        T.StoreApart(odd, step.Second + (x / 4), step.Third + (x / 4));
    }
}

/// <summary>U Y V Y.</summary>
internal readonly unsafe struct ChromaFirst : ISampleOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(T even, T odd, in ColumnStep step, int x)
        where T : struct, IWords<T>
    {
        T.Store(odd, step.Second + (x / 2));
        T.StoreApart(even, step.First + (x / 4), step.Third + (x / 4));
    }
}

/// <summary>Runs a <see cref="ColumnStep"/> in vectors.</summary>
internal static unsafe class ColumnPass<T, TOrder>
    where T : struct, IWords<T>
    where TOrder : struct, ISampleOrder
{
    /// <summary>The last vector overlaps the one before it where the bytes do not fill it; it computes the same words again.</summary>
    public static void Run(in ColumnStep step)
    {
        int samples = 2 * T.Count, bytes = step.Bytes;
        byte** rows = step.Rows, end = rows + step.RowCount;
        int* weights = step.Weights;
        short* from = step.CarryIn, next = step.CarryOut;
        for (int x = 0; x < bytes; x += samples, from += samples, next += samples)
        {
            x = Math.Min(x, bytes - samples);
            T even = T.Load(from), odd = T.Load(from + T.Count), nextEven = T.Zero, nextOdd = T.Zero;
            int* weight = weights;
            for (byte** row = rows; row < end; row++, weight += 2)
            {
                T.LoadSamples(*row + x, out T a, out T b);
                T w = T.BroadcastPair(weight[0]);
                even += T.MultiplyRounded(a, w);
                odd += T.MultiplyRounded(b, w);
                w = T.BroadcastPair(weight[1]);
                nextEven += T.MultiplyRounded(a, w);
                nextOdd += T.MultiplyRounded(b, w);
            }

            TOrder.Store(even, odd, step, x);
            T.Store(nextEven, next);
            T.Store(nextOdd, next + T.Count);
        }
    }
}

/// <summary>Runs a <see cref="ColumnStep"/> byte by byte, and finds the vector form of a plane.</summary>
internal static unsafe class ColumnPass
{
    /// <param name="step">Bytes from one sample of a channel to the next.</param>
    /// <param name="lumaFirst">The order of four bytes.</param>
    /// <param name="width">Words of a vector: 32 (AVX-512), 16 (AVX2), 8 (NEON).</param>
    /// <returns>A pass for rows of at least 2 · <paramref name="width"/> bytes.</returns>
    public static delegate*<in ColumnStep, void> Choose(int step, bool lumaFirst, int width) => width switch
    {
        32 => Choose<WordsAvx512>(step, lumaFirst),
        16 => Choose<WordsAvx2>(step, lumaFirst),
        _ => Choose<WordsNeon>(step, lumaFirst),
    };

    /// <summary>For every width; all bytes to the first output, as they follow each other.</summary>
    public static void RunScalar(in ColumnStep step)
    {
        for (int x = 0; x < step.Bytes; x++)
        {
            int sum = step.CarryIn[x], next = 0;
            for (int row = 0; row < step.RowCount; row++)
            {
                byte sample = step.Rows[row][x];
                sum += Weigh(sample, (short)step.Weights[2 * row]);
                next += Weigh(sample, (short)step.Weights[(2 * row) + 1]);
            }

            step.First[x] = (short)sum;
            step.CarryOut[x] = (short)next;
        }
    }

    /// <summary>One row's part of a word: floor(((s − 128) · 256 · w + 2¹⁴) / 2¹⁵).</summary>
    private static int Weigh(byte sample, short weight) => (((sample - 128) * weight) + (1 << 6)) >> 7;

    private static delegate*<in ColumnStep, void> Choose<T>(int step, bool lumaFirst)
        where T : struct, IWords<T> => step switch
        {
            2 => &ColumnPass<T, Pairs>.Run,
            4 when lumaFirst => &ColumnPass<T, LumaFirst>.Run,
            4 => &ColumnPass<T, ChromaFirst>.Run,
            _ => &ColumnPass<T, Singles>.Run,
        };
}
