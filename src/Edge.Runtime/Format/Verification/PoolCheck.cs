using Edge.Runtime.Numerics;

namespace Edge.Runtime.Format.Verification;

/// <summary>Maximum and average pools.</summary>
internal static class PoolCheck
{
    public static void Run(OperatorScope scope, PoolOperator op)
    {
        scope.RequireDefined("kind", op.Kind);
        bool sumsToFloat = op.Kind == PoolKind.Average && scope.Output.Type == ElementType.Float32 && scope.Input(0).Type == ElementType.Int8;
        if (!sumsToFloat)
            scope.RequireOneType();
        WindowCheck.Run(scope, op.Window, pool: true);
        TensorDefinition input = scope.Input(0), output = scope.Output;
        if (input.Shape[3] != output.Shape[3])
            throw scope.Fail("outputs[0]", $"{output.Shape[3]} channels must be {input.Shape[3]}");
        RealPosition(scope, "height", input.Shape[1], output.Shape[1], op.Window.StrideY, op.Window.DilationY, op.Window.PadTop);
        RealPosition(scope, "width", input.Shape[2], output.Shape[2], op.Window.StrideX, op.Window.DilationX, op.Window.PadLeft);
        scope.RequireBounds(op.Low, op.High);
        scope.RequireNoBoundsInFloat(op.Low, op.High);
        if (input.Type == ElementType.Float32)
            return;

        if (op.Kind == PoolKind.Max)
        {
            scope.RequireSameQuantization();
            return;
        }

        // |x − zx| is at most 255.
        int count = op.Window.KernelHeight * op.Window.KernelWidth;
        if (count > int.MaxValue / 255)
            throw scope.Fail("window", $"the sum of {count} positions can leave 32 bits");
        float outputScale = sumsToFloat ? 1 : output.Scale;
        scope.RequireFactor("window", Requantization.Multiplier(input.Scale, 1, outputScale));
        scope.RequireFactor("window", input.Scale / (outputScale * count));
    }

    /// <summary>
    /// Every window holds at least one position of the image itself: a maximum or an average of nothing is undefined. Starts
    /// behind the image were refused already; one in front of it can step over a narrow image when dilated.
    /// </summary>
    private static void RealPosition(
        OperatorScope scope, string side, int input, int output, int stride, int dilation, int before)
    {
        for (long start = -before, i = 0; i < output && start < 0; i++, start += stride)
        {
            long firstInside = start + ((-start + dilation - 1) / dilation * dilation);
            if (firstInside >= input)
                throw scope.Fail("window", $"the window at output {side} {i} lies wholly in the padding");
        }
    }
}
