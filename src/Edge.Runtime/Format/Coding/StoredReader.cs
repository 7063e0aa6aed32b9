using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Edge.Runtime.Format.Coding;

/// <summary>
/// The bytes of a compressed package from first to last, through one small buffer, whether they come from a file or from memory.
/// Single bits are read least significant first. Behind the last byte stand <see cref="Padding"/> zeros, so that a decoder may
/// look ahead; one that really took bytes from there is told so.
/// </summary>
internal sealed class StoredReader
{
    /// <summary>Bytes that may be read behind the buffered ones.</summary>
    public const int Padding = 64;

    /// <summary>Bytes that a decoder may give back: those of the bits that it has loaded and not used.</summary>
    public const int Lookahead = sizeof(ulong);

    private const int Capacity = 12 << 10;
    private readonly byte[] _buffer = new byte[Capacity + Padding];
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly SafeFileHandle? _file;
    private long _loaded;
    private int _end;
    private ulong _bits;
    private int _bitCount;

    public StoredReader(ReadOnlyMemory<byte> memory) => (_memory, Length) = (memory, memory.Length);

    public StoredReader(SafeFileHandle file, long length) => (_file, Length) = (file, length);

    /// <summary>Bytes of the whole package.</summary>
    public long Length { get; }

    /// <summary>What is being read, for error messages.</summary>
    public string Field { get; set; } = "file";

    /// <summary>Buffered bytes; those from <see cref="Position"/> on are next.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Index of the next byte in <see cref="Buffer"/>. A decoder sets it to what it has used up, or back by up to <see cref="Lookahead"/>.</summary>
    public int Position { get; set; }

    /// <summary>Offset of the next byte in the package.</summary>
    public long Offset => _loaded - _end + Position - (_bitCount / 8);

    public ModelFormatException Fail(string problem) => new(Field, Offset, problem);

    /// <summary>
    /// How many steps a decoder may take from <see cref="Position"/> without looking at the end; at least one.
    /// </summary>
    /// <param name="bytesPerStep">The most that one step uses, no more than <see cref="Padding"/>.</param>
    /// <param name="lookahead">Bytes in front of <see cref="Position"/> that the decoder has loaded but not used.</param>
    /// <exception cref="ModelFormatException">More was used up than the package has.</exception>
    public int Steps(int bytesPerStep, int lookahead = 0)
    {
        if (_end - Position < Padding && _loaded < Length)
            Fill();
        if (Position - lookahead > _end)
            throw Fail("the code runs past the end of the package");
        int available = _end - Position + (_loaded == Length ? Padding : 0);
        return Math.Max(1, available / bytesPerStep);
    }

    /// <summary>The next bits, least significant first.</summary>
    /// <param name="count">0 to 32.</param>
    public uint Bits(int count)
    {
        if (_bitCount < count)
            LoadBits(count);
        uint value = (uint)(_bits & ((1UL << count) - 1));
        _bits >>= count;
        _bitCount -= count;
        return value;
    }

    /// <summary>An Elias gamma code: as many zeros as bits follow the leading one of the number, then these bits.</summary>
    /// <returns>At least 1, below 2³¹.</returns>
    public int Gamma()
    {
        int length = 0;
        while (true)
        {
            if (_bitCount == 0)
                LoadBits(1);
            int zeros = Math.Min(BitOperations.TrailingZeroCount(_bits), _bitCount);
            length += zeros;
            if (length > 30)
                throw Fail("a number has more than 31 bits");
            _bits >>= zeros;
            _bitCount -= zeros;
            if (_bitCount > 0)
                break;
        }

        Bits(1);
        return (1 << length) | (int)Bits(length);
    }

    /// <summary>Goes on at the next whole byte; the bits that are passed over must be 0.</summary>
    public void Align()
    {
        if (Bits(_bitCount % 8) != 0)
            throw Fail("the bits in front of a byte boundary are not 0");
        Position -= _bitCount / 8;
        (_bits, _bitCount) = (0, 0);
    }

    /// <summary>Copies whole bytes.</summary>
    public void Read(Span<byte> target)
    {
        while (target.Length > 0)
        {
            ReadOnlySpan<byte> next = Next();
            if (next.Length == 0)
                throw Fail("the package ends before its last constant");
            int count = Math.Min(target.Length, next.Length);
            next[..count].CopyTo(target);
            target = target[count..];
            Position += count;
        }
    }

    /// <summary>Bytes that are next, none at the end; the caller advances <see cref="Position"/>.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (Position == _end && _loaded < Length)
            Fill();
        return _buffer.AsSpan(Position, Math.Max(0, _end - Position));
    }

    /// <summary>At least so many bits, up to 32: whole words while there are some, else no byte more than needed.</summary>
    private void LoadBits(int count)
    {
        if (_end - Position >= sizeof(ulong))
        {
            // Bits above the count are those of the byte that is loaded next.
            _bits |= BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(Position)) << _bitCount;
            Position += (63 - _bitCount) >> 3;
            _bitCount |= 56;
            return;
        }

        while (_bitCount < count)
        {
            if (Position >= _end)
            {
                if (_loaded == Length)
                    throw Fail("the package ends in the middle of a code table");
                Fill();
            }

            _bits |= (ulong)_buffer[Position++] << _bitCount;
            _bitCount += 8;
        }
    }

    private void Fill()
    {
        int before = Math.Min(Position, Lookahead), kept = _end - Position + before;
        _buffer.AsSpan(Position - before, kept).CopyTo(_buffer);
        int wanted = (int)Math.Min(Capacity - kept, Length - _loaded);
        if (_file is null)
        {
            _memory.Span.Slice((int)_loaded, wanted).CopyTo(_buffer.AsSpan(kept));
        }
        else
        {
            for (int read = 0; read < wanted;)
            {
                int n = RandomAccess.Read(_file, _buffer.AsSpan(kept + read, wanted - read), _loaded + read);
                if (n == 0)
                    throw new ModelFormatException("file", _loaded + read, $"the file shrank from {Length} bytes while it was read");
                read += n;
            }
        }

        (Position, _end, _loaded) = (before, kept + wanted, _loaded + wanted);
        _buffer.AsSpan(_end, Padding).Clear();
    }
}
