using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Tests.Format;

namespace Edge.Runtime.Tests.Execution;

public sealed class ArenaPlannerTests
{
    [Fact]
    public void A_chain_needs_only_its_two_largest_neighbours()
    {
        var m = new TinyModel();
        int[] sizes = [64, 256, 128, 64];
        int previous = m.Int8("image", [1, 8, 8, 1]);
        for (int i = 1; i < sizes.Length; i++)
        {
            int next = m.Int8($"t{i}", [1, 8, 8, sizes[i] / 64]);
            m.Conv($"conv{i}", previous, next, new Window { KernelHeight = 1, KernelWidth = 1 });
            previous = next;
        }

        ArenaPlan plan = ArenaPlanner.Plan(m.Manifest);
        Assert.Equal(256 + 128, plan.Size);
        Assert.Equal(plan.LowerBound, plan.Size);
        Accept(m, plan);
    }

    [Fact]
    public void Producers_write_straight_into_a_concatenation()
    {
        TinyModel m = TinyModel.Inceptionlike();
        ArenaPlan plan = ArenaPlanner.Plan(m.Manifest);
        TensorDefinition left = plan.Tensors[1], right = plan.Tensors[2], joined = plan.Tensors[3];
        Assert.Equal((joined.Offset, 10), (left.Offset, left.RowStride));
        Assert.Equal((joined.Offset + 4, 10), (right.Offset, right.RowStride));
        Accept(m, plan);
    }

    [Fact]
    public void Nested_concatenations_share_the_memory_of_the_last_one()
    {
        var m = new TinyModel();
        int grown = m.Int8("image", [1, 4, 4, 3]);
        var pointwise = new Window { KernelHeight = 1, KernelWidth = 1 };
        int start = m.Int8("start", [1, 4, 4, 8]);
        m.Conv("stem", grown, start, pointwise);
        grown = start;
        for (int i = 0; i < 4; i++)
        {
            int fresh = m.Int8($"new{i}", [1, 4, 4, 2]), next = m.Int8($"grown{i}", [1, 4, 4, 10 + (2 * i)]);
            m.Conv($"conv{i}", grown, fresh, pointwise);
            m.Add(new ConcatOperator { Name = $"join{i}", Inputs = [grown, fresh], Outputs = [next], Axis = 3 });
            grown = next;
        }

        ArenaPlan plan = ArenaPlanner.Plan(m.Manifest);
        Assert.Equal(16, plan.Tensors[start].RowStride);
        Assert.Equal(plan.Tensors[grown].Offset, plan.Tensors[start].Offset);
        Assert.Equal(320, plan.Size);
        Accept(m, plan);
    }

    [Fact]
    public void Unequal_scales_are_never_joined()
    {
        var m = new TinyModel();
        int image = m.Int8("image", [1, 4, 4, 3]);
        int a = m.Int8("a", [1, 4, 4, 8], 0.1f), b = m.Int8("b", [1, 4, 4, 8], 0.2f), c = m.Int8("c", [1, 4, 4, 16], 0.1f);
        var pointwise = new Window { KernelHeight = 1, KernelWidth = 1 };
        m.Conv("conv-a", image, a, pointwise);
        m.Conv("conv-b", image, b, pointwise);
        m.Add(new ConcatOperator { Name = "join", Inputs = [a, b], Outputs = [c], Axis = 3 });
        ArenaPlan plan = ArenaPlanner.Plan(m.Manifest);
        Assert.Equal(16, plan.Tensors[a].RowStride);
        Assert.Equal(8, plan.Tensors[b].RowStride);
        Accept(m, plan);
    }

    [Fact]
    public void A_channel_slice_and_a_reshape_are_views_of_their_input()
    {
        var m = new TinyModel();
        int image = m.Int8("image", [1, 4, 4, 3]), wide = m.Int8("wide", [1, 4, 4, 8]), half = m.Int8("half", [1, 4, 4, 4]);
        int narrow = m.Int8("narrow", [1, 4, 4, 2]), flat = m.Int8("flat", [1, 32]);
        var pointwise = new Window { KernelHeight = 1, KernelWidth = 1 };
        m.Conv("expand", image, wide, pointwise);
        m.Add(new SliceOperator { Name = "split", Inputs = [wide], Outputs = [half], Begin = [0, 0, 0, 4], Step = [1, 1, 1, 1] });
        m.Conv("shrink", half, narrow, pointwise);
        m.Add(new ReshapeOperator { Name = "flatten", Inputs = [narrow], Outputs = [flat] });
        ArenaPlan plan = ArenaPlanner.Plan(m.Manifest);
        Assert.Equal((plan.Tensors[wide].Offset + 4, 8), (plan.Tensors[half].Offset, plan.Tensors[half].RowStride));
        Assert.Equal(plan.Tensors[narrow].Offset, plan.Tensors[flat].Offset);
        Accept(m, plan);
    }

    [Fact]
    public void Plans_of_random_graphs_pass_the_verifier_and_stay_near_the_lower_bound()
    {
        double worst = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            TinyModel m = RandomGraph.Create(seed);
            ArenaPlan plan = ArenaPlanner.Plan(m.Manifest);
            Accept(m, plan);
            Assert.True(plan.Size >= plan.LowerBound, $"seed {seed}: {plan.Size} is below the bound {plan.LowerBound}");
            worst = Math.Max(worst, (double)plan.Size / plan.LowerBound);
        }

        Assert.True(worst < 1.35, $"the worst plan is {worst:F2} times its lower bound");
    }

    private static void Accept(TinyModel model, ArenaPlan plan) =>
        EdgeModel.Parse(EdgeModelWriter.ToBytes(plan.ApplyTo(model.Manifest), model.Constants));
}
