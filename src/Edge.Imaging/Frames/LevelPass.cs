namespace Edge.Imaging.Frames;

/// <summary>Words of a resized row, (sample − 128) · 256, become levels less 128 by <see cref="FrameConversion"/>.</summary>
/// <param name="conversion">The formula.</param>
/// <param name="channels">1 or 3.</param>
/// <param name="width">Words of a vector: 32 (AVX-512), 16 (AVX2), 8 (NEON), 1 (scalar).</param>
internal sealed unsafe class LevelPass(FrameConversion conversion, int channels, int width)
{
    /// <summary>Values that rows must have room for, a multiple of this many: whole vectors are read and written.</summary>
    public const int Multiple = 32;

    /// <param name="words">One row after the other, a channel each.</param>
    /// <param name="levels">Gets as many rows.</param>
    /// <param name="stride">Values from one row to the next, all of which are converted; a multiple of <see cref="Multiple"/>.</param>
    public void Run(short* words, sbyte* levels, int stride)
    {
        switch (width)
        {
            case 32:
                Run<WordsAvx512>(words, levels, stride);
                break;
            case 16:
                Run<WordsAvx2>(words, levels, stride);
                break;
            case 8:
                Run<WordsNeon>(words, levels, stride);
                break;
            default:
                RunScalar(words, levels, stride);
                break;
        }
    }

    private void RunScalar(short* words, sbyte* levels, int stride)
    {
        // A channel that is not there is read where one is; its result is left.
        int second = channels == 3 ? stride : 0;
        for (int x = 0; x < stride; x++)
        {
            (levels[x], sbyte green, sbyte blue) = conversion.Levels(words[x], words[second + x], words[(2 * second) + x]);
            if (channels == 3)
                (levels[stride + x], levels[(2 * stride) + x]) = (green, blue);
        }
    }

    private void Run<T>(short* words, sbyte* levels, int stride)
        where T : struct, IWords<T>
    {
        T luma = T.Broadcast(conversion.Luma), offset = T.Broadcast(conversion.Offset);
        if (!conversion.HasChroma)
        {
            for (int x = 0; x < channels * stride; x += T.Count)
                T.StoreLevels(T.MultiplyRounded(T.Load(words + x), luma) + offset, levels + x);
            return;
        }

        T redV = T.Broadcast(conversion.RedV), greenU = T.Broadcast(conversion.GreenU);
        T greenV = T.Broadcast(conversion.GreenV), blueU = T.Broadcast(conversion.BlueU);
        for (int x = 0; x < stride; x += T.Count)
        {
            T y = T.MultiplyRounded(T.Load(words + x), luma) + offset;
            T u = T.Load(words + stride + x), v = T.Load(words + (2 * stride) + x);
            T.StoreLevels(y + T.MultiplyRounded(v, redV), levels + x);
            T.StoreLevels(y + T.MultiplyRounded(u, greenU) + T.MultiplyRounded(v, greenV), levels + stride + x);
            T.StoreLevels(y + T.MultiplyRounded(u, blueU), levels + (2 * stride) + x);
        }
    }
}
