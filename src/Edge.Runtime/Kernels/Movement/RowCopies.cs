using System.Runtime.CompilerServices;

using Edge.Runtime.Kernels.Lookup;

namespace Edge.Runtime.Kernels.Movement;

/// <summary>What happens to the elements of one stretch. Steps are in elements.</summary>
internal unsafe interface IRowCopy<T>
    where T : unmanaged
{
    void Copy(T* source, nint sourceStep, T* destination, nint destinationStep, int count);

    void Fill(T* destination, nint destinationStep, int count);
}

/// <summary>Elements move unchanged.</summary>
internal readonly unsafe struct PlainRow<T>(T fill) : IRowCopy<T>
    where T : unmanaged
{
    private readonly T _fill = fill;

    public void Copy(T* source, nint sourceStep, T* destination, nint destinationStep, int count)
    {
        if (sourceStep == 1 && destinationStep == 1)
        {
            Unsafe.CopyBlockUnaligned(destination, source, (uint)(count * sizeof(T)));
            return;
        }

        for (int i = 0; i < count; i++)
            destination[i * destinationStep] = source[i * sourceStep];
    }

    public void Fill(T* destination, nint destinationStep, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i * destinationStep] = _fill;
    }
}

/// <summary>Int8 elements go through a table of 256 entries.</summary>
internal readonly unsafe struct MappedRow(RowLookup lookup) : IRowCopy<sbyte>
{
    private readonly RowLookup _lookup = lookup;

    public void Copy(sbyte* source, nint sourceStep, sbyte* destination, nint destinationStep, int count)
    {
        if (sourceStep == 1 && destinationStep == 1)
        {
            _lookup.Row(source, destination, count, _lookup.Table);
            return;
        }

        for (int i = 0; i < count; i++)
            destination[i * destinationStep] = _lookup.Table[source[i * sourceStep] + 128];
    }

    public void Fill(sbyte* destination, nint destinationStep, int count) =>
        throw new NotSupportedException("a box that maps its elements has a source for each of them");
}
