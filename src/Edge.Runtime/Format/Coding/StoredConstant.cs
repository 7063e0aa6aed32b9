namespace Edge.Runtime.Format;

/// <summary>How the elements of a constant are laid out in a compressed package.</summary>
public enum ConstantLayout
{
    /// <summary>The bytes as they are.</summary>
    Plain,

    /// <summary>A symbol for every element.</summary>
    Dense,

    /// <summary>Zeros are left out: gaps of 4 bits between the other elements, and a symbol for each of these.</summary>
    Sparse4,

    /// <summary>As <see cref="Sparse4"/> with gaps of 8 bits.</summary>
    Sparse8,

    /// <summary>Numbers of 32 bits without the zeros at their ends, as differences to the least.</summary>
    Narrow,

    /// <summary>A first float and what each is multiplied with to give the next.</summary>
    Geometric,
}

/// <summary>How a constant lies in a compressed package.</summary>
public sealed record StoredConstant
{
    public required ConstantLayout Layout { get; init; }

    /// <summary>The coder of gaps and symbols: "huffman", "rans", "fixed" (no entropy coding) or, where there is none, "".</summary>
    public required string Coder { get; init; }

    /// <summary>Different values; 0 where elements are stored by themselves.</summary>
    public required int Codebook { get; init; }

    /// <summary>Sets of code tables: rows (output channels) of a class share one.</summary>
    public required int Classes { get; init; }

    /// <summary>Symbols in the code: elements that are stored.</summary>
    public required int Symbols { get; init; }

    /// <summary>Gaps in the code, runs of zeros included; 0 in dense layouts.</summary>
    public required int Gaps { get; init; }

    /// <summary>Bytes in the package, header and tables included.</summary>
    public required long Length { get; init; }
}
