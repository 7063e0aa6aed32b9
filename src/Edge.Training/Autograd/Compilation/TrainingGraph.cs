using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Quantizer.Passes;

namespace Edge.Training.Autograd.Compilation;

/// <summary>
/// The part of a graph that a network computes: a copy, rewritten by those passes that leave every trainable constant what it is,
/// and where each of its constants stands in the original.
/// </summary>
internal sealed class TrainingGraph
{
    private readonly Dictionary<Value, Place> _places;

    private TrainingGraph(ModelGraph graph, Dictionary<Value, Place> places) => (Graph, _places) = (graph, places);

    /// <summary>One input, one output (the logits), shapes inferred.</summary>
    public ModelGraph Graph { get; }

    public static TrainingGraph Create(ModelGraph original, TrainingNetworkOptions options)
    {
        var places = new Dictionary<Value, Place>();
        ModelGraph graph = GraphCopy.Of(original, (value, node, input) =>
            places.TryAdd(value, new Place(node, input, original.Nodes[node].OpType)));
        Shapes.Infer(graph);
        Value output = options.To is { } to ? Find(graph, to) : Logits(graph);
        graph.Outputs.Clear();
        graph.Outputs.Add(output);
        if (options.From is { } from)
            StartFrom(graph, Find(graph, from));
        graph.RemoveDeadNodes();
        if (graph.Inputs is not [{ Shape: not null }])
        {
            throw new UserException(
                $"'{graph.Name}' has {graph.Inputs.Count} inputs; training needs one image input of known size");
        }
        if (graph.Inputs[0].Shape![0] != 1)
        {
            throw new UserException(
                $"the input of '{graph.Name}' has batch {graph.Inputs[0].Shape![0]}; training needs a graph of one image");
        }
        Simplify(graph);
        return new TrainingGraph(graph, places);
    }

    /// <summary>Replaces the constant of a graph that has the original's structure.</summary>
    /// <param name="graph">The original or a twin.</param>
    /// <param name="constant">A constant of <see cref="Graph"/>.</param>
    /// <param name="data">Its new elements.</param>
    public void Write(ModelGraph graph, Value constant, float[] data)
    {
        Value value = Locate(graph, constant);
        value.Constant = new Tensor(value.Constant!.Shape, data);
    }

    /// <summary>The elements of the constant that stands in a graph at the place of one of <see cref="Graph"/>'s.</summary>
    public float[] Read(ModelGraph graph, Value constant) => Locate(graph, constant).Constant!.Floats;

    private Value Locate(ModelGraph graph, Value constant)
    {
        Place place = _places[constant];
        Value? value = place.Node < graph.Nodes.Count && graph.Nodes[place.Node].OpType == place.OpType
            ? graph.Nodes[place.Node].InputOrNull(place.Input)
            : null;
        if (value?.Constant is not { Type: DataType.Float32 } tensor
            || !tensor.Shape.AsSpan().SequenceEqual(constant.Constant!.Shape))
        {
            throw new ArgumentException(
                $"'{graph.Name}' is not the graph of this network: it has no constant like '{constant.Name}' at node {place.Node}",
                nameof(graph));
        }

        return value;
    }

    private static Value Find(ModelGraph graph, string name) =>
        graph.Inputs.Concat(graph.Nodes.SelectMany(n => n.Outputs)).FirstOrDefault(v => v.Name == name)
            ?? throw new UserException($"'{graph.Name}' has no value '{name}'");

    /// <summary>
    /// The input of the Softmax that the graph ends in, possibly behind reshapes; the output where there is none.
    /// </summary>
    private static Value Logits(ModelGraph graph)
    {
        if (graph.Outputs is not [var output])
            throw new UserException($"'{graph.Name}' has {graph.Outputs.Count} outputs; training needs one");
        Value value = output;
        while (value.Producer is { } producer)
        {
            if (producer.OpType == OpTypes.Softmax)
                return producer.Input(0);
            if (producer.OpType is not (
                OpTypes.Identity or OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze))
                break;
            value = producer.Input(0);
        }

        return output;
    }

    private static void StartFrom(ModelGraph graph, Value value)
    {
        if (value.Producer is not null)
        {
            var start = new Value(graph.UniqueName(value.Name)) { Shape = value.Shape, Type = value.Type };
            graph.ReplaceUses(value, start);
            value = start;
        }

        graph.Inputs.Clear();
        graph.Inputs.Add(value);
    }

    private static void Simplify(ModelGraph graph)
    {
        IGraphPass[] passes =
            [new MergeReshapes(), new RecogniseChannelShuffle(), new GlobalPools(), new FoldPad(), new RecogniseHardSwish()];
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (IGraphPass pass in passes)
            {
                if (pass.Run(graph) > 0)
                {
                    graph.Check();
                    Shapes.Infer(graph);
                    changed = true;
                }
            }
        }
    }

    /// <summary>Which input of which node of the original reads a constant.</summary>
    private readonly record struct Place(int Node, int Input, string OpType);
}
