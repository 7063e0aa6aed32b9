using Edge.Quantizer.Graph;
using Edge.Training.Autograd;
using Edge.Training.Optimization;

namespace Edge.Training.Tests.Optimization;

/// <summary>Steps computed by hand from the papers' formulas.</summary>
public sealed class OptimizerTests : IDisposable
{
    private readonly Workers _workers = new(1);

    [Fact]
    public void Nesterov_momentum_looks_ahead()
    {
        Parameter<float> w = Weight(1, decay: true);
        var optimizer = new Sgd([w], _workers, momentum: 0.5f, nesterov: true, weightDecay: 0.1f);
        w.Gradient[0] = 2;
        optimizer.Step(0.1f);

        // g = 2.1, v = 2.1, step 0.1 · (2.1 + 1.05).
        Assert.Equal(0.685f, w.Value[0], 1e-6f);
        optimizer.Step(0.1f);

        // g = 2 + 0.0685, v = 1.05 + 2.0685 = 3.1185, step 0.1 · (2.0685 + 1.55925).
        Assert.Equal(0.685f - 0.362775f, w.Value[0], 1e-6f);
    }

    [Fact]
    public void Plain_momentum_follows_the_velocity()
    {
        Parameter<float> w = Weight(1, decay: false);
        var optimizer = new Sgd([w], _workers, momentum: 0.5f, nesterov: false, weightDecay: 0.1f);
        w.Gradient[0] = 2;
        optimizer.Step(0.1f);
        optimizer.Step(0.1f);

        // No decay for this parameter: v = 2, then 3.
        Assert.Equal(0.5f, w.Value[0], 1e-6f);
    }

    [Fact]
    public void Adam_starts_with_the_sign_of_the_gradient()
    {
        Parameter<float> w = Weight(1, decay: true);
        var optimizer = new Adam([w], _workers);
        w.Gradient[0] = -30;
        optimizer.Step(0.1f);
        Assert.Equal(1.1f, w.Value[0], 1e-5f);
        w.Gradient[0] = 30;
        optimizer.Step(0.1f);

        // m̂ = (0.9·−3 + 3) / (1 − 0.81) = 1.5789, v̂ = 900.
        Assert.Equal(1.1f - (0.1f * 1.578947f / 30), w.Value[0], 1e-5f);
    }

    [Fact]
    public void Decoupled_decay_does_not_pass_through_the_gradient()
    {
        Parameter<float> w = Weight(2, decay: true);
        var optimizer = new AdamW([w], _workers, weightDecay: 0.5f);
        w.Gradient[0] = 1e-3f;
        optimizer.Step(0.1f);
        Assert.Equal((2 * 0.95f) - 0.1f, w.Value[0], 1e-4f);
    }

    [Fact]
    public void Frozen_parameters_stay()
    {
        Parameter<float> w = Weight(2, decay: true);
        w.Trainable = false;
        w.Gradient[0] = 1;
        new Sgd([w], _workers, weightDecay: 1).Step(1);
        Assert.Equal(2, w.Value[0]);
    }

    [Fact]
    public void Clipping_scales_all_gradients_to_the_limit()
    {
        Parameter<float>[] parameters = [Weight(0, true), Weight(0, true)];
        (parameters[0].Gradient[0], parameters[1].Gradient[0]) = (3, 4);
        Assert.Equal(5, GradientClipping.ByGlobalNorm(parameters, 10), 1e-9);
        Assert.Equal(3, parameters[0].Gradient[0]);
        Assert.Equal(5, GradientClipping.ByGlobalNorm(parameters, 1), 1e-9);
        Assert.Equal([0.6f, 0.8f], parameters.Select(p => p.Gradient[0]).ToArray());
    }

    [Fact]
    public void Schedules_warm_up_and_then_fall()
    {
        Assert.Equal([0.25f, 0.5f, 0.75f, 1f, 1f], Take(new ConstantSchedule(1, WarmUpSteps: 4), 5));
        Assert.Equal([1f, 1f, 0.5f, 0.5f, 0.25f], Take(new StepSchedule(1, Interval: 2, Decay: 0.5f), 5));
        var cosine = new CosineSchedule(2, Steps: 12, Floor: 0.1f, WarmUpSteps: 2);
        Assert.Equal(2, cosine.At(2), 1e-6f);
        Assert.Equal(1.1f, cosine.At(7), 1e-6f);
        Assert.Equal(0.2f, cosine.At(12), 1e-6f);
        Assert.Equal(0.2f, cosine.At(500), 1e-6f);

        static float[] Take(LearningRateSchedule schedule, int steps) =>
            [.. Enumerable.Range(0, steps).Select(i => schedule.At(i))];
    }

    public void Dispose() => _workers.Dispose();

    private static Parameter<float> Weight(float value, bool decay) =>
        new($"w{value}", new Tensor([1], [value]), decay, trainable: true);
}
