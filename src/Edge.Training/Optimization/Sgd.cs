using Edge.Training.Autograd;

namespace Edge.Training.Optimization;

/// <summary>
/// Stochastic gradient descent with momentum: g = gradient + decay · w, v = momentum · v + g, w −= rate · v, or with Nesterov's
/// look-ahead w −= rate · (g + momentum · v) (Sutskever et al., 2013, in PyTorch's form).
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly float _momentum;
    private readonly bool _nesterov;
    private readonly float[][] _velocity;

    /// <param name="parameters">Of the network.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="momentum">0 to below 1; 0 for plain descent.</param>
    /// <param name="nesterov">Whether to look ahead.</param>
    /// <param name="weightDecay">L2 penalty, added to the gradient.</param>
    public Sgd(
        IReadOnlyList<Parameter<float>> parameters,
        Workers workers,
        float momentum = 0.9f,
        bool nesterov = true,
        float weightDecay = 0)
        : base(parameters, workers, weightDecay)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        (_momentum, _nesterov, _velocity) = (momentum, nesterov, Remember(parameters));
    }

    public override IReadOnlyList<(string Name, float[] Data)> State => [.. Named("velocity", _velocity)];

    private protected override void Update(int parameter, int first, int end, float learningRate, float decay)
    {
        (float[] w, float[] gradient) = (Parameters[parameter].Value, Parameters[parameter].Gradient);
        float[] v = _velocity[parameter];
        for (int i = first; i < end; i++)
        {
            float g = gradient[i] + (decay * w[i]);
            v[i] = (_momentum * v[i]) + g;
            w[i] -= learningRate * (_nesterov ? g + (_momentum * v[i]) : v[i]);
        }
    }
}
