using Edge.Training.Autograd;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Optimization;

/// <summary>
/// Moves parameters against their gradients. Frozen parameters stay, with what the optimizer remembers of them. The result is
/// the same to the bit for any number of workers.
/// </summary>
public abstract class Optimizer
{
    private readonly Workers _workers;

    private protected Optimizer(IReadOnlyList<Parameter<float>> parameters, Workers workers, float weightDecay)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        (Parameters, _workers, WeightDecay) = (parameters, workers, weightDecay);
    }

    public IReadOnlyList<Parameter<float>> Parameters { get; }

    /// <summary>Of parameters with <see cref="Parameter{T}.Decay"/>.</summary>
    public float WeightDecay { get; }

    /// <summary>Steps taken so far. A checkpoint restores it with <see cref="State"/>.</summary>
    public long StepCount { get; set; }

    /// <summary>What the optimizer remembers, by name, for checkpoints to save and to overwrite in place.</summary>
    public abstract IReadOnlyList<(string Name, float[] Data)> State { get; }

    /// <summary>One step along the gradients, which stay as they are.</summary>
    public void Step(float learningRate)
    {
        StepCount++;
        for (int i = 0; i < Parameters.Count; i++)
        {
            Parameter<float> parameter = Parameters[i];
            if (!parameter.Trainable)
                continue;
            int index = i;
            float decay = parameter.Decay ? WeightDecay : 0;
            Partition.Elements(_workers, parameter.Value.Length, (first, end) => Update(index, first, end, learningRate, decay));
        }
    }

    /// <summary>Updates elements [first, end) of a parameter.</summary>
    private protected abstract void Update(int parameter, int first, int end, float learningRate, float decay);

    private protected static float[][] Remember(IReadOnlyList<Parameter<float>> parameters) =>
        [.. parameters.Select(p => new float[p.Value.Length])];

    private protected IEnumerable<(string Name, float[] Data)> Named(string kind, float[][] data) =>
        Parameters.Select((p, i) => ($"{p.Name}/{kind}", data[i]));
}
