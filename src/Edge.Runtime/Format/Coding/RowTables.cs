namespace Edge.Runtime.Format.Coding;

/// <summary>Which table codes the elements of each row (output channel) of a constant.</summary>
/// <param name="rowLength">Elements of one row; of the whole constant where there is one class.</param>
/// <param name="classes">Class of each row; empty where there is one.</param>
internal readonly ref struct RowTables(int rowLength, ReadOnlySpan<byte> classes)
{
    private readonly ReadOnlySpan<byte> _classes = classes;

    public int RowLength { get; } = rowLength;

    /// <summary>The class of a row; 0 behind the last one.</summary>
    public int this[int row] => (uint)row < (uint)_classes.Length ? _classes[row] : 0;
}
