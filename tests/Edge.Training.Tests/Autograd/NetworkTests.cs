using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Training.Autograd;
using Edge.Training.Optimization;

namespace Edge.Training.Tests.Autograd;

public class NetworkTests
{
    [Fact]
    public void A_network_with_branches_has_the_gradients_of_central_differences()
    {
        var g = new GraphSketch(3, 8, 8);
        Value stem = g.Relu(g.BatchNormalization(g.Conv(g.Input, 4, 3, pad: 1, bias: false)));
        Value narrow = g.BatchNormalization(g.Conv(stem, 4, 3, group: 4, pad: 1, bias: false));
        Value residual = g.Relu(g.Add(OpTypes.Add, [stem, narrow]));
        Value pooled = g.Add(
            OpTypes.MaxPool, [residual], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1));
        Value gate = g.Add(OpTypes.Sigmoid, [g.Conv(g.Add(OpTypes.GlobalAveragePool, [pooled]), 4)]);
        Value joined = g.Add(OpTypes.Concat, [g.Add(OpTypes.Mul, [pooled, gate]), g.Relu(g.Conv(pooled, 2))], ("axis", 1));
        Value shuffled = g.Add(OpTypes.ChannelShuffle, [joined], ("group", 2));
        Value kept = g.Add(OpTypes.Dropout, [shuffled], ("ratio", 0.3f));
        GradientCheck.Of(g.EndInSoftmax(g.Classifier(kept, 3)));
    }

    [Theory]
    [InlineData("mobile")]
    [InlineData("squeeze")]
    [InlineData("flatten")]
    public void Evaluation_computes_what_the_float_executor_computes(string name)
    {
        ModelGraph graph = Networks(name);
        using var workers = new Workers(2);
        var network = new TrainingNetwork(graph, 3, workers);
        var random = new Random(3);
        float[] images = [.. network.Input.Select(_ => (float)((random.NextDouble() * 2) - 1))];
        images.CopyTo(network.Input, 0);
        network.Forward(2, ForwardMode.Evaluation);

        graph.Outputs[0] = graph.Outputs[0].Producer!.Input(0);
        using var executor = new FloatExecutor(graph);
        int size = network.Height * network.Width * network.Channels;
        for (int n = 0; n < 2; n++)
        {
            float[] expected = executor.Run(Nchw(images.AsSpan(n * size, size), network)).Floats;
            float[] actual = network.Logits[(n * network.Classes)..((n + 1) * network.Classes)];
            Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-4f));
        }
    }

    [Fact]
    public void Parameters_written_back_compute_the_same()
    {
        ModelGraph graph = Networks("mobile");
        using var workers = new Workers(1);
        var network = new TrainingNetwork(graph, 4, workers);
        Train(network, new Sgd(network.Parameters, workers), 0, 5);
        network.Forward(4, ForwardMode.Evaluation);
        float[] logits = [.. network.Logits];
        network.CopyTo(graph);
        var again = new TrainingNetwork(graph, 4, workers);
        network.Input.CopyTo(again.Input, 0);
        again.Forward(4, ForwardMode.Evaluation);
        Assert.Equal(logits, again.Logits);
    }

    [Fact]
    public void Parameters_do_not_go_into_another_graph()
    {
        using var workers = new Workers(1);
        var network = new TrainingNetwork(Networks("mobile"), 1, workers);
        Assert.Contains("is not the graph", Assert.Throws<ArgumentException>(() => network.CopyTo(Networks("squeeze"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Feature_extractor_and_head_compute_what_the_whole_computes()
    {
        ModelGraph graph = Networks("mobile");
        string features = graph.Nodes.First(n => n.OpType == OpTypes.Flatten).Output.Name;
        using var workers = new Workers(1);
        var whole = new TrainingNetwork(graph, 2, workers);
        var body = new TrainingNetwork(graph, 2, workers, new TrainingNetworkOptions { To = features });
        var head = new TrainingNetwork(graph, 2, workers, new TrainingNetworkOptions { From = features });
        FillInput(whole, 0);
        whole.Input.CopyTo(body.Input, 0);
        whole.Forward(2, ForwardMode.Evaluation);
        body.Forward(2, ForwardMode.Evaluation);
        body.Logits.CopyTo(head.Input, 0);
        head.Forward(2, ForwardMode.Evaluation);
        Assert.Equal(whole.Logits, head.Logits);
        Assert.Equal(2, head.Parameters.Count);
        Assert.Equal(body.Classes, head.Channels);
    }

    [Fact]
    public void Frozen_parameters_stay_and_get_no_gradient_in_front_of_them()
    {
        using var workers = new Workers(1);
        var network = new TrainingNetwork(Networks("mobile"), 4, workers);
        foreach (Parameter<float> parameter in network.Parameters.SkipLast(2))
            parameter.Trainable = false;
        float[][] before = [.. network.Parameters.Select(p => (float[])p.Value.Clone())];
        float[][] state = [.. network.State.Select(s => (float[])s.Value.Clone())];
        Train(network, new Sgd(network.Parameters, workers), 0, 3);
        for (int i = 0; i < before.Length - 2; i++)
            Assert.Equal(before[i], network.Parameters[i].Value);
        Assert.NotEqual(before[^2], network.Parameters[^2].Value);
        Assert.All(network.Parameters.Take(1), p => Assert.All(p.Gradient, g => Assert.Equal(0, g)));
        Assert.All(state.Zip(network.State), p => Assert.Equal(p.First, p.Second.Value));
    }

    [Fact]
    public void Training_learns_and_the_same_seed_gives_the_same_bits()
    {
        (double first, double last, uint[] bits) = Learn();
        Assert.True(first > 0.9 && last < 0.2, $"loss went from {first} to {last}");
        Assert.Equal(bits, Learn().Bits);

        static (double First, double Last, uint[] Bits) Learn()
        {
            using var workers = new Workers(2);
            var network = new TrainingNetwork(Networks("mobile"), 8, workers);
            var optimizer = new AdamW(network.Parameters, workers);
            double first = Train(network, optimizer, 0, 1);
            double last = Train(network, optimizer, 1, 150);
            return (first, last, Bits(network));
        }
    }

    [Fact]
    public void Training_resumed_from_a_checkpoint_ends_at_the_same_bits()
    {
        using var workers = new Workers(2);
        (TrainingNetwork whole, Optimizer wholeOptimizer, ExponentialMovingAverage wholeAverage) = Create();
        Train(whole, wholeOptimizer, 0, 12, wholeAverage);
        (TrainingNetwork first, Optimizer firstOptimizer, ExponentialMovingAverage firstAverage) = Create();
        Train(first, firstOptimizer, 0, 5, firstAverage);

        (TrainingNetwork second, Optimizer secondOptimizer, ExponentialMovingAverage secondAverage) = Create();
        foreach ((Parameter<float> from, Parameter<float> to) in first.Parameters.Zip(second.Parameters))
            from.Value.CopyTo(to.Value, 0);
        foreach ((StateTensor<float> from, StateTensor<float> to) in first.State.Zip(second.State))
            from.Value.CopyTo(to.Value, 0);
        foreach (((string fromName, float[] from), (string toName, float[] to)) in
            firstOptimizer.State.Concat(firstAverage.State).Zip(secondOptimizer.State.Concat(secondAverage.State)))
        {
            Assert.Equal(fromName, toName);
            from.CopyTo(to, 0);
        }

        (secondOptimizer.StepCount, secondAverage.StepCount) = (firstOptimizer.StepCount, firstAverage.StepCount);
        Train(second, secondOptimizer, 5, 12, secondAverage);
        Assert.Equal(Bits(whole), Bits(second));
        wholeAverage.Swap();
        secondAverage.Swap();
        Assert.Equal(Bits(whole), Bits(second));

        (TrainingNetwork, Optimizer, ExponentialMovingAverage) Create()
        {
            var network = new TrainingNetwork(Networks("mobile"), 8, workers);
            return (network, new Adam(network.Parameters, workers), new ExponentialMovingAverage(network, 0.9f));
        }
    }

    [Fact]
    public void An_operator_without_gradient_is_named()
    {
        var g = new GraphSketch(2, 4, 4);
        Value y = g.Add(OpTypes.Transpose, [g.Conv(g.Input, 2)], ("perm", new[] { 0, 1, 3, 2 }));
        ModelGraph graph = g.End(y);
        using var workers = new Workers(1);
        UserException e = Assert.Throws<UserException>(() => new TrainingNetwork(graph, 1, workers));
        Assert.Contains("Transpose 'transpose", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backward_without_a_training_pass_is_refused()
    {
        using var workers = new Workers(1);
        var network = new TrainingNetwork(Networks("squeeze"), 2, workers);
        network.Forward(2, ForwardMode.Evaluation);
        Assert.Throws<InvalidOperationException>(() => network.Backward(2, new float[6]));
    }

    [Fact]
    public void Passes_after_the_first_allocate_nothing_that_grows_with_the_batch()
    {
        long small = PerPass(4);
        long large = PerPass(64);
        Assert.True(large < 2 * small, $"{small} bytes a pass over 4 images, {large} over 64");

        static long PerPass(int batch)
        {
            using var workers = new Workers(1);
            var network = new TrainingNetwork(Networks("mobile"), batch, workers);
            float[] gradient = new float[batch * 3];
            for (int i = 0; i < 3; i++)
                Pass();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Pass();
            return GC.GetAllocatedBytesForCurrentThread() - before;

            void Pass()
            {
                network.Forward(batch, ForwardMode.Training);
                network.Backward(batch, gradient);
            }
        }
    }

    /// <summary>Steps [first, end) over random images whose label is the brightest third; returns the last loss.</summary>
    internal static double Train(
        TrainingNetwork network, Optimizer optimizer, int first, int end, ExponentialMovingAverage? average = null)
    {
        double loss = 0;
        int[] labels = new int[network.BatchSize];
        float[] gradient = new float[network.BatchSize * network.Classes];
        for (int step = first; step < end; step++)
        {
            FillInput(network, step);
            Label(network, labels);
            network.Seed(1, step);
            network.ZeroGradients();
            network.Forward(network.BatchSize, ForwardMode.Training);
            loss = SoftmaxCrossEntropy.Compute<float>(
                network.Logits, labels, network.BatchSize, network.Classes, 0, [], gradient);
            network.Backward(network.BatchSize, gradient);
            optimizer.Step(0.01f);
            average?.Update();
        }

        return loss;
    }

    /// <summary>Noise with one channel brighter.</summary>
    internal static void FillInput(TrainingNetwork network, int step)
    {
        var random = new Random(100 + step);
        int size = network.Height * network.Width * network.Channels;
        for (int n = 0; n < network.BatchSize; n++)
        {
            int bright = random.Next(3);
            for (int i = 0; i < size; i++)
                network.Input[(n * size) + i] = (float)((random.NextDouble() * 2) - 1) + (i % 3 == bright ? 0.5f : 0);
        }
    }

    internal static void Label(TrainingNetwork network, int[] labels)
    {
        int size = network.Height * network.Width * network.Channels;
        for (int n = 0; n < labels.Length; n++)
        {
            float[] sums = new float[3];
            for (int i = 0; i < size; i++)
                sums[i % 3] += network.Input[(n * size) + i];
            labels[n] = Array.IndexOf(sums, sums.Max());
        }
    }

    internal static ModelGraph Networks(string name) => name switch
    {
        "mobile" => Mobile(),
        "squeeze" => Squeeze(),
        _ => Flattened(),
    };

    private static ModelGraph Mobile()
    {
        var g = new GraphSketch(3, 10, 9);
        Value stem = g.Relu(g.BatchNormalization(g.Conv(g.Input, 8, 3, stride: 2, pad: 1, bias: false)));
        Value wide = g.Add(OpTypes.Clip, [g.BatchNormalization(g.Conv(stem, 16, bias: false))], ("min", 0f), ("max", 6f));
        Value deep = g.Add(OpTypes.HardSwish, [g.BatchNormalization(g.Conv(wide, 16, 3, group: 16, pad: 1, bias: false))]);
        Value block = g.Add(OpTypes.Add, [stem, g.BatchNormalization(g.Conv(deep, 8, bias: false))]);
        return g.EndInSoftmax(g.Classifier(g.Add(OpTypes.Dropout, [block], ("ratio", 0.1f)), 3));
    }

    private static ModelGraph Squeeze()
    {
        var g = new GraphSketch(3, 10, 9);
        Value stem = g.Relu(g.Conv(g.Input, 6, 3));
        Value pool = g.Add(
            OpTypes.MaxPool, [stem], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1));
        Value squeeze = g.Relu(g.Conv(pool, 4));
        Value fire = g.Add(OpTypes.Concat, [g.Relu(g.Conv(squeeze, 5)), g.Relu(g.Conv(squeeze, 5, 3, pad: 1))], ("axis", 1));
        Value mixed = g.Add(OpTypes.ChannelShuffle, [fire], ("group", 2));
        Value normal = g.Add(OpTypes.Lrn, [mixed], ("size", 5), ("alpha", 0.1f), ("beta", 0.75f), ("bias", 1f));
        Value mean = g.Add(OpTypes.AveragePool, [normal], ("kernel_shape", new[] { 2, 2 }), ("pads", new[] { 1, 1, 0, 0 }));
        Value logits = g.Add(OpTypes.GlobalAveragePool, [g.Conv(mean, 3)]);
        return g.EndInSoftmax(g.Add(OpTypes.Reshape, [logits], ("shape", new[] { 1, 3 })));
    }

    private static ModelGraph Flattened()
    {
        var g = new GraphSketch(3, 10, 9);
        Value x = g.Add(OpTypes.LeakyRelu, [g.Conv(g.Input, 4, 3, stride: 2)], ("alpha", 0.1f));
        Value padded = g.Add(OpTypes.Pad, [g.Add(OpTypes.Tanh, [x])], ("pads", new[] { 0, 0, 1, 0, 0, 0, 0, 1 }));
        Value[] parts = g.Split(padded, 1, 1, 3);
        Value swapped = g.Add(OpTypes.Concat, [parts[1], g.Add(OpTypes.Sigmoid, [parts[0]])], ("axis", 1));
        Value flat = g.Add(OpTypes.Flatten, [swapped], ("axis", 1));
        Value product = g.Add(OpTypes.MatMul, [flat, g.Constant([flat.Shape![1], 3], -0.2, 0.2)]);
        return g.EndInSoftmax(g.Add(OpTypes.Add, [product, g.Constant([3])]));
    }

    private static Tensor Nchw(ReadOnlySpan<float> image, TrainingNetwork network)
    {
        (int h, int w, int c) = (network.Height, network.Width, network.Channels);
        float[] data = new float[image.Length];
        for (int i = 0; i < data.Length; i++)
            data[(i % c * h * w) + (i / c)] = image[i];
        return new Tensor([1, c, h, w], data);
    }

    private static uint[] Bits(TrainingNetwork network) =>
        [.. network.Parameters.SelectMany(p => p.Value).Concat(network.State.SelectMany(s => s.Value)).Select(BitConverter.SingleToUInt32Bits)];
}
