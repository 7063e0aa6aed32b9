using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx.Folding;

namespace Edge.Quantizer.Onnx.Operators;

/// <summary>
/// Operators that a graph of fixed shapes needs only to compute shapes: each becomes a constant at import, and is an error when
/// one of its inputs is known at run time only.
/// </summary>
internal static class ShapeArithmetic
{
    public static void Constant(SourceNode node)
    {
        Tensor? value = node.Tensor("value");
        if (value is null && node.Has("value_float"))
            value = Tensor.Scalar(node.Float("value_float", 0));
        if (value is null && node.Has("value_int"))
            value = new Tensor([], [node.Int("value_int", 0)]);
        if (value is null && node.Floats("value_floats") is { } floats)
            value = new Tensor([floats.Length], floats);
        if (value is null && node.Ints("value_ints") is { } ints)
            value = new Tensor([ints.Length], ints);
        node.EmitConstant(value ?? throw node.Error("its value is not a dense tensor, a float or an integer"));
    }

    public static void ConstantOfShape(SourceNode node)
    {
        int[] shape = ShapeInput(node, 0);
        Tensor value = node.Tensor("value") ?? new Tensor([1], new float[1]);
        if (value.Count != 1)
            throw node.Error($"its value has {value.Count} elements, expected 1");
        node.Reserve(shape);
        node.EmitConstant(StridedView.Copy(value, shape, 0, new long[shape.Length]));
    }

    public static void Shape(SourceNode node)
    {
        int[] shape = node.Shape(0);
        int start = Clamp(node.Int("start", 0), shape.Length);
        int end = Clamp(node.Int("end", shape.Length), shape.Length);
        long[] part = start < end ? [.. shape[start..end].Select(d => (long)d)] : [];
        node.EmitConstant(new Tensor([part.Length], part));
    }

    public static void Size(SourceNode node) => node.EmitConstant(new Tensor([], [(long)Tensor.Volume(node.Shape(0))]));

    public static void Gather(SourceNode node)
    {
        Tensor data = Known(node, 0);
        Tensor indices = Known(node, 1);
        int axis = node.Axis(node.Int("axis", 0), data.Rank);
        Tensor[] rows = Array.ConvertAll(indices.Longs, index => Row(node, data, axis, index));
        int[] shape = [.. data.Shape[..axis], .. indices.Shape, .. data.Shape[(axis + 1)..]];
        node.Reserve(shape);
        int[] joined = [.. data.Shape[..axis], rows.Length, .. data.Shape[(axis + 1)..]];
        node.EmitConstant(
            rows.Length == 0
                ? StridedView.Copy(data, shape, 0, new long[shape.Length])
                : ConstantFolder.Concat(rows, axis, joined).Reshape(shape));
    }

    public static void Range(SourceNode node)
    {
        Tensor start = Known(node, 0);
        if (start.Type == DataType.Float32)
        {
            (float first, float limit, float delta) = (Scalar(node, 0), Scalar(node, 1), Scalar(node, 2));
            int count = Count(node, Math.Ceiling(((double)limit - first) / delta));
            node.EmitConstant(new Tensor([count], [.. Enumerable.Range(0, count).Select(i => first + (i * delta))]));
        }
        else
        {
            (long first, long limit, long delta) = (start.Longs[0], Known(node, 1).Longs[0], Known(node, 2).Longs[0]);
            int count = Count(node, delta == 0 ? double.NaN : Math.Ceiling(((double)limit - first) / delta));
            node.EmitConstant(new Tensor([count], [.. Enumerable.Range(0, count).Select(i => first + (i * delta))]));
        }
    }

    public static void Expand(SourceNode node)
    {
        Tensor x = Known(node, 0);
        int[] shape = Arithmetic.BroadcastShape(x.Shape, ShapeInput(node, 1));
        node.Reserve(shape);
        node.EmitConstant(StridedView.Broadcast(x, shape));
    }

    public static void Where(SourceNode node)
    {
        (Tensor condition, Tensor x, Tensor y) = (Known(node, 0), Known(node, 1), Known(node, 2));
        node.Reserve(Arithmetic.BroadcastShape(Arithmetic.BroadcastShape(condition.Shape, x.Shape), y.Shape));
        node.EmitConstant(Arithmetic.Where(condition, x, y));
    }

    public static void Binary(SourceNode node)
    {
        (Tensor a, Tensor b) = (Known(node, 0), Known(node, 1));
        node.Reserve(Arithmetic.BroadcastShape(a.Shape, b.Shape));
        node.EmitConstant(Arithmetic.Binary(node.OpType, a, b));
    }

    public static void Unary(SourceNode node) => node.EmitConstant(Arithmetic.Unary(node.OpType, Known(node, 0)));

    /// <summary>Product over all axes: the element count of a shape.</summary>
    public static void ReduceProd(SourceNode node)
    {
        Tensor x = Known(node, 0);
        if (x.Rank > 1)
            throw node.Error($"it is supported for lists only, its input is {x}");
        int[] shape = node.Int("keepdims", 1) != 0 && x.Rank == 1 ? [1] : [];
        node.EmitConstant(x.Type == DataType.Int64
            ? new Tensor(shape, [x.Longs.Aggregate(1L, (a, b) => checked(a * b))])
            : new Tensor(shape, [x.Floats.Aggregate(1f, (a, b) => a * b)]));
    }

    private static Tensor Row(SourceNode node, Tensor data, int axis, long index)
    {
        int size = data.Shape[axis];
        if (index < -size || index >= size)
            throw node.Error($"index {index} is outside axis {axis} of its input [{string.Join(", ", data.Shape)}]");
        long[] strides = StridedView.StridesOf(data.Shape);
        int[] shape = [.. data.Shape];
        shape[axis] = 1;
        return StridedView.Copy(data, shape, (index < 0 ? index + size : index) * strides[axis], strides);
    }

    private static Tensor Known(SourceNode node, int index) => node.Input(index).Constant
        ?? throw node.Error(
            $"it is supported in shape computations only, but input '{node.Input(index).Name}' is known at run time only");

    private static float Scalar(SourceNode node, int index) =>
        node.ScalarOrNull(index, "scalar") ?? throw node.Error($"input {index} is missing");

    private static int[] ShapeInput(SourceNode node, int index)
    {
        int[] shape = Array.ConvertAll(Known(node, index).Longs, d => node.Size(d, "size"));
        return shape.All(d => d >= 0) ? shape : throw node.Error($"its shape [{string.Join(", ", shape)}] has a negative size");
    }

    private static int Count(SourceNode node, double count)
    {
        if (double.IsNaN(count) || count > int.MaxValue)
            throw node.Error("its range has no end");
        int length = (int)Math.Max(count, 0);
        node.Reserve([length]);
        return length;
    }

    private static int Clamp(long index, int rank) => (int)Math.Clamp(index < 0 ? index + rank : index, 0, rank);
}
