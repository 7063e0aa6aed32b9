using System.Runtime.InteropServices;
using System.Text;

namespace Edge.Camera.Linux;

/// <summary>
/// Standard output or standard error by write(2). The framework's console looks at the terminal first and starts a thread for its
/// signals, which costs a short run some tenths of a millisecond.
/// </summary>
/// <param name="file">1 or 2.</param>
internal sealed unsafe class StandardStream(int file) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A writer of UTF-8 that holds nothing back.</summary>
    public static StreamWriter Output() => new(new StandardStream(1), new UTF8Encoding(false)) { AutoFlush = true };

    /// <inheritdoc cref="Output"/>
    public static StreamWriter Error() => new(new StandardStream(2), new UTF8Encoding(false)) { AutoFlush = true };

    /// <summary>Writes everything; what nobody reads any more is dropped.</summary>
    /// <exception cref="IOException">The kernel refuses it: the disk is full, for example.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (int written = 0; written < buffer.Length;)
            {
                nint n = LibC.Write(file, start + written, (nuint)(buffer.Length - written));
                if (n >= 0)
                {
                    written += (int)n;
                    continue;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case Errno.Interrupted:
                        break;
                    case Errno.TryAgain:
                        var room = new PollEntry { File = file, Events = LibC.PollOut };
                        _ = LibC.Poll(&room, 1, -1);
                        break;
                    case Errno.BrokenPipe:
                        return;
                    default:
                        throw new IOException(Marshal.GetLastPInvokeErrorMessage());
                }
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
