using Edge.Training.Autograd;

namespace Edge.Training.Optimization;

/// <summary>
/// A moving average of a network's parameters and running statistics, which generalises better than their last values:
/// average = average · decay + value · (1 − decay), with min(decay, (1 + steps) / (10 + steps)) as decay so that the start is
/// soon forgotten (as TensorFlow has it).
/// </summary>
public sealed class ExponentialMovingAverage
{
    private readonly (string Name, float[] Value, float[] Average)[] _tensors;

    /// <param name="network">Its values now are the first average.</param>
    /// <param name="decay">0 to below 1, usually 0.999.</param>
    public ExponentialMovingAverage(Network<float> network, float decay)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decay);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(decay, 1);
        Decay = decay;
        _tensors =
        [
            .. network.Parameters.Select(p => (p.Name, p.Value, (float[])p.Value.Clone())),
            .. network.State.Select(s => (s.Name, s.Value, (float[])s.Value.Clone())),
        ];
    }

    public float Decay { get; }

    /// <summary>Updates so far. A checkpoint restores it with <see cref="State"/>.</summary>
    public long StepCount { get; set; }

    /// <summary>The averages by name, for checkpoints to save and to overwrite in place.</summary>
    public IReadOnlyList<(string Name, float[] Data)> State => [.. _tensors.Select(t => (t.Name, t.Average))];

    /// <summary>After every step of the optimizer.</summary>
    public void Update()
    {
        StepCount++;
        float share = 1 - (float)Math.Min(Decay, (1.0 + StepCount) / (10.0 + StepCount));
        foreach ((_, float[] value, float[] average) in _tensors)
        {
            for (int i = 0; i < value.Length; i++)
                average[i] += share * (value[i] - average[i]);
        }
    }

    /// <summary>
    /// Exchanges the network's values and the averages: once to evaluate or export with the averages, once more to train on.
    /// </summary>
    public void Swap()
    {
        foreach ((_, float[] value, float[] average) in _tensors)
        {
            for (int i = 0; i < value.Length; i++)
                (value[i], average[i]) = (average[i], value[i]);
        }
    }
}
