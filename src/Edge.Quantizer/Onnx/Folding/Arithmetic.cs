using System.Numerics;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Onnx.Folding;

/// <summary>
/// Element by element arithmetic on constants, with NumPy broadcasting; integers divide towards zero, as in ONNX.
/// </summary>
internal static class Arithmetic
{
    /// <exception cref="InvalidDataException">Types differ, shapes do not broadcast, or an integer is divided by
    /// zero.</exception>
    public static Tensor Binary(string opType, Tensor a, Tensor b)
    {
        if (a.Type != b.Type)
            throw new InvalidDataException($"{opType} of {a} and {b}: the element types differ");
        int[] shape = BroadcastShape(a.Shape, b.Shape);
        (a, b) = (StridedView.Broadcast(a, shape), StridedView.Broadcast(b, shape));
        return a.Type switch
        {
            DataType.Float32 => Binary(opType, shape, a.Floats, b.Floats, (s, v) => new Tensor(s, v)),
            DataType.Int64 => Binary(opType, shape, a.Longs, b.Longs, (s, v) => new Tensor(s, v)),
            _ => new Tensor(shape, Zip(a.Bools, b.Bools, Logic(opType))),
        };
    }

    public static Tensor Unary(string opType, Tensor x) => x.Type switch
    {
        DataType.Float32 => new Tensor(x.Shape, Array.ConvertAll(x.Floats, Real(opType))),
        DataType.Int64 => new Tensor(x.Shape, Array.ConvertAll(x.Longs, Whole(opType))),
        _ => opType == "Not" ? new Tensor(x.Shape, Array.ConvertAll(x.Bools, v => !v)) : throw Unknown(opType),
    };

    /// <summary>x where the condition holds, else y.</summary>
    public static Tensor Where(Tensor condition, Tensor x, Tensor y)
    {
        if (x.Type != y.Type)
            throw new InvalidDataException($"Where of {x} and {y}: the element types differ");
        int[] shape = BroadcastShape(BroadcastShape(condition.Shape, x.Shape), y.Shape);
        bool[] choose = StridedView.Broadcast(condition, shape).Bools;
        (x, y) = (StridedView.Broadcast(x, shape), StridedView.Broadcast(y, shape));
        return x.Type switch
        {
            DataType.Float32 => new Tensor(shape, Choose(choose, x.Floats, y.Floats)),
            DataType.Int64 => new Tensor(shape, Choose(choose, x.Longs, y.Longs)),
            _ => new Tensor(shape, Choose(choose, x.Bools, y.Bools)),
        };
    }

    /// <summary>Floating numbers become integers towards zero; everything but 0 becomes true.</summary>
    public static Tensor Cast(Tensor x, DataType to) => (x.Type, to) switch
    {
        (DataType.Float32, DataType.Int64) => new Tensor(x.Shape, Array.ConvertAll(x.Floats, v => (long)v)),
        (DataType.Float32, DataType.Bool) => new Tensor(x.Shape, Array.ConvertAll(x.Floats, v => v != 0)),
        (DataType.Int64, DataType.Float32) => new Tensor(x.Shape, Array.ConvertAll(x.Longs, v => (float)v)),
        (DataType.Int64, DataType.Bool) => new Tensor(x.Shape, Array.ConvertAll(x.Longs, v => v != 0)),
        (DataType.Bool, DataType.Float32) => new Tensor(x.Shape, Array.ConvertAll(x.Bools, v => v ? 1f : 0f)),
        (DataType.Bool, DataType.Int64) => new Tensor(x.Shape, Array.ConvertAll(x.Bools, v => v ? 1L : 0L)),
        _ => x,
    };

    /// <exception cref="InvalidDataException">The shapes do not broadcast.</exception>
    public static int[] BroadcastShape(int[] a, int[] b) => ElementwiseShapes.TryBroadcast(a, b)
        ?? throw new InvalidDataException($"shapes [{string.Join(", ", a)}] and [{string.Join(", ", b)}] do not broadcast");

    private static Tensor Binary<T>(string opType, int[] shape, T[] a, T[] b, Func<int[], T[], Tensor> make)
        where T : struct, INumber<T> => Comparison<T>(opType) is { } compare
            ? new Tensor(shape, Zip(a, b, compare))
            : make(shape, Zip(a, b, Number<T>(opType)));

    private static Func<T, T, T> Number<T>(string opType)
        where T : struct, INumber<T> => opType switch
        {
            "Add" => (x, y) => x + y,
            "Sub" => (x, y) => x - y,
            "Mul" => (x, y) => x * y,
            "Div" => Divide,
            "Min" => T.Min,
            "Max" => T.Max,
            _ => throw Unknown(opType),
        };

    private static Func<T, T, bool>? Comparison<T>(string opType)
        where T : struct, INumber<T> => opType switch
        {
            "Equal" => (x, y) => x == y,
            "Less" => (x, y) => x < y,
            "LessOrEqual" => (x, y) => x <= y,
            "Greater" => (x, y) => x > y,
            "GreaterOrEqual" => (x, y) => x >= y,
            _ => null,
        };

    private static Func<bool, bool, bool> Logic(string opType) => opType switch
    {
        "And" => (x, y) => x && y,
        "Or" => (x, y) => x || y,
        "Equal" => (x, y) => x == y,
        _ => throw Unknown(opType),
    };

    private static Converter<float, float> Real(string opType) => opType switch
    {
        "Floor" => MathF.Floor,
        "Ceil" => MathF.Ceiling,
        "Sqrt" => MathF.Sqrt,
        "Neg" => v => -v,
        _ => throw Unknown(opType),
    };

    private static Converter<long, long> Whole(string opType) => opType switch
    {
        "Floor" or "Ceil" => v => v,
        "Neg" => v => -v,
        _ => throw Unknown(opType),
    };

    private static T Divide<T>(T x, T y)
        where T : struct, INumber<T> =>
        T.IsZero(y) && typeof(T) == typeof(long) ? throw new InvalidDataException("an integer is divided by zero") : x / y;

    private static TResult[] Zip<T, TResult>(T[] a, T[] b, Func<T, T, TResult> apply)
    {
        TResult[] result = new TResult[a.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = apply(a[i], b[i]);
        return result;
    }

    private static T[] Choose<T>(bool[] condition, T[] x, T[] y)
    {
        T[] result = new T[x.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = condition[i] ? x[i] : y[i];
        return result;
    }

    private static InvalidDataException Unknown(string opType) => new($"{opType} is not defined for constants of this type");
}
