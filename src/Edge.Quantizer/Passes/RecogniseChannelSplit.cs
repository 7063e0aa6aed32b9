using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Split becomes one Slice for each output that is read. A Slice of a reshaped image that takes whole channels (some
/// exporters split [2, n, c/2, h, w] along its first axis) becomes a Slice along the channels of the image.
/// </summary>
public sealed class RecogniseChannelSplit : IGraphPass
{
    public string Name => nameof(RecogniseChannelSplit);

    public int Run(ModelGraph graph)
    {
        int changes = graph.Nodes.ToArray().Count(node => node.OpType switch
        {
            OpTypes.Split => SplitToSlices(graph, node),
            OpTypes.Slice => SliceOfReshape(graph, node),
            _ => false,
        });
        return changes + (changes > 0 ? graph.RemoveDeadNodes() : 0);
    }

    private static bool SplitToSlices(ModelGraph graph, Node split)
    {
        Value x = split.Input(0);
        int axis = split.Attributes.Int("axis", 0);
        var slices = new List<Node>();
        int start = 0;
        foreach (Value part in split.Outputs)
        {
            slices.Add(Slice(part.Name, x, part, axis, start));
            start += part.Shape![axis];
        }

        graph.Replace(split, [.. slices]);
        return true;
    }

    private static bool SliceOfReshape(ModelGraph graph, Node slice)
    {
        if (slice.Input(0).Producer is not { OpType: OpTypes.Reshape } reshape)
            return false;
        if (reshape.Input(0) is not { Shape: { Length: 4 } image } x || image[0] != 1)
            return false;
        int[] shape = slice.Input(0).Shape!;
        int[] part = slice.Output.Shape!;
        int[] cut = [.. Enumerable.Range(0, shape.Length).Where(axis => part[axis] != shape[axis])];
        if (cut.Length != 1)
            return false;
        int axis = cut[0];
        int inner = Tensor.Volume(shape.AsSpan(axis + 1));
        int pixels = image[2] * image[3];
        int[] steps = slice.Attributes.Ints("steps")!;
        bool forwards = Enumerable.Range(0, shape.Length).All(i => steps[i] == 1 || part[i] == 1);
        if (!forwards || Tensor.Volume(shape.AsSpan(0, axis)) != 1 || inner % pixels != 0)
            return false;
        int channelsPerIndex = inner / pixels;
        int[] partImage = [1, part[axis] * channelsPerIndex, image[2], image[3]];
        Value channels = graph.NewValue($"{slice.Output.Name}/channels", partImage);
        Node cutChannels = Slice(channels.Name, x, channels, 1, slice.Attributes.Ints("starts")![axis] * channelsPerIndex);
        var back = new Node(slice.Name, OpTypes.Reshape, [channels], [slice.Output], new Attributes().Set("shape", part));
        graph.Replace(slice, cutChannels, back);
        return true;
    }

    private static Node Slice(string name, Value input, Value output, int axis, int start)
    {
        int[] starts = new int[input.Shape!.Length];
        int[] steps = new int[starts.Length];
        Array.Fill(steps, 1);
        starts[axis] = start;
        Attributes attributes = new Attributes().Set("starts", starts).Set("steps", steps).Set("sizes", output.Shape!);
        return new Node(name, OpTypes.Slice, [input], [output], attributes);
    }
}
