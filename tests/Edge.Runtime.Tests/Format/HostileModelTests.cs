using System.Runtime.InteropServices;
using Edge.Runtime.Format;

namespace Edge.Runtime.Tests.Format;

/// <summary>
/// One test per class of hostile package. Checksums are right in all of them unless they are what is tested, so that the check
/// meant is the one that answers. Operators: conv-left, conv-right, join, pool, dense, softmax; tensors: image, left, right,
/// joined, pooled, scores, probabilities; constants: weights, scales and bias of three layers, then exponentials.
/// </summary>
public sealed class HostileModelTests
{
    [Theory]
    [InlineData("constants[0].shape", "[65536, 65536, 65536, 65536]")]
    [InlineData("tensors[0].shape", "[65536, 65536, 65536, 65536, 65536, 65536]")]
    [InlineData("tensors[0].shape", "[1, 2147483647, 2147483647, 3]")]
    public void Size_overflow(string field, string value) => Refused(field, field, value);

    [Theory]
    [InlineData("tensors[4].offset", "9223372036854775807")]
    [InlineData("tensors[1].rowStride", "2147483647", "tensors[1].offset")]
    [InlineData("constants[9].offset", "9223372036854775744", "constants[9].length")]
    [InlineData("constants[9].length", "9223372036854775807")]
    public void Offset_overflow(string path, string value, string? field = null) => Refused(field ?? path, path, value);

    [Fact]
    public void Tensor_larger_than_the_file()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        raw.Set("constants[9].shape", "[100000]").Set("constants[9].length", "400000");
        Refused("constants[9].length", raw.BuildAsIs());
    }

    [Fact]
    public void Tensor_larger_than_the_arena() => Refused("tensors[0].offset", "arenaSize", "59");

    [Theory]
    [InlineData("-1")]
    [InlineData("1073741825")]
    [InlineData("9223372036854775807")]
    public void Arena_of_absurd_size(string size) => Refused("arenaSize", "arenaSize", size);

    [Fact]
    public void Overlapping_sections()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        long first = raw.Manifest["constants"]![0]!["offset"]!.GetValue<long>();
        Refused("constants[1].offset", raw.Set("constants[1].offset", $"{first}").BuildAsIs());
    }

    [Fact]
    public void Section_over_the_manifest() => Refused("constants[0].offset", "constants[0].offset", "64");

    [Fact]
    public void Section_that_is_not_aligned() => Refused("constants[0].offset", "constants[0].offset", "32769");

    [Theory]
    [InlineData("0")]
    [InlineData("-0.5")]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("1e-44")]
    public void Zero_negative_infinite_or_subnormal_scale_of_a_tensor(string scale) =>
        Refused("tensors[0].scale", "tensors[0].scale", scale);

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("NaN")]
    public void NaN_scale_of_a_tensor(string scale)
    {
        string text = new RawPackage(TinyModel.Inceptionlike()).Set("tensors[0].scale", "12345").Manifest.ToJsonString();
        RawPackage raw = new(TinyModel.Inceptionlike());
        byte[] file = raw.BuildWith(text.Replace("12345", scale, StringComparison.Ordinal));
        Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(file));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e-44f)]
    public void Zero_NaN_negative_or_infinite_scale_of_a_channel(float scale)
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        MemoryMarshal.Cast<byte, float>(raw.Constant(1))[2] = scale;
        Refused("operators[0].weightScales", raw.Build());
    }

    [Fact]
    public void Scales_whose_multiplier_is_infinite_or_zero()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        Refused("operators[0].weightScales", raw.Set("tensors[0].scale", "3e38").Set("tensors[1].scale", "1e-37").Build());
        raw = new(TinyModel.Inceptionlike());
        Refused("operators[0].weightScales", raw.Set("tensors[0].scale", "2e-38").Build());
    }

    [Theory]
    [InlineData("-129")]
    [InlineData("128")]
    [InlineData("2147483647")]
    public void Zero_point_out_of_range(string zeroPoint) => Refused("tensors[1].zeroPoint", "tensors[1].zeroPoint", zeroPoint);

    [Fact]
    public void Per_channel_count_other_than_the_channels()
    {
        // The bias of conv-left (4 channels) is that of conv-right (6).
        Refused("operators[0].bias", "operators[0].bias", "5");
        Refused("operators[0].weightScales", "operators[0].weightScales", "4");
    }

    [Theory]
    [InlineData("strideX")]
    [InlineData("strideY")]
    [InlineData("dilationX")]
    [InlineData("dilationY")]
    [InlineData("kernelHeight")]
    [InlineData("kernelWidth")]
    public void Stride_dilation_or_kernel_of_zero(string member)
    {
        foreach (string value in (string[])["0", "-1", "32769"])
            Refused($"operators[0].window.{member}", $"operators[0].window.{member}", value);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("2")]
    public void Group_of_zero_or_not_dividing_the_channels(string groups) =>
        Refused("operators[0].groups", "operators[0].groups", groups);

    [Theory]
    [InlineData("[]", "tensors[4].shape")]
    [InlineData("[1,1,1,1,1,1,10]", "tensors[4].shape")]
    [InlineData("[1,1,0,10]", "tensors[4].shape[2]")]
    [InlineData("[1,-1,-1,10]", "tensors[4].shape[1]")]
    public void Rank_or_dimension_out_of_range(string shape, string field) => Refused(field, "tensors[4].shape", shape);

    [Theory]
    [InlineData("padTop", "5")]
    [InlineData("padLeft", "2147483647")]
    [InlineData("padRight", "-1")]
    [InlineData("padBottom", "5")]
    public void Padding_larger_than_the_input(string member, string value) =>
        Refused($"operators[0].window.{member}", $"operators[0].window.{member}", value);

    [Fact]
    public void Kernel_larger_than_the_padded_input() => Refused("operators[3].window", "operators[3].window.kernelHeight", "5");

    [Fact]
    public void Output_of_another_size_than_the_window_gives() =>
        Refused("operators[0].outputs[0]", "operators[0].window.strideX", "2");

    [Fact]
    public void Operator_cycle()
    {
        // The shuffle reads what it makes itself; then the addition does.
        RawPackage raw = new(TinyModel.Everything());
        Refused("operators[1].inputs[0]", raw.Set("operators[1].inputs", "[2]").Build());
        raw = new(TinyModel.Everything());
        Refused("operators[2].inputs[1]", raw.Set("operators[2].inputs", "[1, 3]").Build());
    }

    [Theory]
    [InlineData("[7]")]
    [InlineData("[-1]")]
    [InlineData("[2147483647]")]
    public void Undefined_tensor(string tensors)
    {
        Refused("operators[0].inputs[0]", "operators[0].inputs", tensors);
        Refused("operators[0].outputs[0]", "operators[0].outputs", tensors);
        Refused("outputs[0]", "outputs", tensors);
        Refused("input", "input", tensors[1..^1]);
    }

    [Fact]
    public void Tensor_computed_twice()
    {
        // The shuffle (operator 1) writes the tensor of the convolution in front of it.
        RawPackage raw = new(TinyModel.Everything());
        Refused("operators[1].outputs[0]", raw.Set("operators[1].outputs", "[1]").Build());
    }

    [Fact]
    public void Two_tensors_of_one_name() => Refused("tensors[1].name", "tensors[1].name", "\"image\"");

    [Fact]
    public void Tensor_that_nothing_computes()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        raw.Manifest["tensors"]!.AsArray().Add(raw.Manifest["tensors"]![0]!.DeepClone());
        Refused("tensors[7]", raw.Set("tensors[7].name", "\"ghost\"").Build());
    }

    [Fact]
    public void Aliasing_arena_slots()
    {
        ModelManifest good = TinyModel.Inceptionlike().Manifest;

        // An output on its own input.
        Refused("operators[0].outputs[0]", "tensors[1].offset", $"{good.Tensors[0].Offset}");

        // The second branch over the first one: same rows, columns that overlap by one.
        Refused("operators[1].outputs[0]", "tensors[2].offset", $"{good.Tensors[1].Offset + 3}");

        // A concatenation over an input that is not exactly in its place.
        Refused("operators[2].outputs[0]", "tensors[3].offset", $"{good.Tensors[3].Offset + 1}", ("arenaSize", "10000"));
    }

    [Fact]
    public void Constant_as_an_output()
    {
        RawPackage raw = new(TinyModel.Everything());
        int index = raw.Manifest["tensors"]!.AsArray().ToList().FindIndex(t => t!["name"]!.GetValue<string>() == "factor");
        Refused("operators[1].outputs[0]", raw.Set("operators[1].outputs", $"[{index}]").Build());
    }

    [Fact]
    public void Truncated_at_every_byte()
    {
        byte[] file = TinyModel.Inceptionlike().ToBytes();
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(file.AsMemory(0, length)));
    }

    [Fact]
    public void Truncated_with_a_header_that_agrees()
    {
        byte[] file = TinyModel.Inceptionlike().ToBytes();
        int manifest = BitConverter.ToInt32(file, 12);
        for (int length = Container.HeaderLength + manifest; length < file.Length; length += 13)
        {
            byte[] cut = file[..length];
            Container.WriteHeader(cut, cut.AsSpan(Container.HeaderLength, manifest), length);
            Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(cut));
        }
    }

    [Fact]
    public void Bytes_behind_the_end()
    {
        byte[] file = [.. TinyModel.Inceptionlike().ToBytes(), 0];
        Refused("header.fileLength", file);
        int manifest = BitConverter.ToInt32(file, 12);
        Container.WriteHeader(file, file.AsSpan(Container.HeaderLength, manifest), file.Length);
        Refused("file", file);
    }

    [Fact]
    public void Digest_mismatch()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        raw.Constant(6)[17] ^= 1;
        ModelFormatException e = Refused("constants[6].checksum", raw.BuildAsIs());
        Assert.Equal(raw.Manifest["constants"]![6]!["offset"]!.GetValue<long>(), e.Offset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void Future_version(byte version)
    {
        byte[] file = TinyModel.Inceptionlike().ToBytes();
        file[8] = version;
        Refused("header.version", file);
    }

    [Fact]
    public void Manifest_longer_than_the_file()
    {
        byte[] file = TinyModel.Inceptionlike().ToBytes();
        file.AsSpan(12, 4).Fill(0xFF);
        Refused("header.manifestLength", file);
    }

    [Theory]
    [InlineData("6")]
    [InlineData("2147483647")]
    public void Label_offset_that_leaves_no_class(string offset) => Refused("labelOffset", "labelOffset", offset, ("labels", "[]"));

    [Fact]
    public void Something_else_than_a_package() => Refused("header.magic", new byte[100]);

    [Fact]
    public void Weight_of_minus_128()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        raw.Constant(0)[5] = 0x80;
        Refused("operators[0].weights", raw.Build());
    }

    [Fact]
    public void Bias_that_lets_the_sum_leave_32_bits()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        MemoryMarshal.Cast<byte, int>(raw.Constant(2))[0] = int.MinValue;
        Refused("operators[0].weights", raw.Build());
    }

    private static void Refused(string field, string path, string json, params ReadOnlySpan<(string Path, string Json)> more)
    {
        RawPackage raw = new RawPackage(TinyModel.Inceptionlike()).Set(path, json);
        foreach ((string otherPath, string otherJson) in more)
            raw.Set(otherPath, otherJson);
        Refused(field, raw.BuildAsIs());
    }

    private static ModelFormatException Refused(string field, byte[] file)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(file));
        Assert.Equal(field, e.Field);
        Assert.InRange(e.Offset, 0, file.Length);
        Assert.DoesNotContain('\n', e.Message);
        return e;
    }
}
