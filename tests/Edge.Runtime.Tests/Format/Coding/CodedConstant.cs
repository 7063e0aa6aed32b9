using System.Runtime.InteropServices;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Coding;

namespace Edge.Runtime.Tests.Format.Coding;

/// <summary>One constant coded by itself, by the encoder or by hand.</summary>
internal static class CodedConstant
{
    public static ConstantDefinition Definition(ElementType type, params int[] shape) => new()
    {
        Type = type,
        Shape = shape,
        Offset = 0,
        Length = shape.Aggregate(1, (a, b) => a * b) * (type == ElementType.Int8 ? 1 : 4),
        Checksum = 0,
    };

    public static byte[] Encode(ConstantDefinition definition, ReadOnlySpan<byte> bytes, CodingOptions? options = null)
    {
        var writer = new BitWriter();
        ConstantEncoder.Encode(definition, bytes, options ?? new CodingOptions(), writer);
        return writer.Bytes.ToArray();
    }

    /// <summary>Decodes a whole code; <paramref name="output"/> receives the plain bytes.</summary>
    public static StoredConstant Decode(ConstantDefinition definition, byte[] code, out byte[] output)
    {
        output = new byte[definition.Length];
        var reader = new StoredReader(code) { Field = "constants[0]" };
        var stored = new List<StoredConstant>();
        new ConstantDecoder(reader).Decode(definition, output, stored);
        Assert.Equal(code.Length, reader.Offset);
        return Assert.Single(stored);
    }

    /// <summary>Asserts that a code written by hand is refused for the reason given.</summary>
    public static void Refused(string reason, ConstantDefinition definition, Action<BitWriter> write)
    {
        var writer = new BitWriter();
        write(writer);
        writer.Align();
        byte[] code = writer.Bytes.ToArray();
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Decode(definition, code, out _));
        Assert.Equal("constants[0]", e.Field);
        Assert.InRange(e.Offset, 0, code.Length + StoredReader.Padding);
        Assert.Contains(reason, e.Problem, StringComparison.Ordinal);
    }

    /// <summary>Layout, coder, no codebook, one class.</summary>
    public static BitWriter Begin(this BitWriter writer, ConstantLayout layout, SymbolCoder coder, int classes = 1)
    {
        writer.Bits((uint)layout, 2);
        writer.Bits((uint)coder, 1);
        writer.Bits(0, 1);
        writer.Bits((uint)classes - 1, 3);
        return writer;
    }

    public static BitWriter Single(this BitWriter writer, byte symbol)
    {
        writer.Bits(0, 2);
        writer.Bits(symbol, 8);
        return writer;
    }

    public static BitWriter Flat(this BitWriter writer, int symbols)
    {
        writer.Bits(1, 2);
        writer.Bits((uint)symbols - 1, 8);
        return writer;
    }

    /// <summary>A listed table: code lengths, or frequencies that are powers of two, by their bit lengths.</summary>
    public static BitWriter Listed(this BitWriter writer, SymbolCoder coder, int first, params ReadOnlySpan<int> numbers)
    {
        writer.Bits(2, 2);
        writer.Bits((uint)first, 8);
        writer.Bits((uint)(first + numbers.Length - 1), 8);
        int before = SymbolTables.FirstNumber;
        foreach (int number in numbers)
        {
            int difference = number - before;
            writer.Gamma(((difference << 1) ^ (difference >> 31)) + 1);
            if (coder == SymbolCoder.Rans && number > 1)
                writer.Bits(0, Math.Min(number - 1, 2));
            before = number;
        }

        return writer;
    }

    public static byte[] Bytes<T>(T[] elements)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(elements).ToArray();
}
