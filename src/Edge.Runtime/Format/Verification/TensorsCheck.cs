using static Edge.Runtime.Format.Verification.ShapeCheck;

namespace Edge.Runtime.Format.Verification;

/// <summary>
/// Every tensor by itself: shape, quantization, and that it lies inside the arena or is a constant of the same shape.
/// </summary>
internal static class TensorsCheck
{
    /// <summary>A model for small boards that wants more scratch memory than this is damaged or hostile.</summary>
    public const long MaxArenaSize = 1L << 30;

    public static void Run(VerificationContext context)
    {
        ModelManifest manifest = context.Manifest;
        if (manifest.ArenaSize is < 0 or > MaxArenaSize)
            throw context.Fail("arenaSize", $"{manifest.ArenaSize} is not between 0 and {MaxArenaSize}");
        var names = new HashSet<string>(manifest.Tensors.Length);
        for (int i = 0; i < manifest.Tensors.Length; i++)
        {
            string field = $"tensors[{i}]";
            TensorDefinition tensor = manifest.Tensors[i] ?? throw context.Fail(field, "is null");
            if (tensor.Name.Length == 0 || !names.Add(tensor.Name))
                throw context.Fail($"{field}.name", $"'{tensor.Name}' is empty or names another tensor too");
            long elements = ShapeCheck.Elements(context, $"{field}.shape", tensor.Shape);
            CheckQuantization(context, field, tensor);
            if (tensor.Constant is { } constant)
                CheckConstant(context, field, tensor, constant);
            else
                CheckPlace(context, field, tensor, elements);
        }
    }

    private static void CheckQuantization(VerificationContext context, string field, TensorDefinition tensor)
    {
        if (!Enum.IsDefined(tensor.Type))
            throw context.Fail($"{field}.type", "is no element type");
        if (tensor.Type != ElementType.Int8)
        {
            if (tensor.Scale != 0 || tensor.ZeroPoint != 0)
                throw context.Fail($"{field}.scale", $"a {tensor.Type} tensor has neither scale nor zero point");
            return;
        }

        if (!float.IsNormal(tensor.Scale) || tensor.Scale < 0)
            throw context.Fail($"{field}.scale", $"{tensor.Scale} is not a positive, finite, normal number");
        if (tensor.ZeroPoint is < -128 or > 127)
            throw context.Fail($"{field}.zeroPoint", $"{tensor.ZeroPoint} is not between -128 and 127");
    }

    private static void CheckConstant(VerificationContext context, string field, TensorDefinition tensor, int index)
    {
        if ((uint)index >= (uint)context.Manifest.Constants.Length)
            throw context.Fail($"{field}.constant", $"there is no constant {index}");
        ConstantDefinition constant = context.Manifest.Constants[index];
        if (constant.Type != tensor.Type || !constant.Shape.AsSpan().SequenceEqual(tensor.Shape))
        {
            throw context.Fail(
                $"{field}.constant",
                $"constant {index} is {constant.Type} {Text(constant.Shape)}, the tensor {tensor.Type} {Text(tensor.Shape)}");
        }

        if (!InPlace.IsDense(tensor))
            throw context.Fail($"{field}.rowStride", $"{tensor.RowStride} differs from the last dimension of a constant");
    }

    private static void CheckPlace(VerificationContext context, string field, TensorDefinition tensor, long elements)
    {
        int last = tensor.Shape[^1], size = tensor.Type.Size();
        if (tensor.Type == ElementType.Int32)
            throw context.Fail($"{field}.type", "an Int32 tensor must be a constant");
        if (tensor.RowStride < last)
            throw context.Fail($"{field}.rowStride", $"{tensor.RowStride} is less than the last dimension {last}");
        if (tensor.Type == ElementType.Float32 && tensor.RowStride != last)
            throw context.Fail($"{field}.rowStride", "a Float32 tensor must be dense");
        if (tensor.Offset < 0 || tensor.Offset % size != 0)
            throw context.Fail($"{field}.offset", $"{tensor.Offset} is negative or no multiple of {size}");

        // At most 2^28 · 2^31 · 4: no overflow in 64 bits.
        long bytes = ((((elements / last) - 1) * tensor.RowStride) + last) * size;
        if (tensor.Offset > context.Manifest.ArenaSize || bytes > context.Manifest.ArenaSize - tensor.Offset)
        {
            throw context.Fail(
                $"{field}.offset", $"{bytes} bytes at {tensor.Offset} reach behind the arena's {context.Manifest.ArenaSize}");
        }
    }
}
