using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Reshape, Transpose, Reshape that exchange groups and channels within a group of an image become ChannelShuffle
/// (output channel j·groups + g is input channel g·(C/groups) + j). Which axes the exporter used does not matter: axes of
/// length 1 are dropped and neighbours that stay together are merged before the permutation is looked at, so
/// [n, g, c/g, h, w], [n, g, c/g, h·w] and [c/2, 2, h·w] are the same. A different final shape stays as a Reshape.
/// </summary>
public sealed class RecogniseChannelShuffle : IGraphPass
{
    public string Name => nameof(RecogniseChannelShuffle);

    public int Run(ModelGraph graph)
    {
        int changes = graph.Nodes.ToArray().Count(node => node.OpType == OpTypes.Reshape && Rewrite(graph, node));
        return changes + (changes > 0 ? graph.RemoveDeadNodes() : 0);
    }

    private static bool Rewrite(ModelGraph graph, Node last)
    {
        if (last.Input(0).Producer is not { OpType: OpTypes.Transpose } transpose
            || transpose.Input(0).Producer is not { OpType: OpTypes.Reshape } first
            || first.Input(0) is not { Shape: { Length: 4 } image } x)
        {
            return false;
        }

        if (GroupsOrNull(image, transpose.Input(0).Shape!, transpose.Attributes.Ints("perm")!) is not { } groups)
            return false;
        Attributes attributes = new Attributes().Set("group", groups);
        Value result = last.Output;
        if (result.Shape!.AsSpan().SequenceEqual(image))
        {
            graph.Replace(last, new Node(last.Name, OpTypes.ChannelShuffle, [x], [result], attributes));
            return true;
        }

        last.Inputs[0] = graph.EmitBefore(last, OpTypes.ChannelShuffle, $"{result.Name}/shuffled", image, [x], attributes);
        return true;
    }

    private static int? GroupsOrNull(int[] image, int[] shape, int[] permutation)
    {
        (List<int> sizes, List<int> order) = Merge(shape, permutation);
        bool batched = image[0] > 1;
        int first = batched ? 1 : 0;
        int pixels = image[2] * image[3];
        if (batched && (sizes.Count == 0 || sizes[0] != image[0] || order[0] != 0))
            return null;
        int count = sizes.Count - first;
        if (count != (pixels == 1 ? 2 : 3) || order[first] != first + 1 || order[first + 1] != first)
            return null;
        return sizes[first] * sizes[first + 1] == image[1] ? sizes[first] : null;
    }

    /// <summary>The same permutation without axes of length 1; axes that are neighbours before and after are merged.</summary>
    private static (List<int> Sizes, List<int> Order) Merge(int[] shape, int[] permutation)
    {
        int[] kept = [.. Enumerable.Range(0, shape.Length).Where(axis => shape[axis] != 1)];
        int[] order = [.. permutation.Where(axis => shape[axis] != 1).Select(axis => Array.IndexOf(kept, axis))];
        var runs = new List<(int First, int Size)>();
        for (int i = 0; i < order.Length; i++)
        {
            int size = shape[kept[order[i]]];
            if (i > 0 && order[i] == order[i - 1] + 1)
                runs[^1] = (runs[^1].First, runs[^1].Size * size);
            else
                runs.Add((order[i], size));
        }

        List<(int First, int Size)> inputs = [.. runs.OrderBy(r => r.First)];
        return ([.. inputs.Select(r => r.Size)], [.. runs.Select(r => inputs.IndexOf(r))]);
    }
}
