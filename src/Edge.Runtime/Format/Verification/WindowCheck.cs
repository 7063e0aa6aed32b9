namespace Edge.Runtime.Format.Verification;

/// <summary>Sliding windows: kernel, stride, dilation, padding, and the output size that follows from them.</summary>
internal static class WindowCheck
{
    /// <summary>
    /// Output positions × kernel positions of one operator: bounds the tables that kernels build from a window.
    /// </summary>
    public const long MaxPositions = 1L << 27;

    private const int MaxParameter = 1 << 15;

    /// <param name="pool">
    /// Pools may have a last window that reaches over the padding (ceil_mode), but none that sees only padding. Convolutions may
    /// (SqueezeNet 1.0 pads a 1×1 convolution by 1), up to the size of the image.
    /// </param>
    public static void Run(OperatorScope scope, Window window, bool pool)
    {
        TensorDefinition input = scope.Input(0), output = scope.Output;
        scope.RequireImage(input, "inputs[0]");
        scope.RequireImage(output, "outputs[0]");
        Positive(scope, "window.kernelHeight", window.KernelHeight);
        Positive(scope, "window.kernelWidth", window.KernelWidth);
        Positive(scope, "window.strideY", window.StrideY);
        Positive(scope, "window.strideX", window.StrideX);
        Positive(scope, "window.dilationY", window.DilationY);
        Positive(scope, "window.dilationX", window.DilationX);
        long spanY = ((window.KernelHeight - 1L) * window.DilationY) + 1;
        long spanX = ((window.KernelWidth - 1L) * window.DilationX) + 1;
        int imageY = pool ? 0 : input.Shape[1], imageX = pool ? 0 : input.Shape[2];
        Padding(scope, "window.padTop", window.PadTop, spanY, imageY);
        Padding(scope, "window.padBottom", window.PadBottom, spanY, imageY);
        Padding(scope, "window.padLeft", window.PadLeft, spanX, imageX);
        Padding(scope, "window.padRight", window.PadRight, spanX, imageX);
        Size(scope, 1, input.Shape[1], output.Shape[1], spanY, window.StrideY, window.PadTop, window.PadBottom, pool);
        Size(scope, 2, input.Shape[2], output.Shape[2], spanX, window.StrideX, window.PadLeft, window.PadRight, pool);
        long kernel = (long)window.KernelHeight * window.KernelWidth, positions = (long)output.Shape[1] * output.Shape[2];
        if (positions * kernel > MaxPositions)
        {
            throw scope.Fail(
                "window", $"{positions} output positions times {kernel} kernel positions are more than {MaxPositions}");
        }
    }

    private static void Positive(OperatorScope scope, string member, int value)
    {
        if (value is < 1 or > MaxParameter)
            throw scope.Fail(member, $"{value} is not between 1 and {MaxParameter}");
    }

    private static void Padding(OperatorScope scope, string member, int pad, long span, int image)
    {
        long most = Math.Max(span - 1, image);
        if (pad < 0 || pad > most)
            throw scope.Fail(member, $"{pad} is not between 0 and {most}");
    }

    private static void Size(
        OperatorScope scope, int axis, int input, int output, long span, int stride, int before, int after, bool roundUp)
    {
        string side = axis == 1 ? "height" : "width";
        long room = (long)input + before + after - span;
        if (room < 0)
            throw scope.Fail("window", $"a kernel that reaches {span} does not fit in a padded {side} of {room + span}");
        long size = (room / stride) + 1;
        bool oneMore = roundUp && output == size + 1 && room % stride != 0 && size * stride < (long)input + before;
        if (output != size && !oneMore)
            throw scope.Fail("outputs[0]", $"{side} {output} must be {size}");
    }
}
