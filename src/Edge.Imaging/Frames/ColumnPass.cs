using System.Runtime.CompilerServices;

namespace Edge.Imaging.Frames;

/// <summary>
/// One step along the columns: some neighbouring rows of the frame, converted and weighed into the output row that they complete
/// and, because the triangles of neighbouring outputs overlap by half, into the one behind it. So each pixel is converted once.
/// Planes of words, one per channel, <see cref="PlaneStride"/> apart.
/// </summary>
internal unsafe struct ColumnStep
{
    public FrameRow* Rows;

    public int RowCount;

    /// <summary>Per row: its weight in this output, twice, and in the next one, twice. Each pair of words is one int.</summary>
    public int* Weights;

    /// <summary>What earlier rows gave to this output.</summary>
    public short* CarryIn;

    /// <summary>Takes what these rows give to the next output. Not <see cref="CarryIn"/>.</summary>
    public short* CarryOut;

    /// <summary>Takes this output: (level − 128) · 256.</summary>
    public short* Output;

    public int PlaneStride;

    /// <summary>First column in the frame, even.</summary>
    public int FirstColumn;

    public int Columns;
}

/// <summary>Runs a <see cref="ColumnStep"/> in vectors.</summary>
internal static unsafe class ColumnPass<T, TLoader>
    where T : struct, IWords<T>
    where TLoader : struct, IFrameLoader
{
    /// <summary>
    /// The last vector overlaps the one before it where the columns do not fill it; it computes the same words again. Columns
    /// start at even ones for the sake of chroma, so that one column may be left to the scalar form.
    /// </summary>
    public static void Run(in ColumnStep step, FrameFormat format, in FrameConversion conversion)
    {
        FrameConversion<T> vectors = new(conversion);
        int x = 0;
        for (; x + T.Count <= step.Columns; x += T.Count)
            Block(step, vectors, x);
        if (x < step.Columns && x > 0)
        {
            x = (step.Columns - T.Count) & ~1;
            Block(step, vectors, x);
            x += T.Count;
        }

        if (x < step.Columns)
            ColumnPass.Run(step, format, conversion, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(in ColumnStep step, in FrameConversion<T> conversion, int x)
    {
        int stride = step.PlaneStride, column = step.FirstColumn + x;
        FrameRow* row = step.Rows, end = row + step.RowCount;
        int* weight = step.Weights;
        short* from = step.CarryIn + x, output = step.Output + x, next = step.CarryOut + x;
        if (TLoader.Channels == 1)
        {
            T sum = T.Load(from), carry = T.Zero;
            for (; row < end; row++, weight += 2)
            {
                TLoader.Load(*row, column, conversion, out T level, out _, out _);
                sum += T.MultiplyRounded(level, T.BroadcastPair(weight[0]));
                carry += T.MultiplyRounded(level, T.BroadcastPair(weight[1]));
            }

            T.Store(sum, output);
            T.Store(carry, next);
            return;
        }

        T red = T.Load(from), green = T.Load(from + stride), blue = T.Load(from + (2 * stride));
        T nextRed = T.Zero, nextGreen = T.Zero, nextBlue = T.Zero;
        for (; row < end; row++, weight += 2)
        {
            TLoader.Load(*row, column, conversion, out T r, out T g, out T b);
            T w = T.BroadcastPair(weight[0]);
            red += T.MultiplyRounded(r, w);
            green += T.MultiplyRounded(g, w);
            blue += T.MultiplyRounded(b, w);
            w = T.BroadcastPair(weight[1]);
            nextRed += T.MultiplyRounded(r, w);
            nextGreen += T.MultiplyRounded(g, w);
            nextBlue += T.MultiplyRounded(b, w);
        }

        T.Store(red, output);
        T.Store(green, output + stride);
        T.Store(blue, output + (2 * stride));
        T.Store(nextRed, next);
        T.Store(nextGreen, next + stride);
        T.Store(nextBlue, next + (2 * stride));
    }
}

/// <summary>Runs a <see cref="ColumnStep"/> column by column, and finds the vector form of a format.</summary>
internal static unsafe class ColumnPass
{
    /// <summary>Columns <paramref name="from"/> to the last.</summary>
    public static void Run(in ColumnStep step, FrameFormat format, in FrameConversion conversion, int from)
    {
        int channels = format == FrameFormat.Grey ? 1 : 3, stride = step.PlaneStride;
        int* sums = stackalloc int[3], carries = stackalloc int[3];
        for (int x = from; x < step.Columns; x++)
        {
            for (int c = 0; c < channels; c++)
                (sums[c], carries[c]) = (step.CarryIn[(c * stride) + x], 0);
            for (int row = 0; row < step.RowCount; row++)
            {
                (byte red, byte green, byte blue) = step.Rows[row].Pixel(format, conversion, step.FirstColumn + x);
                int weight = (short)step.Weights[2 * row], next = (short)step.Weights[(2 * row) + 1];
                Add(sums, weight, red, green, blue);
                Add(carries, next, red, green, blue);
            }

            for (int c = 0; c < channels; c++)
            {
                step.Output[(c * stride) + x] = (short)sums[c];
                step.CarryOut[(c * stride) + x] = (short)carries[c];
            }
        }
    }

    /// <param name="width">Columns of a vector: 32 (AVX-512), 16 (AVX2), 8 (NEON), or 1 for the scalar form.</param>
    public static delegate*<in ColumnStep, FrameFormat, in FrameConversion, void> Choose(FrameFormat format, int width) =>
        width switch
        {
            32 => Choose<WordsAvx512>(format),
            16 => Choose<WordsAvx2>(format),
            8 => Choose<WordsNeon>(format),
            _ => &RunAll,
        };

    /// <summary>One row's part of a pixel of the column pass, in 1/256 level: floor(((p − 128) · 256 · w + 2¹⁴) / 2¹⁵).</summary>
    public static int Weigh(byte level, int weight) => (((level - 128) * weight) + (1 << 6)) >> 7;

    private static void Add(int* sums, int weight, byte red, byte green, byte blue)
    {
        sums[0] += Weigh(red, weight);
        sums[1] += Weigh(green, weight);
        sums[2] += Weigh(blue, weight);
    }

    private static void RunAll(in ColumnStep step, FrameFormat format, in FrameConversion conversion) =>
        Run(step, format, conversion, 0);

    private static delegate*<in ColumnStep, FrameFormat, in FrameConversion, void> Choose<T>(FrameFormat format)
        where T : struct, IWords<T> => format switch
        {
            FrameFormat.Yuyv => &ColumnPass<T, YuyvLoader>.Run,
            FrameFormat.Uyvy => &ColumnPass<T, UyvyLoader>.Run,
            FrameFormat.Nv12 => &ColumnPass<T, Nv12Loader>.Run,
            FrameFormat.Nv21 => &ColumnPass<T, Nv21Loader>.Run,
            FrameFormat.I444 => &ColumnPass<T, I444Loader>.Run,
            FrameFormat.Grey => &ColumnPass<T, GreyLoader>.Run,
            FrameFormat.Rgb24 => &ColumnPass<T, Rgb24Loader>.Run,
            FrameFormat.Bgr24 => &ColumnPass<T, Bgr24Loader>.Run,
            _ => &ColumnPass<T, PlanarLoader>.Run,
        };
}
