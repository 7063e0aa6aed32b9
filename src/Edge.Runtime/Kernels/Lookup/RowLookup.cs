using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Lookup;

/// <summary>y = table[x + 128] for a contiguous row of int8, in the form of one instruction set.</summary>
internal readonly unsafe struct RowLookup(
    delegate*<sbyte*, sbyte*, int, sbyte*, void> row, sbyte* table, InstructionSet form)
{
    /// <summary>Source, destination, count, table. The destination may be the source.</summary>
    public readonly delegate*<sbyte*, sbyte*, int, sbyte*, void> Row = row;

    /// <summary>256 entries.</summary>
    public readonly sbyte* Table = table;

    /// <summary>Form that <see cref="Row"/> is written in, for the kernel's name.</summary>
    public readonly InstructionSet Form = form;

    /// <summary>The lookup for the context's instruction set, with its own copy of the table.</summary>
    public static RowLookup Create(ReadOnlySpan<sbyte> table, PreparationContext context)
    {
        var copy = (sbyte*)context.Allocate(256);
        table[..256].CopyTo(new Span<sbyte>(copy, 256));
        return new RowLookup(&LookupScalar.Row, copy, InstructionSet.Scalar);
    }
}
