using Edge.Runtime.Format;

namespace Edge.Runtime.Execution;

/// <summary>A tensor in the arena while its value is there: valid only inside the call that handed it over.</summary>
public readonly ref struct TensorBytes
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal TensorBytes(TensorDefinition definition, ReadOnlySpan<byte> bytes)
    {
        Definition = definition;
        _bytes = bytes;
    }

    public TensorDefinition Definition { get; }

    /// <summary>Bytes of the elements without the gaps between the rows of a channel slice.</summary>
    public int Length
    {
        get
        {
            int length = Definition.Type.Size();
            foreach (int dimension in Definition.Shape)
                length *= dimension;
            return length;
        }
    }

    /// <summary>Writes the elements in memory order, little endian, without gaps.</summary>
    /// <param name="destination"><see cref="Length"/> bytes or more.</param>
    public void CopyTo(Span<byte> destination)
    {
        int size = Definition.Type.Size(), length = Length;
        int row = Definition.Shape[^1] * size, stride = Definition.RowStride * size;
        for (int from = 0, to = 0; to < length; from += stride, to += row)
            _bytes.Slice(from, row).CopyTo(destination[to..]);
    }

    public byte[] ToArray()
    {
        byte[] copy = new byte[Length];
        CopyTo(copy);
        return copy;
    }
}

/// <summary>Sees every operator's result right after it was computed, before its memory serves another tensor.</summary>
public interface ITraceSink
{
    /// <param name="index">Index into <see cref="ModelManifest.Operators"/>.</param>
    /// <param name="op">The operator that ran.</param>
    /// <param name="output">What it computed.</param>
    void Computed(int index, OperatorDefinition op, TensorBytes output);
}
