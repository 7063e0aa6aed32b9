using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx.Folding;

/// <summary>Copies elements of a constant by strides: slices, transposes and broadcasts are all one loop.</summary>
internal static class StridedView
{
    /// <summary>Row-major strides of a shape, in elements.</summary>
    public static long[] StridesOf(int[] shape)
    {
        long[] strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        return strides;
    }

    /// <summary>y[i, j, …] = source[offset + i·strides[0] + j·strides[1] + …], offsets and strides in elements.</summary>
    public static Tensor Copy(Tensor source, int[] shape, long offset, long[] strides) => source.Type switch
    {
        DataType.Float32 => new Tensor(shape, Pick(source.Floats, shape, offset, strides)),
        DataType.Int64 => new Tensor(shape, Pick(source.Longs, shape, offset, strides)),
        _ => new Tensor(shape, Pick(source.Bools, shape, offset, strides)),
    };

    /// <summary>NumPy broadcast to a larger shape.</summary>
    public static Tensor Broadcast(Tensor source, int[] shape)
    {
        if (source.Shape.AsSpan().SequenceEqual(shape))
            return source;
        long[] own = StridesOf(source.Shape);
        long[] strides = new long[shape.Length];
        int missing = shape.Length - source.Rank;
        for (int i = 0; i < source.Rank; i++)
            strides[missing + i] = source.Shape[i] == 1 ? 0 : own[i];
        return Copy(source, shape, 0, strides);
    }

    private static T[] Pick<T>(T[] source, int[] shape, long offset, long[] strides)
    {
        T[] result = new T[Tensor.Volume(shape)];
        if (result.Length == 0)
            return result;
        if (!strides.Any(s => s != 0))
        {
            Array.Fill(result, source[offset]);
            return result;
        }

        int[] index = new int[shape.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = source[offset];
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                offset += strides[axis];
                if (++index[axis] < shape[axis])
                    break;
                offset -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }

        return result;
    }
}
