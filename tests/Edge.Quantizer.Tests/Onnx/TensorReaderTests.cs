using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using ElementKind = Edge.Quantizer.Onnx.Schema.TensorProto.Types.DataType;

namespace Edge.Tests.Onnx;

public sealed class TensorReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-tensors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Floating_types_become_float32()
    {
        Assert.Equal([1.5f, -2f], Raw(ElementKind.Float, 1.5f, -2f).Floats);
        Assert.Equal([0.1f, 1e-40f], Raw(ElementKind.Double, 0.1, 1e-40).Floats);
        Assert.Equal(
            [1.5f, 65504f, 5.9604645e-8f, float.NegativeInfinity],
            Raw<ushort>(ElementKind.Float16, 0x3E00, 0x7BFF, 0x0001, 0xFC00).Floats);
        Assert.Equal([1.5f, -3.3895314e38f], Raw<ushort>(ElementKind.Bfloat16, 0x3FC0, 0xFF7F).Floats);
    }

    [Fact]
    public void Integer_types_become_int64()
    {
        Assert.Equal([long.MinValue, 7], Raw(ElementKind.Int64, long.MinValue, 7).Longs);
        Assert.Equal([int.MinValue, 7], Raw(ElementKind.Int32, int.MinValue, 7).Longs);
        Assert.Equal([short.MinValue, 7], Raw<short>(ElementKind.Int16, short.MinValue, 7).Longs);
        Assert.Equal([-128, 127], Raw<sbyte>(ElementKind.Int8, -128, 127).Longs);
        Assert.Equal([65535, 0], Raw<ushort>(ElementKind.Uint16, 65535, 0).Longs);
        Assert.Equal([255, 0], Raw<byte>(ElementKind.Uint8, 255, 0).Longs);
        Assert.Equal([uint.MaxValue, 0], Raw<uint>(ElementKind.Uint32, uint.MaxValue, 0).Longs);
        Assert.Equal([true, false], Raw<byte>(ElementKind.Bool, 1, 0).Bools);
    }

    [Fact]
    public void Typed_lists_are_read_too()
    {
        Assert.Equal([1.5f, 2f], Read(new TensorProto { DataType = 1, Dims = { 2 }, FloatData = { 1.5f, 2 } }).Floats);
        Assert.Equal([0.5f], Read(new TensorProto { DataType = 11, Dims = { 1 }, DoubleData = { 0.5 } }).Floats);
        Assert.Equal([1.5f], Read(new TensorProto { DataType = 10, Dims = { 1 }, Int32Data = { 0x3E00 } }).Floats);
        Assert.Equal([-1, 2], Read(new TensorProto { DataType = 6, Dims = { 2 }, Int32Data = { -1, 2 } }).Longs);
        Assert.Equal([-1, 2], Read(new TensorProto { DataType = 3, Dims = { 2 }, Int32Data = { -1, 2 } }).Longs);
        Assert.Equal([9], Read(new TensorProto { DataType = 7, Int64Data = { 9 } }).Longs);
        Assert.Equal([9], Read(new TensorProto { DataType = 12, Dims = { 1 }, Uint64Data = { 9 } }).Longs);
        Assert.Equal([true], Read(new TensorProto { DataType = 9, Dims = { 1 }, Int32Data = { 1 } }).Bools);
        Assert.Equal([2, 0], Read(new TensorProto { DataType = 1, Dims = { 2, 0 } }).Shape!);
    }

    [Fact]
    public void Data_that_does_not_fill_the_shape_is_refused()
    {
        Assert.Contains(
            "asks for 12 bytes, it stores 8", Refusal(OnnxBuilder.Dense("t", ElementKind.Float, [3], new byte[8])),
            StringComparison.Ordinal);
        Assert.Contains(
            "asks for 3 elements, it stores 1", Refusal(new TensorProto { DataType = 1, Dims = { 3 }, FloatData = { 1 } }),
            StringComparison.Ordinal);
        Assert.Contains("out of range", Refusal(new TensorProto { DataType = 1, Dims = { -1 } }), StringComparison.Ordinal);
        Assert.Contains(
            "out of range", Refusal(new TensorProto { DataType = 1, Dims = { 1 << 20, 1 << 20 } }), StringComparison.Ordinal);
        Assert.Contains(
            "asks for 2000000000 elements", Refusal(new TensorProto { DataType = 1, Dims = { 2_000_000_000 } }),
            StringComparison.Ordinal);
        Assert.Contains(
            "String is not supported", Refusal(new TensorProto { DataType = 8, Dims = { 0 } }), StringComparison.Ordinal);
        Assert.Contains(
            "segments", Refusal(new TensorProto { DataType = 1, Segment = new TensorProto.Types.Segment { Begin = 0, End = 1 } }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void External_data_is_read_at_its_offset()
    {
        byte[] file = new byte[12];
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(4), 1.5f);
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(8), -2f);
        File.WriteAllBytes(Path.Combine(_folder, "weights.bin"), file);

        Assert.Equal([1.5f, -2f], Read(External("weights.bin", ("offset", "4"), ("length", "8"))).Floats);
        Assert.Equal([1.5f, -2f], Read(External("./weights.bin", ("offset", "4"))).Floats);
        Assert.Contains("expected 8 from offset 8", Refusal(External("weights.bin", ("offset", "8"))), StringComparison.Ordinal);
        Assert.Contains("is said to hold 4", Refusal(External("weights.bin", ("length", "4"))), StringComparison.Ordinal);
        Assert.Contains("bad offset '-4'", Refusal(External("weights.bin", ("offset", "-4"))), StringComparison.Ordinal);
        Assert.Contains("is missing", Refusal(External("other.bin")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("a/../../weights.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    public void External_data_outside_the_folder_is_refused(string location) =>
        Assert.Contains("lies outside the model's folder", Refusal(External(location)), StringComparison.Ordinal);

    [Fact]
    public void External_data_behind_a_link_is_refused()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link.bin"), "/etc/passwd");

        Assert.Contains("symbolic link", Refusal(External("link.bin")), StringComparison.Ordinal);
    }

    private static TensorProto External(string location, params (string Key, string Value)[] entries)
    {
        var tensor = new TensorProto { DataType = 1, Dims = { 2 }, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.AddRange(entries.Select(e => new StringStringEntryProto { Key = e.Key, Value = e.Value }));
        return tensor;
    }

    private Tensor Raw<T>(ElementKind type, params T[] data)
        where T : unmanaged => Read(OnnxBuilder.Dense("t", type, [data.Length], MemoryMarshal.AsBytes(data.AsSpan())));

    private Tensor Read(TensorProto proto) => new TensorReader(_folder).Read(proto);

    private string Refusal(TensorProto proto) => Assert.Throws<InvalidDataException>(() => Read(proto)).Message;
}
