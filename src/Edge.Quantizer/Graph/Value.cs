namespace Edge.Quantizer.Graph;

/// <summary>An edge of the graph: a named tensor with at most one producer. A value with <see cref="Constant"/> set has none.</summary>
public sealed class Value(string name)
{
    public string Name { get; set; } = name;

    /// <summary>Known data: a weight, or the result of folding.</summary>
    public Tensor? Constant { get; set; }

    /// <summary>Null until shape inference ran.</summary>
    public int[]? Shape { get; set; }

    public DataType Type { get; set; }

    /// <summary>The node that computes this value; null for graph inputs and constants. Maintained by <see cref="ModelGraph"/>.</summary>
    public Node? Producer { get; internal set; }

    public bool IsConstant => Constant is not null;

    public override string ToString() => $"{Name} {(Shape is null ? "?" : $"[{string.Join(", ", Shape)}]")}";
}
