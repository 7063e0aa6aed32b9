using System.Numerics;

namespace Edge.Training.Autograd.Loops;

/// <summary>
/// Numbers per channel repeated over several pixels, until they fill whole vectors: loops over NHWC memory need no tails then,
/// whatever the number of channels.
/// </summary>
internal sealed class ChannelPattern
{
    /// <summary>Elements below which a loop over one pattern would be too short.</summary>
    private const int Shortest = 256;

    private readonly int _channels;

    private ChannelPattern(int channels, int length) => (_channels, Length) = (channels, length);

    /// <summary>Elements: a multiple of the channels and of the vector.</summary>
    public int Length { get; }

    public static ChannelPattern For<T>(int channels)
    {
        int length = channels;
        while (length % Vector<T>.Count != 0)
            length += channels;
        int period = length;
        while (length < Shortest)
            length += period;
        return new ChannelPattern(channels, length);
    }

    /// <summary>Writes a number per channel over the whole pattern.</summary>
    public void Spread<T>(ReadOnlySpan<T> perChannel, Span<T> pattern)
    {
        for (int i = 0; i < Length; i += _channels)
            perChannel[.._channels].CopyTo(pattern[i..]);
    }

    /// <summary>Adds up a pattern's places of each channel, in double precision, and clears the pattern.</summary>
    public void Drain<T>(Span<T> pattern, Span<double> perChannel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < Length; i += _channels)
        {
            for (int c = 0; c < _channels; c++)
                perChannel[c] += double.CreateTruncating(pattern[i + c]);
        }

        pattern[..Length].Clear();
    }
}
