using static Edge.Runtime.Format.Verification.ShapeCheck;

namespace Edge.Runtime.Format.Verification;

/// <summary>
/// Operators that move elements: where each comes from lies inside the input, and every output element gets one.
/// </summary>
internal static class MovementCheck
{
    public static void Concat(OperatorScope scope, ConcatOperator op)
    {
        scope.RequireOneType();
        TensorDefinition output = scope.Output;
        int rank = output.Shape.Length;
        scope.RequireAxis(op.Axis, rank);
        long sum = 0;
        for (int i = 0; i < op.Inputs.Length; i++)
        {
            TensorDefinition input = scope.Input(i);
            if (input.Shape.Length != rank)
                throw scope.Mismatch($"inputs[{i}]", input.Shape, output.Shape);
            for (int d = 0; d < rank; d++)
            {
                if (d != op.Axis && input.Shape[d] != output.Shape[d])
                    throw scope.Mismatch($"inputs[{i}]", input.Shape, output.Shape);
            }

            sum += input.Shape[op.Axis];
            if (!InPlace.SameQuantization(input, output))
                scope.RequireRescale(i);
        }

        if (sum != output.Shape[op.Axis])
            throw scope.Fail("outputs[0]", $"dimension {op.Axis} is {output.Shape[op.Axis]}, the inputs add up to {sum}");
    }

    public static void Slice(OperatorScope scope, SliceOperator op)
    {
        scope.RequireSameQuantization();
        int[] input = scope.Input(0).Shape, output = scope.Output.Shape;
        if (output.Length != input.Length)
            throw scope.Fail("outputs[0]", $"rank {output.Length} must be {input.Length}");
        RequireLength(scope, "begin", op.Begin, input.Length);
        RequireLength(scope, "step", op.Step, input.Length);
        for (int d = 0; d < input.Length; d++)
        {
            if (op.Step[d] == 0)
                throw scope.Fail($"step[{d}]", "is 0");
            if ((uint)op.Begin[d] >= (uint)input[d])
                throw scope.Fail($"begin[{d}]", $"{op.Begin[d]} is outside of dimension {input[d]}");
            long last = op.Begin[d] + ((long)op.Step[d] * (output[d] - 1));
            if (last < 0 || last >= input[d])
                throw scope.Fail($"step[{d}]", $"the last index {last} is outside of dimension {input[d]}");
        }
    }

    public static void ChannelShuffle(OperatorScope scope, ChannelShuffleOperator op)
    {
        scope.RequireSameQuantization();
        scope.RequireSameShape();
        int channels = scope.Output.Shape[^1];
        if (op.Groups < 1 || channels % op.Groups != 0)
            throw scope.Fail("groups", $"{op.Groups} does not divide {channels} channels");
    }

    public static void Reshape(OperatorScope scope)
    {
        scope.RequireSameQuantization();
        int[] input = scope.Input(0).Shape, output = scope.Output.Shape;
        if (Elements(input) != Elements(output))
        {
            throw scope.Fail(
                "outputs[0]", $"shape {Text(output)} can't hold the elements of {Text(input)}");
        }
    }

    public static void Transpose(OperatorScope scope, TransposeOperator op)
    {
        scope.RequireSameQuantization();
        int[] input = scope.Input(0).Shape, output = scope.Output.Shape;
        RequireLength(scope, "permutation", op.Permutation, input.Length);
        if (output.Length != input.Length)
            throw scope.Fail("outputs[0]", $"rank {output.Length} must be {input.Length}");
        int seen = 0;
        for (int d = 0; d < input.Length; d++)
        {
            int axis = op.Permutation[d];
            if ((uint)axis >= (uint)input.Length || (seen & (1 << axis)) != 0)
                throw scope.Fail($"permutation[{d}]", $"{axis} is no axis or stands twice");
            seen |= 1 << axis;
            if (output[d] != input[axis])
                throw scope.Fail("outputs[0]", $"dimension {d} is {output[d]}, must be {input[axis]}");
        }
    }

    public static void Pad(OperatorScope scope, PadOperator op)
    {
        scope.RequireSameQuantization();
        scope.RequireDefined("mode", op.Mode);
        scope.RequireFinite("value", op.Value);
        int[] input = scope.Input(0).Shape, output = scope.Output.Shape;
        if (output.Length != input.Length)
            throw scope.Fail("outputs[0]", $"rank {output.Length} must be {input.Length}");
        RequireLength(scope, "before", op.Before, input.Length);
        RequireLength(scope, "after", op.After, input.Length);
        for (int d = 0; d < input.Length; d++)
        {
            RequirePad(scope, $"before[{d}]", op.Before[d], input[d], op.Mode);
            RequirePad(scope, $"after[{d}]", op.After[d], input[d], op.Mode);
            long size = (long)input[d] + op.Before[d] + op.After[d];
            if (output[d] != size)
                throw scope.Fail("outputs[0]", $"dimension {d} is {output[d]}, must be {size}");
        }
    }

    public static void Resize(OperatorScope scope, ResizeOperator op)
    {
        scope.RequireSameQuantization();
        scope.RequireDefined("mode", op.Mode);
        scope.RequireDefined("coordinates", op.Coordinates);
        scope.RequireDefined("rounding", op.Rounding);
        TensorDefinition input = scope.Input(0), output = scope.Output;
        scope.RequireImage(input, "inputs[0]");
        scope.RequireImage(output, "outputs[0]");
        if (input.Shape[3] != output.Shape[3])
            throw scope.Fail("outputs[0]", $"{output.Shape[3]} channels must be {input.Shape[3]}");
        RequireScale(scope, "scaleY", op.ScaleY, input.Shape[1], output.Shape[1]);
        RequireScale(scope, "scaleX", op.ScaleX, input.Shape[2], output.Shape[2]);
    }

    private static void RequirePad(OperatorScope scope, string member, int pad, int dimension, PadMode mode)
    {
        if (pad < 0)
            throw scope.Fail(member, $"{pad} is negative");
        if (mode == PadMode.Reflect && pad >= dimension)
            throw scope.Fail(member, $"{pad} is not less than dimension {dimension}, so there is nothing to reflect");
    }

    /// <summary>ONNX: output = floor(input · scale); one more or less where a stated size was turned into a scale.</summary>
    private static void RequireScale(OperatorScope scope, string member, float scale, int input, int output)
    {
        if (!float.IsNormal(scale) || scale < 0)
            throw scope.Fail(member, $"{scale} is not a positive, finite, normal number");
        if (Math.Abs(output - ((double)input * scale)) > 1)
            throw scope.Fail(member, $"{scale} does not turn {input} pixels into {output}");
    }

    private static void RequireLength(OperatorScope scope, string member, int[] values, int rank)
    {
        if (values.Length != rank)
            throw scope.Fail(member, $"{values.Length} values for rank {rank}");
    }

    private static long Elements(ReadOnlySpan<int> shape)
    {
        long elements = 1;
        foreach (int dimension in shape)
            elements *= dimension;
        return elements;
    }
}
