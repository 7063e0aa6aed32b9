using Edge.Training.Autograd;

namespace Edge.Training.Compression;

/// <summary>
/// Iterative pruning: weights become 0 bit by bit while the others learn to do without them, and stay 0. The share that is kept
/// falls by a cubic schedule (Zhu and Gupta, "To prune, or not to prune", arXiv:1710.01878, equation 1) until 70 % of the steps are
/// done. Which go next is decided over all layers together by layer-adaptive magnitude (Lee et al., "LAMP", arXiv:2010.07611,
/// equation 4): w² over the sum of all squares in the layer that are not smaller.
/// </summary>
internal sealed class PruningConstraint : IWeightConstraint
{
    private const double PruningShare = 0.7;
    private const int Rounds = 60;

    private readonly Parameter<float>[] _weights;
    private readonly double _keep;
    private readonly int _kept;
    private readonly long _interval;
    private readonly bool[][] _pruned;
    private double _start;

    /// <param name="parameters">Those with weight decay are pruned: weights, not biases nor batch norms.</param>
    /// <param name="keep">Share of weights that are left, above 0, below 1.</param>
    /// <param name="steps">Of the whole training.</param>
    public PruningConstraint(IEnumerable<Parameter<float>> parameters, double keep, long steps)
    {
        (_weights, _keep) = ([.. parameters.Where(p => p.Decay && p.Trainable)], keep);
        _kept = (int)Math.Round(keep * _weights.Sum(p => p.Value.Length));
        FinalStep = IsFinal(p => p.Value) ? 0 : (long)(PruningShare * steps);
        _interval = Math.Max(1, FinalStep / Rounds);
        _pruned = Array.ConvertAll(_weights, p => new bool[p.Value.Length]);
        Attach(0);
    }

    /// <summary>Where the last weights become 0: 0 for a network that is thin enough from the start.</summary>
    public long FinalStep { get; }

    /// <summary>Share of weights that are not 0.</summary>
    public double Density => (double)_weights.Sum(p => (long)p.Value.Count(w => w != 0)) / _weights.Sum(p => (long)p.Value.Length);

    /// <summary>
    /// A network that is thinner already stays as it is. One whose schedule was cut short, or that is not to be trained at all, is pruned
    /// at once.
    /// </summary>
    public void Attach(long step)
    {
        _start = Density <= _keep ? _keep : 1;
        if (step >= FinalStep && !IsFinal(p => p.Value))
            Prune(_keep);
    }

    public bool IsFinal(Func<Parameter<float>, float[]> values) => _weights.Sum(p => (long)values(p).Count(w => w != 0)) <= _kept;

    public void BeforeStep()
    {
        for (int p = 0; p < _weights.Length; p++)
        {
            (float[] value, float[] gradient, bool[] pruned) = (_weights[p].Value, _weights[p].Gradient, _pruned[p]);
            for (int i = 0; i < value.Length; i++)
            {
                pruned[i] = value[i] == 0;
                gradient[i] = pruned[i] ? 0 : gradient[i];
            }
        }
    }

    /// <summary>What momentum moved goes back to 0; then more follows.</summary>
    public void AfterStep(long step)
    {
        for (int p = 0; p < _weights.Length; p++)
        {
            (float[] value, bool[] pruned) = (_weights[p].Value, _pruned[p]);
            for (int i = 0; i < value.Length; i++)
                value[i] = pruned[i] ? 0 : value[i];
        }

        if (step <= FinalStep && (step % _interval == 0 || step == FinalStep))
            Prune(KeepAt(step));
    }

    private double KeepAt(long step)
    {
        double left = FinalStep == 0 ? 0 : 1 - ((double)Math.Min(step, FinalStep) / FinalStep);
        return _keep + ((_start - _keep) * left * left * left);
    }

    private void Prune(double keep)
    {
        int total = _weights.Sum(p => p.Value.Length), zeros = total - (int)Math.Round(keep * total);
        float[] scores = new float[total];
        int[] places = new int[total];
        int at = 0;
        foreach (Parameter<float> parameter in _weights)
        {
            Score(parameter.Value, scores.AsSpan(at, parameter.Value.Length));
            at += parameter.Value.Length;
        }

        for (int i = 0; i < total; i++)
            places[i] = i;
        Array.Sort(scores, places);
        int[] starts = new int[_weights.Length];
        for (int p = 1; p < starts.Length; p++)
            starts[p] = starts[p - 1] + _weights[p - 1].Value.Length;
        foreach (int place in places.AsSpan(0, Math.Max(0, zeros)))
        {
            int p = Array.BinarySearch(starts, place);
            p = p < 0 ? ~p - 1 : p;
            _weights[p].Value[place - starts[p]] = 0;
        }
    }

    /// <summary>LAMP: the largest weight of a layer scores 1, so that no layer goes whole.</summary>
    private static void Score(float[] weights, Span<float> scores)
    {
        float[] squares = Array.ConvertAll(weights, w => w * w);
        int[] order = [.. Enumerable.Range(0, weights.Length)];
        Array.Sort(squares, order);
        double above = 0;
        for (int i = squares.Length - 1; i >= 0; i--)
        {
            above += squares[i];
            scores[order[i]] = above == 0 ? 0 : (float)(squares[i] / above);
        }
    }
}
