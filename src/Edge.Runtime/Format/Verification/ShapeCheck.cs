namespace Edge.Runtime.Format.Verification;

/// <summary>Rank, dimensions and their product.</summary>
internal static class ShapeCheck
{
    public const int MaxRank = 6;

    /// <summary>Elements of one tensor stay below this, so that sizes and indices fit in 32 bits everywhere.</summary>
    public const long MaxElements = 1L << 28;

    /// <summary>The number of elements.</summary>
    public static long Elements(VerificationContext context, string field, int[] shape)
    {
        if (shape.Length is 0 or > MaxRank)
            throw context.Fail(field, $"rank {shape.Length} is not between 1 and {MaxRank}");
        long elements = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            if (shape[i] < 1)
                throw context.Fail($"{field}[{i}]", $"dimension {shape[i]} is less than 1");
            elements *= shape[i];
            if (elements > MaxElements)
                throw context.Fail(field, $"{Text(shape)} has more than {MaxElements} elements");
        }

        return elements;
    }

    /// <summary>Dimensions as an error message shows them.</summary>
    public static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
