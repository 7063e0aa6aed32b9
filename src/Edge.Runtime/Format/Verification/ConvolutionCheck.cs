using Edge.Runtime.Numerics;

namespace Edge.Runtime.Format.Verification;

/// <summary>Convolutions and fully connected layers: shapes of the constants, and that no sum can leave 32 bits.</summary>
internal static class ConvolutionCheck
{
    public static void Conv(OperatorScope scope, ConvOperator op)
    {
        scope.RequireTypes(ElementType.Int8, ElementType.Int8);
        WindowCheck.Run(scope, op.Window, pool: false);
        scope.RequireBounds(op.Low, op.High);
        int outputs = scope.Output.Shape[3], inputs = ChannelsOfGroup(scope, op.Groups);
        ReadOnlySpan<sbyte> weights =
            scope.RequireConstant<sbyte>("weights", op.Weights, outputs, op.Window.KernelHeight, op.Window.KernelWidth, inputs);
        Sums(scope, weights, op.WeightScales, op.Bias, outputs);
    }

    public static void FullyConnected(OperatorScope scope, FullyConnectedOperator op)
    {
        scope.RequireTypes(ElementType.Int8, scope.Output.Type == ElementType.Float32 ? ElementType.Float32 : ElementType.Int8);
        scope.RequireBounds(op.Low, op.High);
        scope.RequireNoBoundsInFloat(op.Low, op.High);
        int inputs = Elements(scope.Input(0)), outputs = scope.Output.Shape[^1];
        if (Elements(scope.Output) != outputs)
            throw scope.Fail("outputs[0]", $"{Elements(scope.Output)} elements in more than one row of {outputs}; the product is one vector");
        ReadOnlySpan<sbyte> weights = scope.RequireConstant<sbyte>("weights", op.Weights, outputs, inputs);
        Sums(scope, weights, op.WeightScales, op.Bias, outputs);
    }

    public static void FloatConv(OperatorScope scope, FloatConvOperator op)
    {
        scope.RequireTypes(ElementType.Float32, ElementType.Float32);
        WindowCheck.Run(scope, op.Window, pool: false);
        scope.RequireFinite("low", op.Low);
        scope.RequireFinite("high", op.High);
        if (op.Low > op.High)
            throw scope.Fail("high", $"{op.High} is less than low, {op.Low}");
        int outputs = scope.Output.Shape[3], inputs = ChannelsOfGroup(scope, op.Groups);
        scope.RequireFinite(
            "weights",
            scope.RequireConstant<float>("weights", op.Weights, outputs, op.Window.KernelHeight, op.Window.KernelWidth, inputs));
        scope.RequireFinite("bias", scope.RequireConstant<float>("bias", op.Bias, outputs));
    }

    private static int Elements(TensorDefinition tensor)
    {
        int elements = 1;
        foreach (int dimension in tensor.Shape)
            elements *= dimension;
        return elements;
    }

    private static int ChannelsOfGroup(OperatorScope scope, int groups)
    {
        int inputs = scope.Input(0).Shape[3], outputs = scope.Output.Shape[3];
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0)
            throw scope.Fail("groups", $"{groups} does not divide {inputs} input and {outputs} output channels");
        return inputs / groups;
    }

    /// <summary>
    /// Weights in [-127, 127]; per channel a usable scale and multiplier, and |bias| + Σ|w|·max|x − zx| at most 2³¹ − 1, so that
    /// the exact sum fits in 32 bits whatever the image.
    /// </summary>
    private static void Sums(OperatorScope scope, ReadOnlySpan<sbyte> weights, int scaleIndex, int biasIndex, int channels)
    {
        TensorDefinition input = scope.Input(0), output = scope.Output;
        ReadOnlySpan<float> scales = scope.RequireConstant<float>("weightScales", scaleIndex, channels);
        ReadOnlySpan<int> bias = scope.RequireConstant<int>("bias", biasIndex, channels);
        int lowest = weights.IndexOf(sbyte.MinValue);
        if (lowest >= 0)
            throw scope.Fail("weights", $"element {lowest} is -128; weights lie in [-127, 127]");
        int length = weights.Length / channels;
        float outputScale = output.Type == ElementType.Float32 ? 1 : output.Scale;
        int reach = Math.Max(127 - input.ZeroPoint, input.ZeroPoint + 128);
        for (int c = 0; c < channels; c++)
        {
            if (!float.IsNormal(scales[c]) || scales[c] < 0)
                throw scope.Fail("weightScales", $"element {c} is {scales[c]}, not a positive, finite, normal number");
            scope.RequireFactor("weightScales", Requantization.Multiplier(input.Scale, scales[c], outputScale));

            // Adding up the weights is needed only for layers too long for the general bound.
            long room = int.MaxValue - Math.Abs((long)bias[c]);
            if (length * 127L * reach > room && MagnitudeSum(weights.Slice(c * length, length)) * reach > room)
                throw scope.Fail("weights", $"the sum of output channel {c} can leave 32 bits");
        }
    }

    private static long MagnitudeSum(ReadOnlySpan<sbyte> weights)
    {
        long sum = 0;
        foreach (sbyte weight in weights)
            sum += Math.Abs((int)weight);
        return sum;
    }
}
