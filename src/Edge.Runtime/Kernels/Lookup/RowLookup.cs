using Edge.Runtime.Execution;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Lookup;

/// <summary>y = table[x + 128] for a contiguous row of int8, in the form of one instruction set.</summary>
internal readonly unsafe struct RowLookup
{
    private RowLookup(delegate*<sbyte*, sbyte*, int, sbyte*, void> row, sbyte* table, string form)
    {
        Row = row;
        Table = table;
        Form = form;
    }

    /// <summary>Source, destination, count, table. The destination may be the source.</summary>
    public delegate*<sbyte*, sbyte*, int, sbyte*, void> Row { get; }

    /// <summary>256 entries.</summary>
    public sbyte* Table { get; }

    /// <summary>Tile and instruction set, for the kernel's name.</summary>
    public string Form { get; }

    /// <summary>The lookup for the context's instruction set, with its own copy of the table.</summary>
    public static RowLookup Create(ReadOnlySpan<sbyte> table, PreparationContext context)
    {
        var copy = (sbyte*)context.Allocate(256);
        table[..256].CopyTo(new Span<sbyte>(copy, 256));
        return context.VectorForm() switch
        {
            VectorForm.Avx2 => new RowLookup(&LookupAvx2.Row, copy, "32Avx2"),
            VectorForm.Neon => new RowLookup(&LookupNeon.Row, copy, "16Neon"),
            _ => new RowLookup(&LookupScalar.Row, copy, "Scalar"),
        };
    }
}
