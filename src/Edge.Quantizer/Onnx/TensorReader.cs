using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx.Schema;
using ElementKind = Edge.Quantizer.Onnx.Schema.TensorProto.Types.DataType;

namespace Edge.Quantizer.Onnx;

/// <summary>
/// Turns stored tensors into <see cref="Tensor"/>: every floating type becomes float32 (float16 and bfloat16 exactly, double
/// rounded to nearest), every integer int64. Multi-byte data is little endian, as ONNX defines.
/// </summary>
/// <param name="folder">Where external data lies: the folder of the model file.</param>
internal sealed class TensorReader(string folder)
{
    private readonly HashSet<string> _externalFiles = [];

    /// <summary>Full paths of the files beside the model that tensors were read from.</summary>
    public IReadOnlyCollection<string> ExternalFiles => _externalFiles;

    /// <summary>The type that the graph computes with for an ONNX element type.</summary>
    /// <exception cref="InvalidDataException">Strings, complex numbers, 4-bit and 8-bit floating types.</exception>
    public static DataType TypeOf(int elementType) => (ElementKind)elementType switch
    {
        ElementKind.Float or ElementKind.Double or ElementKind.Float16 or ElementKind.Bfloat16 => DataType.Float32,
        ElementKind.Int8 or ElementKind.Int16 or ElementKind.Int32 or ElementKind.Int64 or ElementKind.Uint8 or ElementKind.Uint16
            or ElementKind.Uint32 or ElementKind.Uint64 => DataType.Int64,
        ElementKind.Bool => DataType.Bool,
        _ => throw new InvalidDataException($"element type {(ElementKind)elementType} is not supported"),
    };

    /// <exception cref="InvalidDataException">Dimensions, data and element type do not fit together, or external data is
    /// missing.</exception>
    public Tensor Read(TensorProto proto)
    {
        if (proto.Segment is not null)
            throw new InvalidDataException("it is stored in segments, which is not supported");
        int[] shape = ShapeOf(proto);
        int count = Tensor.Volume(shape);
        return (ElementKind)proto.DataType switch
        {
            ElementKind.Float => new Tensor(shape, Stored<float>(proto, count) ?? Listed(proto.FloatData, count)),
            ElementKind.Double =>
                new Tensor(shape, Convert(Stored<double>(proto, count) ?? Listed(proto.DoubleData, count), v => (float)v)),
            ElementKind.Float16 => new Tensor(shape, Convert(Stored<ushort>(proto, count) ?? Bits(proto, count), HalfToSingle)),
            ElementKind.Bfloat16 => new Tensor(shape, Convert(Stored<ushort>(proto, count) ?? Bits(proto, count), BrainToSingle)),
            ElementKind.Int64 => new Tensor(shape, Stored<long>(proto, count) ?? Listed(proto.Int64Data, count)),
            ElementKind.Int32 =>
                new Tensor(shape, Convert(Stored<int>(proto, count) ?? Listed(proto.Int32Data, count), v => (long)v)),
            ElementKind.Int16 => new Tensor(shape, Integers(proto, Stored<short>(proto, count), count, v => v)),
            ElementKind.Int8 => new Tensor(shape, Integers(proto, Stored<sbyte>(proto, count), count, v => v)),
            ElementKind.Uint16 => new Tensor(shape, Integers(proto, Stored<ushort>(proto, count), count, v => v)),
            ElementKind.Uint8 => new Tensor(shape, Integers(proto, Stored<byte>(proto, count), count, v => v)),
            ElementKind.Uint32 => new Tensor(shape, Stored<uint>(proto, count) is { } raw
                ? Convert(raw, v => (long)v) : Convert(Listed(proto.Uint64Data, count), v => checked((long)v))),
            ElementKind.Uint64 =>
                new Tensor(shape, Convert(Stored<ulong>(proto, count) ?? Listed(proto.Uint64Data, count), v => checked((long)v))),
            ElementKind.Bool => new Tensor(shape, Stored<byte>(proto, count) is { } raw
                ? Convert(raw, v => v != 0) : Convert(Listed(proto.Int32Data, count), v => v != 0)),
            _ => throw new InvalidDataException($"element type {(ElementKind)proto.DataType} is not supported"),
        };
    }

    private static int[] ShapeOf(TensorProto proto)
    {
        long count = 1;
        foreach (long d in proto.Dims)
        {
            if (d < 0 || d > int.MaxValue || (count = checked(count * d)) > int.MaxValue)
            {
                throw new InvalidDataException(
                    $"its shape [{string.Join(", ", proto.Dims)}] is out of range (at most 2^31-1 elements)");
            }
        }

        return [.. proto.Dims.Select(d => (int)d)];
    }

    private static float HalfToSingle(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    /// <summary>bfloat16 is the upper half of a float32.</summary>
    private static float BrainToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static TTarget[] Convert<TSource, TTarget>(TSource[] source, Converter<TSource, TTarget> convert) =>
        Array.ConvertAll(source, convert);

    /// <summary>Types narrower than 32 bits are listed one to an int32 when they are not stored raw.</summary>
    private static long[] Integers<T>(TensorProto proto, T[]? stored, int count, Converter<T, long> widen) =>
        stored is not null ? Array.ConvertAll(stored, widen) : Convert(Listed(proto.Int32Data, count), v => (long)v);

    private static ushort[] Bits(TensorProto proto, int count) =>
        Convert(Listed(proto.Int32Data, count), v => checked((ushort)v));

    private static T[] Listed<T>(Google.Protobuf.Collections.RepeatedField<T> list, int count) =>
        list.Count == count
            ? [.. list]
            : throw new InvalidDataException($"its shape asks for {count} elements, it stores {list.Count}");

    /// <summary>
    /// The elements when they are stored as bytes, in the file or beside it; null when the typed lists hold them.
    /// </summary>
    private unsafe T[]? Stored<T>(TensorProto proto, int count)
        where T : unmanaged
    {
        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
        {
            T[] data = ExternalData.Read<T>(folder, proto, count, out string file);
            _externalFiles.Add(file);
            return data;
        }

        if (!proto.HasRawData || (proto.RawData.IsEmpty && count > 0))
            return null;
        if (proto.RawData.Length != (long)count * sizeof(T))
        {
            throw new InvalidDataException(
                $"its shape asks for {(long)count * sizeof(T)} bytes, it stores {proto.RawData.Length}");
        }

        return MemoryMarshal.Cast<byte, T>(proto.RawData.Span).ToArray();
    }
}
