namespace Edge.Quantizer.Graph;

/// <summary>Element types that an imported graph computes with.</summary>
public enum DataType
{
    Float32,
    Int64,
    Bool,
}

/// <summary>A dense array in row-major order: a constant of the graph or a value during execution.</summary>
public sealed class Tensor
{
    private readonly Array _data;

    private Tensor(DataType type, int[] shape, Array data)
    {
        long count = 1;
        foreach (int d in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(d, nameof(shape));
            count = checked(count * d);
        }

        if (count != data.Length)
            throw new ArgumentException($"shape [{string.Join(", ", shape)}] holds {count} elements, the data {data.Length}", nameof(shape));
        (Type, Shape, _data) = (type, shape, data);
    }

    public Tensor(int[] shape, float[] data)
        : this(DataType.Float32, shape, data)
    {
    }

    public Tensor(int[] shape, long[] data)
        : this(DataType.Int64, shape, data)
    {
    }

    public Tensor(int[] shape, bool[] data)
        : this(DataType.Bool, shape, data)
    {
    }

    public DataType Type { get; }

    /// <summary>Dimensions; empty for a scalar.</summary>
    public int[] Shape { get; }

    /// <summary>
    /// By what each output channel of these weights was multiplied since they were read, one factor per channel; null where nothing was.
    /// Divided by them, weights that share values share them again.
    /// </summary>
    public float[]? ChannelFactors { get; init; }

    public int Rank => Shape.Length;

    public int Count => _data.Length;

    /// <exception cref="InvalidCastException">The tensor has another element type.</exception>
    public float[] Floats => _data as float[] ?? throw Mismatch(DataType.Float32);

    /// <exception cref="InvalidCastException">The tensor has another element type.</exception>
    public long[] Longs => _data as long[] ?? throw Mismatch(DataType.Int64);

    /// <exception cref="InvalidCastException">The tensor has another element type.</exception>
    public bool[] Bools => _data as bool[] ?? throw Mismatch(DataType.Bool);

    public static Tensor Zeros(params int[] shape) => new(shape, new float[Volume(shape)]);

    public static Tensor Scalar(float value) => new([], [value]);

    /// <summary>The same elements under another shape; the data is shared.</summary>
    /// <exception cref="ArgumentException">The element counts differ.</exception>
    public Tensor Reshape(int[] shape) => new(Type, shape, _data);

    /// <summary>Product of the dimensions, 1 for a scalar.</summary>
    /// <exception cref="OverflowException">More than 2³¹−1 elements.</exception>
    public static int Volume(ReadOnlySpan<int> shape)
    {
        int count = 1;
        foreach (int d in shape)
            count = checked(count * d);
        return count;
    }

    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";

    private InvalidCastException Mismatch(DataType wanted) => new($"tensor holds {Type}, not {wanted}");
}
