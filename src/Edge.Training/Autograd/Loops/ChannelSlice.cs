using System.Numerics;

namespace Edge.Training.Autograd.Loops;

/// <summary>
/// Channels [Start, Start + Count) of pixels that have <paramref name="Whole"/> of them, beside an image of these alone.
/// </summary>
internal readonly record struct ChannelSlice(int Start, int Count, int Whole)
{
    /// <summary>Copies pixels of the part into the whole.</summary>
    public void Write<T>(T[] part, T[] whole, int firstPixel, int endPixel)
    {
        for (int p = firstPixel; p < endPixel; p++)
            part.AsSpan(p * Count, Count).CopyTo(whole.AsSpan((p * Whole) + Start));
    }

    /// <summary>Adds pixels of the part to the whole.</summary>
    public void AddTo<T>(T[] part, T[] whole, int firstPixel, int endPixel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int p = firstPixel; p < endPixel; p++)
            RowMath.Add(part.AsSpan(p * Count, Count), whole.AsSpan((p * Whole) + Start, Count));
    }

    /// <summary>Copies or adds pixels of the whole to the part.</summary>
    public void Read<T>(T[] whole, T[] part, int firstPixel, int endPixel, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int p = firstPixel; p < endPixel; p++)
            RowMath.Contribute<T>(whole.AsSpan((p * Whole) + Start, Count), part.AsSpan(p * Count, Count), accumulate);
    }
}
