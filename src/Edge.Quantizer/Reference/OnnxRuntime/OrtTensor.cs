using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>Element types as numbered by ONNX (TensorProto.DataType) and by the C API.</summary>
public enum OrtElementType
{
    Float32 = 1,
    UInt8 = 2,
    Int8 = 3,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
}

/// <summary>A dense row-major array on its way into or out of ONNX Runtime, quantized ones included.</summary>
public sealed class OrtTensor
{
    private readonly Array _data;

    private OrtTensor(OrtElementType type, int[] shape, Array data)
    {
        if (Tensor.Volume(shape) != data.Length)
            throw new ArgumentException($"shape [{string.Join(", ", shape)}] is not of {data.Length} elements", nameof(shape));
        (Type, Shape, _data) = (type, shape, data);
    }

    public OrtTensor(int[] shape, float[] data)
        : this(OrtElementType.Float32, shape, data)
    {
    }

    public OrtTensor(int[] shape, byte[] data)
        : this(OrtElementType.UInt8, shape, data)
    {
    }

    public OrtTensor(int[] shape, sbyte[] data)
        : this(OrtElementType.Int8, shape, data)
    {
    }

    public OrtTensor(int[] shape, long[] data)
        : this(OrtElementType.Int64, shape, data)
    {
    }

    public OrtElementType Type { get; }

    /// <summary>Dimensions; empty for a scalar.</summary>
    public int[] Shape { get; }

    /// <exception cref="InvalidCastException">The tensor has another element type.</exception>
    public float[] Floats => Typed<float>(OrtElementType.Float32);

    /// <exception cref="InvalidCastException">The tensor has another element type.</exception>
    public byte[] UInt8 => Typed<byte>(OrtElementType.UInt8);

    /// <exception cref="InvalidCastException">The tensor has another element type.</exception>
    public sbyte[] Int8 => Typed<sbyte>(OrtElementType.Int8);

    /// <summary>The elements' memory.</summary>
    internal Span<byte> RawBytes =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(_data), Buffer.ByteLength(_data));

    public static OrtTensor From(Tensor tensor) => tensor.Type switch
    {
        DataType.Float32 => new OrtTensor(tensor.Shape, tensor.Floats),
        DataType.Int64 => new OrtTensor(tensor.Shape, tensor.Longs),
        _ => new OrtTensor(OrtElementType.Bool, tensor.Shape, tensor.Bools),
    };

    /// <exception cref="NotSupportedException">ONNX Runtime gave an element type that nothing here computes with.</exception>
    public static OrtTensor Zeros(OrtElementType type, int[] shape)
    {
        int count = Tensor.Volume(shape);
        return new OrtTensor(type, shape, type switch
        {
            OrtElementType.Float32 => new float[count],
            OrtElementType.UInt8 => new byte[count],
            OrtElementType.Int8 => new sbyte[count],
            OrtElementType.Int32 => new int[count],
            OrtElementType.Int64 => new long[count],
            OrtElementType.Bool => new bool[count],
            _ => throw new NotSupportedException($"ONNX element type {(int)type} is not read here"),
        });
    }

    /// <summary>The same data for the float graph.</summary>
    /// <exception cref="InvalidCastException">The graph does not compute with this element type.</exception>
    public Tensor ToTensor() => Type switch
    {
        OrtElementType.Float32 => new Tensor(Shape, Floats),
        OrtElementType.Int64 => new Tensor(Shape, Typed<long>(OrtElementType.Int64)),
        OrtElementType.Bool => new Tensor(Shape, Typed<bool>(OrtElementType.Bool)),
        _ => throw new InvalidCastException($"a {Type} tensor has no place in the float graph"),
    };

    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";

    private T[] Typed<T>(OrtElementType wanted) =>
        Type == wanted ? (T[])_data : throw new InvalidCastException($"tensor holds {Type}, not {wanted}");
}
