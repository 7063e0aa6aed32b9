using System.Buffers.Binary;
using System.IO.Compression;
using Edge.Quantizer;

namespace Edge.Training.Data;

/// <summary>
/// The IDX format of the MNIST database (yann.lecun.com/exdb/mnist): 0, 0, element type, rank, then one big-endian 32-bit number
/// per dimension and the elements in row-major order. Here: unsigned bytes (type 8), plain or gzip-compressed.
/// </summary>
/// <param name="Shape">One to four dimensions.</param>
/// <param name="Data">All elements.</param>
internal sealed record IdxFile(int[] Shape, byte[] Data)
{
    private const byte UnsignedByte = 8;
    private const int MaxRank = 4;
    private const int ReadSize = 1 << 20;

    /// <summary>Whether a file is called like one.</summary>
    public static bool LooksLikeOne(string path)
    {
        string name = Path.GetFileName(path);
        return !Directory.Exists(path)
            && (name.EndsWith(".idx", StringComparison.OrdinalIgnoreCase)
                || name.Contains("-ubyte", StringComparison.OrdinalIgnoreCase)
                || name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase));
    }

    /// <exception cref="UserException">Not such a file, or its length differs from what its header says.</exception>
    public static IdxFile Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            bool compressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using Stream stream = compressed ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Read(path, stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{path}: no such file", e);
        }
        catch (Exception e) when (e is EndOfStreamException)
        {
            throw new UserException($"{path}: cut short", e);
        }
        catch (Exception e) when (e is InvalidDataException)
        {
            throw new UserException($"{path}: damaged gzip data", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static IdxFile Read(string path, Stream stream)
    {
        Span<byte> header = stackalloc byte[4];
        stream.ReadExactly(header);
        if (header[0] != 0 || header[1] != 0 || header[3] is < 1 or > MaxRank)
            throw new UserException($"{path}: not an IDX file (MNIST format)");
        if (header[2] != UnsignedByte)
            throw new UserException(
                $"{path}: holds elements of type 0x{header[2]:X2}; only unsigned bytes (0x08) are images or labels");
        int[] shape = new int[header[3]];
        long count = 1;
        foreach (ref int dimension in shape.AsSpan())
        {
            stream.ReadExactly(header);
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size is 0 or > int.MaxValue || count > Array.MaxLength / size)
                throw new UserException($"{path}: a dimension of {size} is out of range");
            dimension = (int)size;
            count *= size;
        }

        // Grows with what is really there: a few wrong bytes in the header must not take all memory.
        using var data = new MemoryStream();
        byte[] piece = new byte[Math.Min(count, ReadSize)];
        while (data.Length < count)
        {
            int read = stream.Read(piece, 0, (int)Math.Min(piece.Length, count - data.Length));
            if (read == 0)
                throw new UserException($"{path}: cut short: {data.Length:N0} of {count:N0} elements are there");
            data.Write(piece, 0, read);
        }

        if (stream.ReadByte() >= 0)
            throw new UserException($"{path}: longer than the {count:N0} elements that its header announces");
        return new IdxFile(shape, data.ToArray());
    }
}
