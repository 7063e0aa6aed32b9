using Edge.Runtime.Format;
using Edge.Runtime.Format.Coding;

namespace Edge.Runtime.Tests.Format.Coding;

/// <summary>Whatever a constant holds, its code gives the same bytes, in the layout that suits it.</summary>
public sealed class ConstantCodingTests
{
    private readonly Random _random = new(7);

    [Theory]
    [InlineData(16, 4001)]
    [InlineData(64, 576)]
    [InlineData(1000, 65)]
    public void Int8_weights_are_coded_densely_near_their_entropy(int rows, int length)
    {
        sbyte[] weights = Normal(rows * length, 12);
        byte[] code = RoundTrip(ElementType.Int8, [rows, 1, 1, length], CodedConstant.Bytes(weights), ConstantLayout.Dense, "rans");
        Assert.InRange(code.Length, Entropy(weights) * 0.99, (Entropy(weights) * 1.01) + 150);
    }

    [Theory]
    [InlineData(0.33, ConstantLayout.Sparse4)]
    [InlineData(0.02, ConstantLayout.Sparse8)]
    public void Pruned_weights_are_coded_by_the_gaps_between_them(double density, ConstantLayout layout)
    {
        sbyte[] weights = Array.ConvertAll(Normal(64 * 3 * 3 * 200, 25), w => _random.NextDouble() < density ? w : (sbyte)0);
        byte[] bytes = CodedConstant.Bytes(weights);
        byte[] plain = RoundTrip(ElementType.Int8, [64, 3, 3, 200], bytes, layout, "fixed", new CodingOptions { Entropy = false });
        byte[] code = RoundTrip(ElementType.Int8, [64, 3, 3, 200], bytes, null, "rans");
        Assert.True(code.Length < plain.Length);
        Assert.InRange(code.Length, 0, (Entropy(weights) * 1.015) + 150);
    }

    [Fact]
    public void Shared_floats_are_indices_into_a_codebook()
    {
        float[] values = [.. Enumerable.Range(0, 64).Select(_ => (float)(_random.NextDouble() - 0.5))];
        float[] weights = [.. Enumerable.Range(0, 32 * 900).Select(_ => values[Math.Min(63, (int)(-20 * Math.Log(_random.NextDouble())))])];
        byte[] bytes = CodedConstant.Bytes(weights);
        RoundTrip(ElementType.Float32, [32, 3, 3, 100], bytes, ConstantLayout.Dense, "rans");
        byte[] six = RoundTrip(
            ElementType.Float32, [32, 3, 3, 100], bytes, ConstantLayout.Dense, "fixed", new CodingOptions { Entropy = false });
        Assert.InRange(six.Length, weights.Length * 6 / 8, (weights.Length * 6 / 8) + 300);
    }

    [Fact]
    public void Pruned_and_shared_floats_are_gaps_and_indices()
    {
        float[] values = [.. Enumerable.Range(0, 255).Select(_ => (float)(_random.NextDouble() - 0.5))];
        float[] weights = [.. Enumerable.Range(0, 90000).Select(_ => _random.Next(3) == 0 ? values[_random.Next(255)] : 0)];
        RoundTrip(ElementType.Float32, [100, 900], CodedConstant.Bytes(weights), ConstantLayout.Sparse4, null);
    }

    [Fact]
    public void Numbers_that_share_nothing_are_coded_byte_by_byte_or_by_their_differences()
    {
        float[] biases = [.. Enumerable.Range(0, 5003).Select(_ => (float)(_random.NextDouble() - 0.5) / 16)];
        byte[] code = RoundTrip(ElementType.Float32, [5003], CodedConstant.Bytes(biases), ConstantLayout.Dense, null);
        Assert.InRange(code.Length, 0, 5003 * 4 * 0.9);
        int[] codes = [.. Enumerable.Range(0, 1000).Select(_ => _random.Next(-9000, 9000))];
        RoundTrip(ElementType.Int32, [1000], CodedConstant.Bytes(codes), ConstantLayout.Narrow, "");
    }

    [Theory]
    [InlineData(0, 0, 1, 12)]
    [InlineData(-40000, 40000, 16, 13)]
    [InlineData(-70000000, -69990000, 8, 11)]
    [InlineData(int.MinValue, int.MaxValue, 1 << 20, 12)]
    public void Biases_take_the_bits_in_which_they_differ(int least, int most, int step, int bits)
    {
        int[] biases = [.. Enumerable.Range(0, 48).Select(_ => (int)_random.NextInt64(least, most + 1L) / step * step)];
        byte[] code = RoundTrip(ElementType.Int32, [48], CodedConstant.Bytes(biases), null, null);
        Assert.InRange(code.Length, 1, (48 * bits / 8) + 10);
    }

    [Fact]
    public void Scales_of_few_digits_take_the_bits_in_which_they_differ()
    {
        float[] scales = [.. Enumerable.Range(0, 80).Select(_ => MathF.ScaleB(64 + _random.Next(64), -14))];
        byte[] code = RoundTrip(ElementType.Float32, [80], CodedConstant.Bytes(scales), ConstantLayout.Narrow, "");
        Assert.InRange(code.Length, 60, 66);
    }

    [Theory]
    [InlineData(0.001, 256)]
    [InlineData(0.0249053, 256)]
    [InlineData(0.33, 256)]
    [InlineData(0.1, 16)]
    public void A_table_of_exponentials_is_a_first_value_and_a_ratio(double scale, int length)
    {
        float[] table = [.. Enumerable.Range(0, length).Select(d => (float)Math.Exp(-scale * d))];
        Assert.Equal(13, RoundTrip(ElementType.Float32, [length], CodedConstant.Bytes(table), ConstantLayout.Geometric, "").Length);
        table[length / 2] = MathF.BitIncrement(table[length / 2]);
        StoredConstant stored = RoundTripAny(table);
        Assert.NotEqual(ConstantLayout.Geometric, stored.Layout);
    }

    [Fact]
    public void Numbers_that_are_no_series_come_back_too()
    {
        RoundTripAny([1, 0.5f, 0, 0]);
        RoundTripAny([-1, -0.5f, -0.25f, -0.125f, -0.0625f, -0.03125f]);
        RoundTripAny([float.NaN, 1, float.NegativeInfinity, float.Epsilon, -0f]);
        RoundTripAny([.. Enumerable.Range(0, 256).Select(d => (float)Math.Exp(-d))]);
        RoundTripAny([.. Enumerable.Repeat(float.NaN, 30)]);
    }

    [Fact]
    public void Rows_of_different_spread_get_tables_of_their_own()
    {
        sbyte[] weights = [.. Enumerable.Range(0, 200).SelectMany(row => Normal(501, row % 2 == 0 ? 3 : 40))];
        ConstantDefinition definition = CodedConstant.Definition(ElementType.Int8, 200, 501);
        byte[] code = CodedConstant.Encode(definition, CodedConstant.Bytes(weights));
        StoredConstant stored = CodedConstant.Decode(definition, code, out byte[] output);
        Assert.Equal(CodedConstant.Bytes(weights), output);
        Assert.True(stored.Classes >= 2);
        Assert.InRange(code.Length, 0, Entropy(weights) * 0.9);
    }

    /// <summary>The reader's buffer ends at any byte of a code; the decoder gives back what it has loaded too much.</summary>
    [Theory]
    [InlineData(false, 0, 64)]
    [InlineData(false, 1, 256)]
    [InlineData(false, 2, 512)]
    [InlineData(false, 4, 512)]
    [InlineData(true, 0, 64)]
    [InlineData(true, 4, 512)]
    public void A_code_may_lie_across_the_end_of_the_buffer_anywhere(bool entropy, int bits, int symbols)
    {
        ConstantDefinition definition = CodedConstant.Definition(ElementType.Int8, symbols);
        sbyte[] next = [.. Enumerable.Range(0, 500).Select(i => (sbyte)(i * i))];
        sbyte[] few = [.. Enumerable.Range(0, symbols).Select(i => (sbyte)(i * 7 % (1 << bits)))];
        for (int length = 11900; length < 12400; length++)
        {
            sbyte[] random = Normal(length, 120);
            var writer = new BitWriter();
            WritePlain(writer, random);
            ConstantEncoder.Encode(definition, CodedConstant.Bytes(few), new CodingOptions { Entropy = entropy }, writer);
            WritePlain(writer, next);
            var reader = new StoredReader(writer.Bytes.ToArray());
            var decoder = new ConstantDecoder(reader);
            foreach (sbyte[] expected in (sbyte[][])[random, few, next])
            {
                byte[] output = new byte[expected.Length];
                decoder.Decode(CodedConstant.Definition(ElementType.Int8, expected.Length), output);
                Assert.Equal(CodedConstant.Bytes(expected), output);
            }

            Assert.Equal(reader.Length, reader.Offset);
        }

        static void WritePlain(BitWriter writer, sbyte[] bytes)
        {
            writer.Bits((uint)ConstantLayout.Plain, 2);
            writer.Align();
            writer.Append(CodedConstant.Bytes(bytes));
        }
    }

    [Fact]
    public void Constants_of_one_value_take_no_room()
    {
        Assert.InRange(RoundTrip(ElementType.Int8, [100, 100], new byte[10000], null, null).Length, 1, 16);
        Assert.InRange(RoundTrip(ElementType.Float32, [5000], CodedConstant.Bytes(new float[5000]), null, null).Length, 1, 16);
        RoundTrip(ElementType.Int8, [1], [5], null, null);
        RoundTrip(ElementType.Float32, [1], CodedConstant.Bytes(new[] { -1.5f }), null, null);
    }

    [Fact]
    public void Noise_is_stored_as_it_is()
    {
        byte[] noise = new byte[40000];
        _random.NextBytes(noise);
        byte[] code = RoundTrip(ElementType.Int8, [40000], noise, ConstantLayout.Plain, "");
        Assert.Equal(40001, code.Length);
    }

    [Fact]
    public void Any_mixture_comes_back()
    {
        for (int i = 0; i < 90; i++)
        {
            int rows = _random.Next(1, 40), length = _random.Next(1, 300), spread = _random.Next(1, 100);
            double density = _random.NextDouble();
            sbyte[] weights = Array.ConvertAll(Normal(rows * length, spread), w => _random.NextDouble() < density ? w : (sbyte)0);
            var options = new CodingOptions { Entropy = i % 3 != 0 };
            RoundTrip(ElementType.Int8, [rows, length], CodedConstant.Bytes(weights), null, null, options);
            float[] floats = Array.ConvertAll(weights, w => w * 0.37f);
            RoundTrip(ElementType.Float32, [rows, length], CodedConstant.Bytes(floats), null, null, options);
        }
    }

    private static StoredConstant RoundTripAny(float[] floats)
    {
        ConstantDefinition definition = CodedConstant.Definition(ElementType.Float32, floats.Length);
        StoredConstant stored = CodedConstant.Decode(definition, CodedConstant.Encode(definition, CodedConstant.Bytes(floats)), out byte[] output);
        Assert.Equal(CodedConstant.Bytes(floats), output);
        return stored;
    }

    private static byte[] RoundTrip(
        ElementType type, int[] shape, byte[] bytes, ConstantLayout? layout, string? coder, CodingOptions? options = null)
    {
        ConstantDefinition definition = CodedConstant.Definition(type, shape);
        byte[] code = CodedConstant.Encode(definition, bytes, options);
        StoredConstant stored = CodedConstant.Decode(definition, code, out byte[] output);
        Assert.Equal(bytes, output);
        Assert.Equal(code.Length, stored.Length);
        Assert.Equal(layout ?? stored.Layout, stored.Layout);
        Assert.Equal(coder ?? stored.Coder, stored.Coder);
        return code;
    }

    /// <summary>Normally distributed codes, by Box and Muller.</summary>
    private sbyte[] Normal(int count, double deviation)
    {
        sbyte[] codes = new sbyte[count];
        for (int i = 0; i < count; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            codes[i] = (sbyte)Math.Clamp(Math.Round(normal * deviation), -127, 127);
        }

        return codes;
    }

    /// <summary>Zero-order entropy in bytes.</summary>
    private static double Entropy(sbyte[] symbols)
    {
        double bits = 0;
        foreach (IGrouping<sbyte, sbyte> symbol in symbols.GroupBy(s => s))
            bits -= symbol.Count() * Math.Log2(symbol.Count() / (double)symbols.Length);
        return bits / 8;
    }
}
