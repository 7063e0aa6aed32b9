using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class RecogniseChannelShuffleTests
{
    private readonly GraphBuilder _b = new();
    private readonly RecogniseChannelShuffle _pass = new();

    [Theory]
    [InlineData(new[] { 1, 3, 4, 5, 6 }, new[] { 0, 2, 1, 3, 4 }, 3)]
    [InlineData(new[] { 1, 4, 3, 30 }, new[] { 0, 2, 1, 3 }, 4)]
    [InlineData(new[] { 2, 6, 30 }, new[] { 1, 0, 2 }, 2)]
    [InlineData(new[] { 6, 2, 5, 6, 1 }, new[] { 4, 1, 0, 2, 3 }, 6)]
    public void Every_spelling_becomes_a_channel_shuffle(int[] split, int[] permutation, int groups)
    {
        Value x = _b.Input(1, 12, 5, 6);
        ModelGraph graph = _b.Build(_b.Reshape(_b.Transpose(_b.Reshape(x, split), permutation), 1, 12, 5, 6));
        PassAssert.Rewrites(_pass, graph, OpTypes.ChannelShuffle);
        Assert.Equal(groups, graph.Nodes[0].Attributes.Int("group", 0));
    }

    [Fact]
    public void Images_of_one_pixel_and_batches_are_shuffled_too() => PassAssert.Rewrites(
        _pass, _b.Build(_b.Shuffle(_b.Input(1, 12, 1, 1), 3), _b.Shuffle(_b.Input(2, 12, 2, 2), 3)),
        OpTypes.ChannelShuffle, OpTypes.ChannelShuffle);

    [Fact]
    public void Another_final_shape_is_reshaped_behind_the_shuffle()
    {
        Value x = _b.Transpose(_b.Reshape(_b.Input(1, 12, 5, 6), 6, 2, 30), 1, 0, 2);
        PassAssert.Rewrites(_pass, _b.Build(_b.Reshape(x, 2, 1, 6, 5, 6)), OpTypes.ChannelShuffle, OpTypes.Reshape);
    }

    [Fact]
    public void The_unshuffled_value_stays_for_another_reader()
    {
        Value x = _b.Reshape(_b.Input(1, 12, 5, 6), 1, 3, 4, 5, 6);
        Value y = _b.Reshape(_b.Transpose(x, 0, 2, 1, 3, 4), 1, 12, 5, 6);
        PassAssert.Rewrites(_pass, _b.Build(y, _b.Op(OpTypes.Tanh, [x])), OpTypes.Reshape, OpTypes.ChannelShuffle, OpTypes.Tanh);
    }

    [Theory]
    [InlineData(new[] { 1, 12, 5, 6 }, new[] { 0, 1, 3, 2 })]
    [InlineData(new[] { 1, 2, 2, 3, 30 }, new[] { 0, 3, 2, 1, 4 })]
    [InlineData(new[] { 1, 3, 4, 5, 6 }, new[] { 0, 2, 1, 4, 3 })]
    [InlineData(new[] { 1, 24, 15 }, new[] { 1, 0, 2 })]
    [InlineData(new[] { 3, 2, 60 }, new[] { 1, 0, 2 })]
    public void Other_permutations_stay(int[] split, int[] permutation)
    {
        Value x = _b.Transpose(_b.Reshape(_b.Input(1, 12, 5, 6), split), permutation);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Reshape(x, 1, 12, 5, 6)));
    }
}
