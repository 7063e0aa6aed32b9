using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Edge.Quantizer;

namespace Edge.Training.Fitting;

/// <summary>
/// Checkpoints on disk: "EDGETRN1", length of the header (4 bytes), length of the network (4), header (JSON), network (ONNX),
/// tensors (32-bit floats), SHA-256 of all before; little-endian. A new file is complete on disk before it takes the old one's
/// place, and the old one stays beside it as *.previous, so that a kill at any moment leaves a whole checkpoint.
/// </summary>
public static class CheckpointFile
{
    private static ReadOnlySpan<byte> Magic => "EDGETRN1"u8;

    private const int DigestLength = 32;
    private const int PieceLength = 1 << 20;

    /// <summary>Where the checkpoint before the last lies.</summary>
    public static string PreviousOf(string path) => path + ".previous";

    public static void Save(string path, Checkpoint checkpoint)
    {
        string temporary = path + ".new";
        try
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
            {
                Write(file, checkpoint);
                file.Flush(flushToDisk: true);
            }

            if (File.Exists(path))
                File.Replace(temporary, path, PreviousOf(path));
            else
                File.Move(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Reads the newest whole checkpoint.</summary>
    /// <param name="path">Of the newest.</param>
    /// <param name="warn">Receives one line when the newest cannot be used and the one before it is taken.</param>
    /// <exception cref="UserException">Neither can be used; says why.</exception>
    public static Checkpoint Load(string path, Action<string> warn)
    {
        try
        {
            return LoadOne(path);
        }
        catch (UserException e) when (File.Exists(PreviousOf(path)))
        {
            Checkpoint previous;
            try
            {
                previous = LoadOne(PreviousOf(path));
            }
            catch (UserException)
            {
                throw new UserException($"{e.Message}, and so does {PreviousOf(path)}; start the training anew", e);
            }

            warn($"{e.Message}; going on from the checkpoint before it ({PreviousOf(path)})");
            return previous;
        }
    }

    private static void Write(Stream file, Checkpoint checkpoint)
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(
            new CheckpointHeader
            {
                Run = checkpoint.Run,
                Progress = checkpoint.Progress,
                Tensors = [.. checkpoint.Tensors.Select(t => new CheckpointTensor(t.Name, t.Data.Length))],
            },
            TrainingJson.Default.CheckpointHeader);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> lengths = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(lengths, header.Length);
        BinaryPrimitives.WriteInt32LittleEndian(lengths[4..], checkpoint.Network.Length);
        Put(Magic);
        Put(lengths);
        Put(header);
        Put(checkpoint.Network);
        foreach ((_, float[] data) in checkpoint.Tensors)
            Put(MemoryMarshal.AsBytes(data.AsSpan()));
        file.Write(hash.GetHashAndReset());

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            file.Write(bytes);
        }
    }

    private static Checkpoint LoadOne(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            VerifyDigest(path, file);
            return Read(path, file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{path}: there is no checkpoint", e);
        }
        catch (Exception e) when (e is EndOfStreamException or JsonException)
        {
            throw new UserException($"{path}: is damaged", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void VerifyDigest(string path, FileStream file)
    {
        Span<byte> magic = stackalloc byte[Magic.Length];
        if (file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length
            || file.Length < magic.Length + 8 + DigestLength)
            throw new UserException($"{path}: is cut short");
        if (!magic.SequenceEqual(Magic))
        {
            throw new UserException(magic[..^1].SequenceEqual(Magic[..^1])
                ? $"{path}: was written by another version of edge-train"
                : $"{path}: is no checkpoint of edge-train");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(magic);
        byte[] piece = new byte[PieceLength];
        for (long left = file.Length - DigestLength - magic.Length; left > 0;)
        {
            int read = file.ReadAtLeast(piece.AsSpan(0, (int)Math.Min(left, piece.Length)), 1);
            hash.AppendData(piece.AsSpan(0, read));
            left -= read;
        }

        Span<byte> digest = stackalloc byte[DigestLength];
        file.ReadExactly(digest);
        if (!digest.SequenceEqual(hash.GetHashAndReset()))
            throw new UserException($"{path}: is damaged or cut short (its checksum differs)");
        file.Position = magic.Length;
    }

    private static Checkpoint Read(string path, FileStream file)
    {
        Span<byte> lengths = stackalloc byte[8];
        file.ReadExactly(lengths);
        byte[] json = new byte[BinaryPrimitives.ReadInt32LittleEndian(lengths)];
        byte[] network = new byte[BinaryPrimitives.ReadInt32LittleEndian(lengths[4..])];
        file.ReadExactly(json);
        file.ReadExactly(network);
        CheckpointHeader header = JsonSerializer.Deserialize(json, TrainingJson.Default.CheckpointHeader)
            ?? throw new UserException($"{path}: is damaged");
        var tensors = new List<(string, float[])>();
        foreach (CheckpointTensor tensor in header.Tensors)
        {
            float[] data = new float[tensor.Length];
            file.ReadExactly(MemoryMarshal.AsBytes(data.AsSpan()));
            tensors.Add((tensor.Name, data));
        }

        return new Checkpoint(header.Run, header.Progress, network, tensors);
    }
}
