using Edge.Quantizer.Onnx.Schema;

namespace Edge.Quantizer.Onnx;

/// <summary>Puts the nodes that the graph outputs need in an order in which every value is computed before it is read.</summary>
internal static class NodeOrder
{
    /// <summary>Needed nodes, in the file's order as far as that is possible.</summary>
    /// <exception cref="InvalidDataException">A value has two producers, or nodes read each other in a circle.</exception>
    public static List<NodeProto> Sort(GraphProto graph)
    {
        Dictionary<string, int> producers = Producers(graph);
        int[] waitsFor = CountNeeded(graph, producers, out bool[] needed);
        var readers = new List<int>[graph.Node.Count];
        for (int i = 0; i < readers.Length; i++)
        {
            if (needed[i])
                ForEachProducer(graph.Node[i], producers, p => (readers[p] ??= []).Add(i));
        }

        var ready = new PriorityQueue<int,
        int>(Enumerable.Range(0, needed.Length).Where(i => needed[i] && waitsFor[i] == 0).Select(i => (i, i)));
        var order = new List<NodeProto>();
        while (ready.TryDequeue(out int index, out _))
        {
            order.Add(graph.Node[index]);
            foreach (int reader in readers[index] ?? [])
            {
                if (--waitsFor[reader] == 0)
                    ready.Enqueue(reader, reader);
            }
        }

        if (order.Count < needed.Count(n => n))
        {
            NodeProto stuck = graph.Node[Array.FindIndex(waitsFor, w => w > 0)];
            throw new InvalidDataException(
                $"nodes read each other's results in a circle, among them {stuck.OpType} '{NameOf(stuck)}'");
        }

        return order;
    }

    /// <summary>A node's own name, or that of its first result when it has none.</summary>
    public static string NameOf(NodeProto node) =>
        node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(o => o.Length > 0) ?? "";

    private static Dictionary<string, int> Producers(GraphProto graph)
    {
        var producers = new Dictionary<string, int>();
        for (int i = 0; i < graph.Node.Count; i++)
        {
            foreach (string output in graph.Node[i].Output)
            {
                if (output.Length > 0 && !producers.TryAdd(output, i))
                    throw new InvalidDataException($"two nodes compute '{output}'");
            }
        }

        foreach (string name in graph.Input.Select(i => i.Name).Concat(graph.Initializer.Select(t => t.Name)))
        {
            if (producers.TryGetValue(name, out int index))
            {
                throw new InvalidDataException(
                    $"'{name}' is an input or weight and also a result of node '{NameOf(graph.Node[index])}'");
            }
        }

        return producers;
    }

    /// <summary>Marks the nodes that outputs depend on and counts, per node, the reads that wait for another node.</summary>
    private static int[] CountNeeded(GraphProto graph, Dictionary<string, int> producers, out bool[] needed)
    {
        bool[] marked = new bool[graph.Node.Count];
        int[] waitsFor = new int[graph.Node.Count];
        var open = new Stack<int>();
        foreach (ValueInfoProto output in graph.Output)
        {
            if (producers.TryGetValue(output.Name, out int index))
                Mark(index);
        }

        while (open.TryPop(out int index))
        {
            ForEachProducer(graph.Node[index], producers, p =>
            {
                waitsFor[index]++;
                Mark(p);
            });
        }

        needed = marked;
        return waitsFor;

        void Mark(int index)
        {
            if (marked[index])
                return;
            marked[index] = true;
            open.Push(index);
        }
    }

    private static void ForEachProducer(NodeProto node, Dictionary<string, int> producers, Action<int> visit)
    {
        foreach (string input in node.Input)
        {
            if (producers.TryGetValue(input, out int producer))
                visit(producer);
        }
    }
}
