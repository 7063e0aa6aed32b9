using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Tests;

/// <summary>
/// What one kernel form computed from a package on one machine, to be computed again by other forms on other machines. The
/// file NAME.vectors beside NAME.edge, little endian: "EDGEVEC1", CRC-32C of the package, number of inputs, bytes of an input,
/// number of operators (uint32 each); then for every input its bytes and for every operator, in order, the CRC-32C of its
/// output's bytes without gaps.
/// </summary>
internal sealed class PackageVectors
{
    public const string Extension = ".vectors";

    private const int HeaderLength = 8 + (4 * sizeof(uint));

    /// <summary>CRC-32C of the package file.</summary>
    public required uint Package { get; init; }

    public required PackageVector[] Vectors { get; init; }

    private static ReadOnlySpan<byte> Magic => "EDGEVEC1"u8;

    /// <exception cref="InvalidDataException">The file is no vector file, or is cut off.</exception>
    public static PackageVectors Read(string path)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        if (file.Length < HeaderLength || !file.StartsWith(Magic))
            throw new InvalidDataException($"{path}: no vector file");
        file = file[Magic.Length..];
        uint package = Next(ref file);
        int inputs = (int)Next(ref file), inputLength = (int)Next(ref file), operators = (int)Next(ref file);
        if (file.Length != inputs * (inputLength + ((long)operators * sizeof(uint))))
            throw new InvalidDataException($"{path}: {file.Length} bytes follow the header, not what it announces");
        var vectors = new PackageVector[inputs];
        for (int i = 0; i < inputs; i++)
        {
            sbyte[] input = MemoryMarshal.Cast<byte, sbyte>(file[..inputLength]).ToArray();
            file = file[inputLength..];
            uint[] checksums = new uint[operators];
            foreach (ref uint checksum in checksums.AsSpan())
                checksum = Next(ref file);
            vectors[i] = new PackageVector(input, checksums);
        }

        return new PackageVectors { Package = package, Vectors = vectors };
    }

    public void Write(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(Magic);
        writer.Write(Package);
        writer.Write(Vectors.Length);
        writer.Write(Vectors[0].Input.Length);
        writer.Write(Vectors[0].Checksums.Length);
        foreach (PackageVector vector in Vectors)
        {
            writer.Write(MemoryMarshal.AsBytes<sbyte>(vector.Input));
            foreach (uint checksum in vector.Checksums)
                writer.Write(checksum);
        }
    }

    private static uint Next(ref ReadOnlySpan<byte> file)
    {
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(file);
        file = file[sizeof(uint)..];
        return value;
    }
}

/// <param name="Input">The quantized image in memory order.</param>
/// <param name="Checksums">CRC-32C of every operator's output, in execution order.</param>
internal sealed record PackageVector(sbyte[] Input, uint[] Checksums)
{
    /// <summary>Runs the session on an input and takes the checksum of everything that it computes.</summary>
    public static PackageVector Record(Session session, ReadOnlySpan<sbyte> input)
    {
        input.CopyTo(session.Input);
        var sink = new Sink(session.Model.Manifest.Operators.Length);
        session.Run(sink);
        return new PackageVector(input.ToArray(), sink.Checksums);
    }

    private sealed class Sink(int operators) : ITraceSink
    {
        public uint[] Checksums { get; } = new uint[operators];

        public void Computed(int index, OperatorDefinition op, TensorBytes output) =>
            Checksums[index] = Crc32C.Compute(output.ToArray());
    }
}
