using Edge.Training.Autograd;

namespace Edge.Training.Optimization;

/// <summary>
/// Adam (Kingma and Ba, 2015): w −= rate · m̂ / (√v̂ + ε) with bias-corrected running means m̂ of the gradient and v̂ of its
/// square. Decoupled decay (AdamW, Loshchilov and Hutter, 2019) first shrinks the weights by rate · decay; else decay · w is
/// added to the gradient.
/// </summary>
public class Adam : Optimizer
{
    private readonly float _beta1;
    private readonly float _beta2;
    private readonly float _epsilon;
    private readonly bool _decoupled;
    private readonly float[][] _first;
    private readonly float[][] _second;

    /// <param name="parameters">Of the network.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="weightDecay">L2 penalty, added to the gradient.</param>
    /// <param name="beta1">What the mean of the gradient keeps per step.</param>
    /// <param name="beta2">What the mean of its square keeps per step.</param>
    /// <param name="epsilon">Added to the square root.</param>
    public Adam(
        IReadOnlyList<Parameter<float>> parameters,
        Workers workers,
        float weightDecay = 0,
        float beta1 = 0.9f,
        float beta2 = 0.999f,
        float epsilon = 1e-8f)
        : this(parameters, workers, decoupled: false, weightDecay, (beta1, beta2, epsilon))
    {
    }

    private protected Adam(
        IReadOnlyList<Parameter<float>> parameters,
        Workers workers,
        bool decoupled,
        float weightDecay,
        (float Beta1, float Beta2, float Epsilon) constants)
        : base(parameters, workers, weightDecay)
    {
        _decoupled = decoupled;
        (_beta1, _beta2, _epsilon) = constants;
        (_first, _second) = (Remember(parameters), Remember(parameters));
    }

    public override IReadOnlyList<(string Name, float[] Data)> State =>
        [.. Named("mean", _first), .. Named("square", _second)];

    private protected override void Update(int parameter, int first, int end, float learningRate, float decay)
    {
        (float[] w, float[] gradient) = (Parameters[parameter].Value, Parameters[parameter].Gradient);
        (float[] m, float[] v) = (_first[parameter], _second[parameter]);
        float step = learningRate / (float)(1 - Math.Pow(_beta1, StepCount));
        float root = 1 / (float)Math.Sqrt(1 - Math.Pow(_beta2, StepCount));
        float shrink = _decoupled ? 1 - (learningRate * decay) : 1;
        float penalty = _decoupled ? 0 : decay;
        for (int i = first; i < end; i++)
        {
            float g = gradient[i] + (penalty * w[i]);
            m[i] += (1 - _beta1) * (g - m[i]);
            v[i] += (1 - _beta2) * ((g * g) - v[i]);
            w[i] = (w[i] * shrink) - (step * m[i] / ((MathF.Sqrt(v[i]) * root) + _epsilon));
        }
    }
}

/// <summary>Adam with decoupled weight decay. See <see cref="Adam"/>.</summary>
/// <param name="parameters">Of the network.</param>
/// <param name="workers">Threads.</param>
/// <param name="weightDecay">Share of a weight that a step at rate 1 takes away.</param>
/// <param name="beta1">What the mean of the gradient keeps per step.</param>
/// <param name="beta2">What the mean of its square keeps per step.</param>
/// <param name="epsilon">Added to the square root.</param>
public sealed class AdamW(
    IReadOnlyList<Parameter<float>> parameters,
    Workers workers,
    float weightDecay = 0.01f,
    float beta1 = 0.9f,
    float beta2 = 0.999f,
    float epsilon = 1e-8f)
    : Adam(parameters, workers, decoupled: true, weightDecay, (beta1, beta2, epsilon));
