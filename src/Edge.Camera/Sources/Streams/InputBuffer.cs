using Edge.Camera.Capture;

namespace Edge.Camera.Sources.Streams;

/// <summary>Reads ahead, so that headers can be looked at before they are taken. Payload goes past it where it can.</summary>
internal sealed unsafe class InputBuffer(IByteInput input)
{
    private const int Size = 1 << 16;

    private readonly byte[] _bytes = new byte[Size];
    private int _start, _end;

    /// <summary>Bytes that were read and not taken.</summary>
    public ReadOnlySpan<byte> Available => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Bytes that can be looked at before some must be taken.</summary>
    public static int Capacity => Size;

    /// <summary>Reads more behind what is available.</summary>
    /// <returns>As <see cref="IByteInput.Read"/>.</returns>
    public int Fill(TimeSpan timeout)
    {
        if (_start > 0)
        {
            Available.CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        int read = input.Read(_bytes.AsSpan(_end), timeout);
        _end += Math.Max(read, 0);
        return read;
    }

    /// <summary>Goes past bytes that are available.</summary>
    public void Take(int count) => _start += count;

    /// <summary>Forgets what was read, because the input starts over.</summary>
    public void Clear() => (_start, _end) = (0, 0);

    /// <summary>Reads bytes of a frame, behind those that it has, until it has so many; there must be room.</summary>
    /// <returns>1 when it has, otherwise as <see cref="IByteInput.Read"/>.</returns>
    public int ReadInto(CapturedFrame frame, long bytes, TimeSpan timeout)
    {
        while (frame.Length < bytes)
        {
            var rest = new Span<byte>(frame.Data + frame.Length, (int)(bytes - frame.Length));
            int read = Math.Min(rest.Length, Available.Length);
            if (read > 0)
            {
                Available[..read].CopyTo(rest);
                Take(read);
            }
            else if ((read = input.Read(rest, timeout)) <= 0)
            {
                return read;
            }

            frame.Length += read;
        }

        return 1;
    }
}
