using Edge.Runtime.Format;
using Edge.Runtime.Format.Coding;

namespace Edge.Runtime.Tests.Format.Coding;

/// <summary>One test per class of hostile code. Codes are written by hand; everything in front of the fault is right.</summary>
public sealed class HostileCodeTests
{
    private static readonly ConstantDefinition Hundred = CodedConstant.Definition(ElementType.Int8, 10, 10);

    [Fact]
    public void Code_table_that_is_truncated()
    {
        byte[] code = CodedConstant.Encode(Hundred, CodedConstant.Bytes(Slope()));
        for (int length = 0; length < code.Length; length++)
            Assert.Throws<ModelFormatException>(() => CodedConstant.Decode(Hundred, code[..length], out _));
    }

    [Theory]
    [InlineData(33, 0)]
    [InlineData(0, 33)]
    [InlineData(63, 63)]
    public void Numbers_of_more_bits_than_their_elements(int width, int length) => CodedConstant.Refused(
        "longer than 32", CodedConstant.Definition(ElementType.Int32, 4), w =>
        {
            w.Bits((uint)ConstantDecoder.NarrowForm, 2);
            w.Bits(0, 2 + 5);
            w.Bits((uint)width, 6);
            w.Bits((uint)length, 6);
        });

    [Theory]
    [InlineData(ConstantDecoder.NarrowForm)]
    [InlineData(ConstantDecoder.GeometricForm)]
    public void Numbers_with_a_coder_of_symbols(ConstantLayout form) => CodedConstant.Refused(
        "name a coder", CodedConstant.Definition(ElementType.Int32, 4), w => w.Begin(form, SymbolCoder.Rans));

    [Fact]
    public void Numbers_that_are_truncated()
    {
        ConstantDefinition definition = CodedConstant.Definition(ElementType.Float32, 64);
        float[] scales = [.. Enumerable.Range(0, 64).Select(i => 1 + (i / 64f))], table = [.. Enumerable.Range(0, 64).Select(i => (float)Math.Exp(-0.1 * i))];
        foreach (float[] numbers in (float[][])[scales, table])
        {
            byte[] code = CodedConstant.Encode(definition, CodedConstant.Bytes(numbers));
            for (int length = 0; length < code.Length; length++)
                Assert.Throws<ModelFormatException>(() => CodedConstant.Decode(definition, code[..length], out _));
        }
    }

    [Fact]
    public void Huffman_table_that_is_over_subscribed() => CodedConstant.Refused(
        "over-subscribed", Hundred,
        w => w.Begin(ConstantLayout.Dense, SymbolCoder.Huffman).Listed(SymbolCoder.Huffman, 0, 1, 1, 1));

    [Fact]
    public void Huffman_table_that_is_under_subscribed() => CodedConstant.Refused(
        "under-subscribed", Hundred,
        w => w.Begin(ConstantLayout.Dense, SymbolCoder.Huffman).Listed(SymbolCoder.Huffman, 0, 1, 2, 3));

    [Fact]
    public void Frequency_table_that_is_over_subscribed() => CodedConstant.Refused(
        "over-subscribed", Hundred,
        w => w.Begin(ConstantLayout.Dense, SymbolCoder.Rans).Listed(SymbolCoder.Rans, 0, 12, 12, 12));

    [Fact]
    public void Frequency_table_that_is_under_subscribed() => CodedConstant.Refused(
        "under-subscribed", Hundred,
        w => w.Begin(ConstantLayout.Dense, SymbolCoder.Rans).Listed(SymbolCoder.Rans, 0, 12, 11, 4));

    [Theory]
    [InlineData(SymbolCoder.Huffman, 12)]
    [InlineData(SymbolCoder.Rans, 14)]
    [InlineData(SymbolCoder.Rans, -1)]
    public void Code_table_with_a_number_that_no_symbol_can_have(object coder, int number) => CodedConstant.Refused(
        "which is not between", Hundred,
        w => w.Begin(ConstantLayout.Dense, (SymbolCoder)coder).Listed((SymbolCoder)coder, 0, number));

    [Fact]
    public void Code_table_without_any_symbol()
    {
        CodedConstant.Refused(
            "under-subscribed", Hundred,
            w => w.Begin(ConstantLayout.Dense, SymbolCoder.Huffman).Listed(SymbolCoder.Huffman, 0, 0, 0, 0));
        CodedConstant.Refused(
            "under-subscribed", Hundred,
            w => w.Begin(ConstantLayout.Dense, SymbolCoder.Rans).Listed(SymbolCoder.Rans, 0, 0, 0, 0));
    }

    [Fact]
    public void Code_table_of_an_unknown_kind() => CodedConstant.Refused(
        "unknown kind", Hundred, w => w.Begin(ConstantLayout.Dense, SymbolCoder.Rans).Bits(3, 2));

    [Theory]
    [InlineData(SymbolCoder.Huffman)]
    [InlineData(SymbolCoder.Rans)]
    public void Codebook_index_out_of_range(object coder)
    {
        CodedConstant.Refused("codebook index 3 is not below 3", Hundred, w => Begin(w).Single(3));
        CodedConstant.Refused("codebook index 3 is not below 3", Hundred, w => Begin(w).Flat(4));
        CodedConstant.Refused("codebook index 4 is not below 3", Hundred, w => Begin(w).Listed((SymbolCoder)coder, 3, 1, 1));

        BitWriter Begin(BitWriter w)
        {
            w.Bits((uint)ConstantLayout.Dense, 2);
            w.Bits((uint)(SymbolCoder)coder, 1);
            w.Bits(1, 1);
            Codebook(w, 2, 1, 1, 1);
            w.Bits(0, 3);
            return w;
        }
    }

    [Fact]
    public void Codebook_with_a_value_twice() => CodedConstant.Refused("twice", Hundred, w =>
    {
        w.Bits(0b1001, 4);
        Codebook(w, 2, 1, 0, 1);
    });

    [Fact]
    public void Codebook_value_beyond_its_type() => CodedConstant.Refused("can't have", Hundred, w =>
    {
        w.Bits(0b1001, 4);
        Codebook(w, 1, 200, 57);
    });

    [Fact]
    public void Codebook_value_of_absurd_length() => CodedConstant.Refused("31 bits", Hundred, w =>
    {
        w.Bits(0b1001, 4);
        w.Bits(1, 8);
        w.Bits(31, 5);
        w.Bits(0, 32);
        w.Bits(0, 32);
    });

    [Theory]
    [InlineData(SymbolCoder.Huffman)]
    [InlineData(SymbolCoder.Rans)]
    public void Gap_beyond_the_last_element(object coder)
    {
        // Gaps of 14 with a value each: the seventh reaches 105.
        CodedConstant.Refused("behind the constant's 100 elements", Hundred, w => Sparse(w, 7, 14));

        // Runs of 15 without a value: the seventh reaches 105.
        CodedConstant.Refused("behind the constant's 100 elements", Hundred, w => Sparse(w, 7, 15));

        void Sparse(BitWriter w, int gaps, byte gap)
        {
            w.Begin(ConstantLayout.Sparse4, (SymbolCoder)coder).Gamma(gaps + 1);
            w.Single(gap).Single(200);
            w.Align();
            Flush(w, (SymbolCoder)coder);
        }
    }

    [Fact]
    public void Gap_wider_than_its_bits() => CodedConstant.Refused("gap 16 is not below 16", Hundred, w =>
    {
        w.Begin(ConstantLayout.Sparse4, SymbolCoder.Rans).Gamma(5);
        w.Single(16);
    });

    [Fact]
    public void More_gaps_than_elements() => CodedConstant.Refused("more than the constant's 100", Hundred, w =>
    {
        w.Begin(ConstantLayout.Sparse4, SymbolCoder.Rans).Gamma(102);
    });

    [Fact]
    public void Gap_count_of_absurd_length() => CodedConstant.Refused("31 bits", Hundred, w =>
    {
        w.Begin(ConstantLayout.Sparse8, SymbolCoder.Huffman).Bits(0, 32);
        w.Bits(0, 32);
    });

    [Fact]
    public void Row_of_a_class_that_is_not_there() => CodedConstant.Refused("not below 3", Hundred, w =>
    {
        w.Begin(ConstantLayout.Dense, SymbolCoder.Rans, classes: 3);
        w.Bits(3, 2);
    });

    [Fact]
    public void More_classes_than_tables() => CodedConstant.Refused(
        "classes of rows", Hundred, w => w.Begin(ConstantLayout.Sparse4, SymbolCoder.Rans, classes: 5));

    [Fact]
    public void Classes_of_more_rows_than_there_is_room_for() => CodedConstant.Refused(
        "has one class", CodedConstant.Definition(ElementType.Int8, 4097, 2),
        w => w.Begin(ConstantLayout.Dense, SymbolCoder.Rans, classes: 2));

    [Theory]
    [InlineData(SymbolCoder.Huffman)]
    [InlineData(SymbolCoder.Rans)]
    public void Code_that_runs_past_the_end(object coder) => CodedConstant.Refused(
        "past the end", CodedConstant.Definition(ElementType.Int8, 1000, 100), w =>
        {
            w.Begin(ConstantLayout.Dense, (SymbolCoder)coder).Flat(256);
            w.Align();
            Flush(w, (SymbolCoder)coder);
            w.Append(new byte[1000]);
        });

    [Fact]
    public void Code_that_does_not_end_as_it_must()
    {
        CodedConstant.Refused("does not end", Hundred, w =>
        {
            w.Begin(ConstantLayout.Dense, SymbolCoder.Rans).Single(7);
            w.Align();
            for (int state = 0; state < 4; state++)
                w.Bits(RansDecoder.Least + 1, 32);
        });
        CodedConstant.Refused("not 0", CodedConstant.Definition(ElementType.Int8, 3), w =>
        {
            w.Begin(ConstantLayout.Dense, SymbolCoder.Huffman).Flat(2);
            w.Align();
            w.Bits(0b11111, 5);
        });
    }

    [Fact]
    public void Any_byte_of_a_code_may_be_falsified()
    {
        var random = new Random(3);
        ConstantDefinition floats = CodedConstant.Definition(ElementType.Float32, 10, 90);
        byte[][] codes =
        [
            CodedConstant.Encode(Hundred, CodedConstant.Bytes(Slope())),
            CodedConstant.Encode(floats, CodedConstant.Bytes(Enumerable.Range(0, 900).Select(i => i % 5 * 0.5f).ToArray())),
            CodedConstant.Encode(floats, CodedConstant.Bytes(Enumerable.Range(0, 900).Select(i => i % 5 == 0 ? i % 9 * 0.5f : 0).ToArray())),
            CodedConstant.Encode(floats, CodedConstant.Bytes(Enumerable.Range(0, 900).Select(i => i * 0.5f).ToArray())),
        ];
        int refused = 0;
        for (int i = 0; i < 20000; i++)
        {
            int which = i % codes.Length;
            byte[] code = [.. codes[which]];
            code[random.Next(Math.Min(code.Length, 60))] = (byte)random.Next(256);
            try
            {
                var reader = new StoredReader(code);
                ConstantDefinition definition = which == 0 ? Hundred : floats;
                new ConstantDecoder(reader).Decode(definition, new byte[definition.Length]);
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 20000);
    }

    private static sbyte[] Slope() => [.. Enumerable.Range(0, 100).Select(i => (sbyte)(i * i / 300))];

    private static void Codebook(BitWriter w, int last, params ReadOnlySpan<int> differences)
    {
        w.Bits((uint)last, 8);
        w.Bits(0, 5);
        foreach (int difference in differences)
            w.Gamma(difference + 1);
    }

    private static void Flush(BitWriter w, SymbolCoder coder)
    {
        for (int state = 0; coder == SymbolCoder.Rans && state < 4; state++)
            w.Bits(RansDecoder.Least, 32);
    }
}
