using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class RecogniseChannelSplitTests
{
    private readonly GraphBuilder _b = new();
    private readonly RecogniseChannelSplit _pass = new();

    [Fact]
    public void A_split_becomes_one_slice_for_each_part_that_is_read()
    {
        Value[] parts = _b.Ops(OpTypes.Split, 3, [_b.Input(1, 9, 4, 4)], ("axis", 1), ("split", new[] { 2, 3, 4 }));
        ModelGraph graph = _b.Build(parts[0], parts[2]);
        PassAssert.Rewrites(_pass, graph, OpTypes.Slice, OpTypes.Slice);
        Assert.Equal([0, 5, 0, 0], graph.Nodes[1].Attributes.Ints("starts")!);
    }

    [Fact]
    public void Halves_of_a_reshaped_image_become_slices_along_its_channels()
    {
        Value halves = _b.Reshape(_b.Input(1, 8, 3, 3), 2, 1, 4, 3, 3);
        Value a = _b.Reshape(_b.Slice(halves, 0, 0, 1), 1, 4, 3, 3);
        Value b = _b.Reshape(_b.Slice(halves, 0, 1, 1), 1, 4, 3, 3);
        ModelGraph graph = _b.Build(a, b);
        var pipeline = new PassPipeline([_pass, new MergeReshapes()], [], []);
        PassAssert.Preserves(graph, () => pipeline.Run(graph));
        Assert.Equal([OpTypes.Slice, OpTypes.Slice], graph.Nodes.Select(n => n.OpType));
        Assert.Equal([0, 4, 0, 0], graph.Nodes[1].Attributes.Ints("starts")!);
    }

    [Theory]
    [InlineData(new[] { 1, 24, 3 }, 1, 1, 7)]
    [InlineData(new[] { 2, 4, 3, 3 }, 1, 0, 2)]
    [InlineData(new[] { 1, 8, 9 }, 2, 0, 3)]
    public void Slices_that_cut_through_channels_stay(int[] shape, int axis, int start, int size) =>
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Slice(_b.Reshape(_b.Input(1, 8, 3, 3), shape), axis, start, size)));
}
