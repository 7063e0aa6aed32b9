namespace Edge.Quantizer.Graph;

/// <summary>One operator of the graph. After import all nodes have the canonical form described in <see cref="OpTypes"/>.</summary>
public sealed class Node(string name, string opType, IEnumerable<Value?> inputs, IEnumerable<Value> outputs, Attributes? attributes = null)
{
    public string Name { get; set; } = name;

    /// <summary>One of <see cref="OpTypes"/>.</summary>
    public string OpType { get; set; } = opType;

    /// <summary>Null marks an optional input that is left out.</summary>
    public List<Value?> Inputs { get; } = [.. inputs];

    public List<Value> Outputs { get; } = [.. outputs];

    public Attributes Attributes { get; } = attributes ?? new Attributes();

    public Value Output => Outputs[0];

    /// <summary>The input at this place, or null when it is absent.</summary>
    public Value? InputOrNull(int index) => index < Inputs.Count ? Inputs[index] : null;

    /// <exception cref="InvalidDataException">The input is absent.</exception>
    public Value Input(int index) =>
        InputOrNull(index) ?? throw new InvalidDataException($"node '{Name}' ({OpType}) lacks input {index}");

    public override string ToString() => $"{OpType} '{Name}'";
}
