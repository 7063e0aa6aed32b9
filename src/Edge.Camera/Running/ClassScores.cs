using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Camera.Running;

/// <summary>
/// The scores that decisions are made of: one per label, 0 to 1. Probabilities and sigmoid scores are taken as they are; logits, known
/// by an int8 range beyond 0 to 1 or sums in float32, go through a softmax first, so that thresholds mean the same for every model.
/// </summary>
internal sealed class ClassScores
{
    /// <summary>Rounding of the output's scale may lift a probability of 1 a little.</summary>
    private const float HighestProbability = 1.01f;

    private readonly int _offset;
    private readonly float[] _scores;
    private readonly bool _areLogits;

    public ClassScores(EdgeModel model)
    {
        ModelManifest manifest = model.Manifest;
        TensorDefinition output = manifest.Tensors[manifest.Outputs[0]];
        _offset = manifest.LabelOffset;
        int classes = output.Shape.Aggregate(1, (a, b) => a * b) - _offset;
        Labels = manifest.Labels.Length == classes ? manifest.Labels : Numbered(classes);
        _scores = new float[classes];
        _areLogits = model.Scoring switch
        {
            SoftmaxOperator or FloatSoftmaxOperator or FloatUnaryOperator { Kind: FloatUnaryKind.Sigmoid or FloatUnaryKind.HardSigmoid } => false,
            { } op => Exceeds(manifest.Tensors[op.Outputs[0]]),
            null => Exceeds(output),
        };
    }

    /// <summary>Whether a tensor's values can lie outside 0 to 1.</summary>
    private static bool Exceeds(TensorDefinition tensor) =>
        tensor.Type != ElementType.Int8
        || tensor.Scale * (sbyte.MaxValue - tensor.ZeroPoint) > HighestProbability
        || tensor.Scale * (sbyte.MinValue - tensor.ZeroPoint) < 1 - HighestProbability;

    /// <summary>One per class; where the model has none, "class 0", "class 1" ….</summary>
    public IReadOnlyList<string> Labels { get; }

    private static string[] Numbered(int classes)
    {
        var labels = new string[classes];
        for (int i = 0; i < classes; i++)
            labels[i] = $"class {i}";
        return labels;
    }

    /// <summary>Reads the scores of the session's last run. The result stays valid until the next call.</summary>
    public ReadOnlySpan<float> Read(Session session)
    {
        ReadOnlySpan<float> outputs = session.Output[_offset..];
        if (!_areLogits)
        {
            outputs.CopyTo(_scores);
            return _scores;
        }

        float highest = float.NegativeInfinity, sum = 0;
        foreach (float logit in outputs)
            highest = Math.Max(highest, logit);
        for (int c = 0; c < _scores.Length; c++)
        {
            _scores[c] = MathF.Exp(outputs[c] - highest);
            sum += _scores[c];
        }

        for (int c = 0; c < _scores.Length; c++)
            _scores[c] /= sum;
        return _scores;
    }
}
