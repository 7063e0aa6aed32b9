namespace Edge.Quantizer.Graph;

/// <summary>
/// A network as a list of nodes in an order in which every value is computed before it is read. All edits go through the
/// methods here, which keep <see cref="Value.Producer"/> right; <see cref="Check"/> proves the invariants.
/// </summary>
public sealed class ModelGraph(string name)
{
    private readonly List<Node> _nodes = [];

    public string Name { get; set; } = name;

    public List<Value> Inputs { get; } = [];

    public List<Value> Outputs { get; } = [];

    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Full paths of the files beside the model that its weights were read from; empty where the model holds them all.</summary>
    public IReadOnlyCollection<string> ExternalFiles { get; set; } = [];

    public void Add(Node node) => Insert(_nodes.Count, node);

    public void Insert(int index, Node node)
    {
        foreach (Value output in node.Outputs)
            output.Producer = node;
        _nodes.Insert(index, node);
    }

    public void InsertBefore(Node place, Node node) => Insert(IndexOf(place), node);

    public void InsertAfter(Node place, Node node) => Insert(IndexOf(place) + 1, node);

    public void Remove(Node node)
    {
        _nodes.RemoveAt(IndexOf(node));
        foreach (Value output in node.Outputs)
        {
            if (output.Producer == node)
                output.Producer = null;
        }
    }

    /// <summary>Puts <paramref name="replacement"/> where <paramref name="node"/> stood.</summary>
    public void Replace(Node node, params ReadOnlySpan<Node> replacement)
    {
        int index = IndexOf(node);
        Remove(node);
        foreach (Node n in replacement)
            Insert(index++, n);
    }

    /// <summary>Makes every reader of <paramref name="old"/>, graph outputs included, read <paramref name="value"/>.</summary>
    public void ReplaceUses(Value old, Value value)
    {
        foreach (Node node in _nodes)
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] == old)
                    node.Inputs[i] = value;
            }
        }

        for (int i = 0; i < Outputs.Count; i++)
        {
            if (Outputs[i] == old)
                Outputs[i] = value;
        }
    }

    /// <summary>Nodes that read the value, in order, each once.</summary>
    public List<Node> Consumers(Value value) => _nodes.FindAll(n => n.Inputs.Contains(value));

    /// <summary>Readers of every value, computed once for the whole graph.</summary>
    public ILookup<Value, Node> AllConsumers() =>
        _nodes.SelectMany(n => n.Inputs.Where(v => v is not null).Distinct().Select(v => (Value: v!, Node: n)))
            .ToLookup(p => p.Value, p => p.Node);

    /// <summary>True when exactly one node reads the value and it is no graph output.</summary>
    public bool HasSingleUse(Value value) => !Outputs.Contains(value) && Consumers(value).Count == 1;

    /// <summary>Removes nodes whose outputs nobody reads. Returns how many went.</summary>
    public int RemoveDeadNodes()
    {
        var live = new HashSet<Value>(Outputs);
        int before = _nodes.Count;
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            Node node = _nodes[i];
            if (node.Outputs.Any(live.Contains))
            {
                foreach (Value? input in node.Inputs)
                {
                    if (input is not null)
                        live.Add(input);
                }
            }
            else
            {
                Remove(node);
            }
        }

        return before - _nodes.Count;
    }

    /// <summary>A value name that the graph does not use yet.</summary>
    public string UniqueName(string stem)
    {
        var used = new HashSet<string>(_nodes.SelectMany(n => n.Outputs.Concat(n.Inputs.OfType<Value>())).Concat(Inputs).Select(v => v.Name));
        string candidate = stem;
        for (int i = 1; !used.Add(candidate); i++)
            candidate = $"{stem}_{i}";
        return candidate;
    }

    /// <summary>Proves that nodes stand in order, every value has one producer and names are unique.</summary>
    /// <exception cref="InvalidDataException">The graph is broken; names the node and value.</exception>
    public void Check()
    {
        var known = new HashSet<Value>(Inputs);
        var names = new Dictionary<string, Value>();
        foreach (Value input in Inputs)
            names[input.Name] = input;
        foreach (Node node in _nodes)
        {
            foreach (Value? input in node.Inputs)
            {
                if (input is { IsConstant: false } && !known.Contains(input))
                    throw new InvalidDataException($"{node} reads '{input.Name}' before anything computes it");
            }

            foreach (Value output in node.Outputs)
            {
                if (!known.Add(output) || output.Producer != node)
                    throw new InvalidDataException($"'{output.Name}' has two producers, one of them {node}");
                if (!names.TryAdd(output.Name, output))
                    throw new InvalidDataException($"two values are named '{output.Name}'");
            }
        }

        foreach (Value output in Outputs)
        {
            if (!known.Contains(output) && !output.IsConstant)
                throw new InvalidDataException($"nothing computes the graph output '{output.Name}'");
        }
    }

    private int IndexOf(Node node)
    {
        int index = _nodes.IndexOf(node);
        return index >= 0 ? index : throw new ArgumentException($"{node} is not in graph '{Name}'", nameof(node));
    }
}
