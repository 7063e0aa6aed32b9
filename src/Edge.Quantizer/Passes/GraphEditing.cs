using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>Edits that several passes need.</summary>
internal static class GraphEditing
{
    public static Value NewValue(this ModelGraph graph, string stem, int[] shape, DataType type = DataType.Float32) =>
        new(graph.UniqueName(stem)) { Shape = shape, Type = type };

    public static Value NewConstant(this ModelGraph graph, string stem, Tensor data) =>
        new(graph.UniqueName(stem)) { Constant = data, Shape = data.Shape, Type = data.Type };

    /// <summary>A node with one new output, placed in front of <paramref name="place"/>. Returns that output.</summary>
    public static Value EmitBefore(
        this ModelGraph graph,
        Node place,
        string opType,
        string stem,
        int[] shape,
        IEnumerable<Value?> inputs,
        Attributes? attributes = null)
    {
        Value output = graph.NewValue(stem, shape);
        graph.InsertBefore(place, new Node(output.Name, opType, inputs, [output], attributes));
        return output;
    }

    /// <summary>A Reshape in front of <paramref name="place"/>.</summary>
    public static Value ReshapeBefore(this ModelGraph graph, Node place, Value input, string stem, int[] shape) =>
        graph.EmitBefore(place, OpTypes.Reshape, stem, shape, [input], new Attributes().Set("shape", shape));

    /// <summary>Lets <paramref name="node"/> compute <paramref name="value"/> in place of its present output.</summary>
    public static void Redirect(Node node, int output, Value value)
    {
        Value old = node.Outputs[output];
        if (old.Producer == node)
            old.Producer = null;
        node.Outputs[output] = value;
        value.Producer = node;
    }

    /// <summary>
    /// Removes <paramref name="consumer"/>, whose work <paramref name="producer"/> has taken over: the producer now computes
    /// the consumer's output. What lay between them has no other reader.
    /// </summary>
    public static void Absorb(this ModelGraph graph, Node producer, Node consumer)
    {
        Value output = consumer.Output;
        graph.Remove(consumer);
        Redirect(producer, 0, output);
    }

    /// <summary>
    /// Removes a node whose first output equals <paramref name="source"/>. A graph output keeps its name: the source's
    /// producer then computes it. False, and nothing changed, when both are names that a user of the graph sees.
    /// </summary>
    public static bool TryForward(this ModelGraph graph, Node node, Value source)
    {
        Value output = node.Output;
        if (!graph.Outputs.Contains(output))
        {
            graph.Remove(node);
            graph.ReplaceUses(output, source);
            return true;
        }

        if (source.Producer is not { } producer || graph.Outputs.Contains(source))
            return false;
        graph.Remove(node);
        Redirect(producer, producer.Outputs.IndexOf(source), output);
        graph.ReplaceUses(source, output);
        return true;
    }

    public static bool SameShape(Value a, Value b) => a.Shape is { } x && b.Shape is { } y && x.AsSpan().SequenceEqual(y);

    public static int[] Permute(int[] shape, int[] permutation) => Array.ConvertAll(permutation, axis => shape[axis]);

    /// <summary>True when a fused activation bounds the node's output.</summary>
    public static bool IsBounded(this Node node) =>
        node.Attributes.Has(OpTypes.FusedLow) || node.Attributes.Has(OpTypes.FusedHigh);

    /// <summary>The constant's single element, or null.</summary>
    public static float? ScalarOrNull(this Value? value) =>
        value?.Constant is { Type: DataType.Float32, Count: 1 } t ? t.Floats[0] : null;

    /// <summary>Shape of an element-by-element result (NumPy broadcasting).</summary>
    /// <exception cref="InvalidDataException">The shapes do not go together.</exception>
    public static int[] Broadcast(int[] a, int[] b)
    {
        int[] result = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= result.Length; i++)
        {
            int x = i <= a.Length ? a[^i] : 1;
            int y = i <= b.Length ? b[^i] : 1;
            if (x != y && x != 1 && y != 1)
                throw new InvalidDataException($"shapes [{string.Join(", ", a)}] and [{string.Join(", ", b)}] do not broadcast");
            result[^i] = x == 1 ? y : x;
        }

        return result;
    }
}
