namespace Edge.Training.Fitting;

/// <summary>What a classifier answered for a set of examples.</summary>
/// <param name="classes">Number of classes.</param>
public sealed class ClassificationResult(int classes)
{
    private readonly List<Answer> _answers = [];
    private double _loss;

    public int Classes => classes;

    /// <summary>In the order of the examples.</summary>
    public IReadOnlyList<Answer> Answers => _answers;

    /// <summary>[true class, answered class]: examples.</summary>
    public int[,] Confusion { get; } = new int[classes, classes];

    /// <summary>Mean cross-entropy; NaN without examples.</summary>
    public double Loss => _answers.Count == 0 ? double.NaN : _loss / _answers.Count;

    /// <summary>Share of right answers; NaN without examples.</summary>
    public double Accuracy => _answers.Count == 0 ? double.NaN : _answers.Count(a => a.IsRight) / (double)_answers.Count;

    /// <summary>Share of examples whose class is among the five likeliest answers.</summary>
    public double Top5 => _answers.Count == 0 ? double.NaN : _answers.Count(a => a.Rank < 5) / (double)_answers.Count;

    /// <param name="truth">The example's class.</param>
    /// <param name="scores">Of all classes: logits, or logarithms of probabilities.</param>
    public void Add(int truth, ReadOnlySpan<float> scores)
    {
        int best = Likeliest(scores), rank = 0;
        foreach (float score in scores)
            rank += score > scores[truth] ? 1 : 0;

        double sum = 0;
        foreach (float score in scores)
            sum += Math.Exp(score - scores[best]);
        double truthLog = scores[truth] - scores[best] - Math.Log(sum);
        _loss -= truthLog;
        _answers.Add(new Answer(truth, best, 1 / sum, Math.Exp(truthLog), rank));
        Confusion[truth, best]++;
    }

    /// <summary>The index of the largest score; of equal ones the first.</summary>
    public static int Likeliest(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int c = 1; c < scores.Length; c++)
            best = scores[c] > scores[best] ? c : best;
        return best;
    }

    /// <summary>Examples of a class.</summary>
    public int Count(int truth)
    {
        int count = 0;
        for (int c = 0; c < classes; c++)
            count += Confusion[truth, c];
        return count;
    }

    /// <summary>Share of a class's examples that got it (recall); NaN without examples.</summary>
    public double AccuracyOf(int truth) =>
        Count(truth) is > 0 and var count ? Confusion[truth, truth] / (double)count : double.NaN;

    /// <summary>Share of a class's answers that were right (precision); NaN when it was never answered.</summary>
    public double PrecisionOf(int answer)
    {
        int count = 0;
        for (int c = 0; c < classes; c++)
            count += Confusion[c, answer];
        return count > 0 ? Confusion[answer, answer] / (double)count : double.NaN;
    }
}

/// <summary>One answer.</summary>
/// <param name="Truth">The example's class.</param>
/// <param name="Class">The likeliest class.</param>
/// <param name="Confidence">Its probability.</param>
/// <param name="TruthProbability">The true class's probability.</param>
/// <param name="Rank">How many classes were likelier than the true one.</param>
public readonly record struct Answer(int Truth, int Class, double Confidence, double TruthProbability, int Rank)
{
    public bool IsRight => Truth == Class;
}
