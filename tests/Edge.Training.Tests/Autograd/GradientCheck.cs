using Edge.Quantizer.Graph;
using Edge.Training.Autograd;

namespace Edge.Training.Tests.Autograd;

/// <summary>Compares gradients with central differences, in double precision.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-5;

    /// <summary>
    /// The derivative of a random linear function of the outputs along every element of every parameter.
    /// </summary>
    public static void Of(
        ModelGraph graph,
        int batch = 3,
        Action<Network<double>>? prepare = null,
        TrainingNetworkOptions? options = null,
        double tolerance = 1e-6)
    {
        using var workers = new Workers(2);
        using var one = new Workers(1);
        Network<double> network = Create(graph, batch, workers, options, prepare);
        Network<double> moved = Create(graph, batch, one, options, prepare);
        var random = new Random(6);
        double[] direction = new double[batch * network.Classes];
        Fill(direction, random);
        network.ZeroGradients();
        network.Forward(batch, ForwardMode.Training);
        network.Backward(batch, direction);
        Assert.NotEmpty(network.Parameters);
        foreach ((Parameter<double> computed, Parameter<double> parameter) in network.Parameters.Zip(moved.Parameters))
        {
            if (!parameter.Trainable)
                continue;
            double[] numeric = new double[parameter.Value.Length];
            for (int i = 0; i < numeric.Length; i++)
            {
                double value = parameter.Value[i];
                parameter.Value[i] = value + Step;
                double above = Project(moved, batch, direction);
                parameter.Value[i] = value - Step;
                double below = Project(moved, batch, direction);
                parameter.Value[i] = value;
                numeric[i] = (above - below) / (2 * Step);
            }

            double scale = Math.Max(1e-3, numeric.Max(Math.Abs));
            double worst = numeric.Zip(computed.Gradient).Max(p => Math.Abs(p.First - p.Second)) / scale;
            Assert.True(worst <= tolerance, $"{parameter}: gradient is off by {worst:E2} of {scale:F3}");
        }
    }

    private static Network<double> Create(
        ModelGraph graph, int batch, Workers workers, TrainingNetworkOptions? options, Action<Network<double>>? prepare)
    {
        var network = new Network<double>(graph, batch + 1, workers, options);
        prepare?.Invoke(network);
        Fill(network.Input, new Random(5));
        network.Seed(7, 11);
        return network;
    }

    public static void Fill(double[] data, Random random)
    {
        for (int i = 0; i < data.Length; i++)
            data[i] = (random.NextDouble() * 2) - 1;
    }

    private static double Project(Network<double> network, int batch, double[] direction)
    {
        network.Forward(batch, ForwardMode.Training);
        double sum = 0;
        for (int i = 0; i < direction.Length; i++)
            sum += network.Logits[i] * direction[i];
        return sum;
    }
}
