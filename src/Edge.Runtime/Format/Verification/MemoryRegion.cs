namespace Edge.Runtime.Format.Verification;

/// <summary>
/// The bytes of a tensor, or of some of its channels: rows of <paramref name="Width"/> bytes, <paramref name="Stride"/> apart.
/// </summary>
internal readonly record struct MemoryRegion(long Start, long Rows, long Width, long Stride)
{
    private long End => Start + ((Rows - 1) * Stride) + Width;

    public static MemoryRegion Whole(TensorDefinition tensor) => Channels(tensor, 0, tensor.Shape[^1]);

    public static MemoryRegion Channels(TensorDefinition tensor, int first, int count)
    {
        long rows = 1, size = tensor.Type.Size();
        foreach (int dimension in tensor.Shape.AsSpan(..^1))
            rows *= dimension;
        return new MemoryRegion(tensor.Offset + (first * size), rows, count * size, tensor.RowStride * size);
    }

    /// <summary>
    /// False only if no byte is shared: one ends before the other begins, or both have the same stride and keep to different
    /// columns of it.
    /// </summary>
    public bool Overlaps(MemoryRegion other)
    {
        if (End <= other.Start || other.End <= Start)
            return false;
        if (Stride != other.Stride)
            return true;
        long distance = (other.Start - Start) % Stride;
        if (distance < 0)
            distance += Stride;
        return distance < Width || Stride - distance < other.Width;
    }
}
