using static Edge.Runtime.Format.Verification.ShapeCheck;

namespace Edge.Runtime.Format.Verification;

/// <summary>Operators of the layers that stay in float32.</summary>
internal static class FloatCheck
{
    public static void Run(OperatorScope scope, OperatorDefinition op)
    {
        scope.RequireTypes(ElementType.Float32, ElementType.Float32);
        switch (op)
        {
            case FloatUnaryOperator unary:
                Unary(scope, unary);
                break;
            case FloatBinaryOperator binary:
                scope.RequireDefined("kind", binary.Kind);
                scope.RequireInputs(2);
                Broadcast(scope, scope.Input(0).Shape, scope.Input(1).Shape, scope.Output.Shape);
                break;
            case FloatSoftmaxOperator softmax:
                scope.RequireSameShape();
                scope.RequireAxis(softmax.Axis, scope.Output.Shape.Length);
                break;
            case FloatLrnOperator lrn:
                Lrn(scope, lrn);
                break;
            case FloatMatMulOperator:
                MatMul(scope);
                break;
            case FloatReduceMeanOperator mean:
                ReduceMean(scope, mean);
                break;
            default:
                throw scope.Fail("op", $"{op.GetType().Name} is unknown to the verifier");
        }
    }

    private static void Unary(OperatorScope scope, FloatUnaryOperator op)
    {
        scope.RequireDefined("kind", op.Kind);
        scope.RequireSameShape();
        scope.RequireFinite("alpha", op.Alpha);
        scope.RequireFinite("beta", op.Beta);
        if (op.Kind == FloatUnaryKind.Clip && op.Alpha > op.Beta)
            throw scope.Fail("beta", $"the upper bound {op.Beta} is less than the lower one, {op.Alpha}");
    }

    private static void Lrn(OperatorScope scope, FloatLrnOperator op)
    {
        scope.RequireSameShape();
        scope.RequireFinite("alpha", op.Alpha);
        scope.RequireFinite("beta", op.Beta);
        scope.RequireFinite("bias", op.Bias);
        if (op.Size < 1)
            throw scope.Fail("size", $"{op.Size} is less than 1");
    }

    /// <summary>NumPy: shapes are aligned at the last axis; a dimension of 1 repeats.</summary>
    private static void Broadcast(OperatorScope scope, ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> output)
    {
        bool fits = output.Length == Math.Max(a.Length, b.Length);
        for (int i = 1; i <= output.Length && fits; i++)
        {
            int da = i <= a.Length ? a[^i] : 1, db = i <= b.Length ? b[^i] : 1;
            fits = output[^i] == Math.Max(da, db) && (da == db || da == 1 || db == 1);
        }

        if (!fits)
        {
            throw scope.Fail(
                "outputs[0]",
                $"{Text(a)} and {Text(b)} do not broadcast to {Text(output)}");
        }
    }

    private static void MatMul(OperatorScope scope)
    {
        scope.RequireInputs(2);
        ReadOnlySpan<int> a = scope.Input(0).Shape, b = scope.Input(1).Shape, output = scope.Output.Shape;
        if (a.Length < 2 || b.Length < 2 || output.Length < 2 || a[^1] != b[^2] || output[^2] != a[^2] || output[^1] != b[^1])
        {
            throw scope.Fail(
                "outputs[0]", $"{Text(output)} is not {Text(a)} times {Text(b)}");
        }

        Broadcast(scope, a[..^2], b[..^2], output[..^2]);
    }

    private static void ReduceMean(OperatorScope scope, FloatReduceMeanOperator op)
    {
        int[] input = scope.Input(0).Shape;
        for (int i = 0; i < op.Axes.Length; i++)
        {
            if ((uint)op.Axes[i] >= (uint)input.Length || (i > 0 && op.Axes[i] <= op.Axes[i - 1]))
            {
                throw scope.Fail(
                    $"axes[{i}]", $"{op.Axes[i]} is no axis of rank {input.Length} or not larger than the one before");
            }
        }

        int[] kept = [.. input];
        foreach (int axis in op.Axes)
            kept[axis] = 1;
        List<int> dropped = [.. input];
        for (int i = op.Axes.Length - 1; i >= 0; i--)
            dropped.RemoveAt(op.Axes[i]);
        if (dropped.Count == 0)
            dropped.Add(1);
        ReadOnlySpan<int> output = scope.Output.Shape;
        if (!output.SequenceEqual(kept) && !output.SequenceEqual(dropped.ToArray()))
            throw scope.Mismatch("outputs[0]", output, kept);
    }
}
