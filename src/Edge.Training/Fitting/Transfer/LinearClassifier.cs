namespace Edge.Training.Fitting.Transfer;

/// <summary>Scores of an image's features: w·x + b.</summary>
/// <param name="Weights">[classes, features].</param>
/// <param name="Bias">[classes].</param>
public sealed record LinearClassifier(float[] Weights, float[] Bias)
{
    public int Classes => Bias.Length;

    public int Features => Weights.Length / Bias.Length;

    /// <summary>Writes the scores of all classes.</summary>
    public void Score(ReadOnlySpan<float> features, Span<float> scores)
    {
        for (int c = 0; c < Classes; c++)
        {
            double sum = Bias[c];
            ReadOnlySpan<float> weights = Weights.AsSpan(c * Features, Features);
            for (int k = 0; k < weights.Length; k++)
                sum += weights[k] * features[k];
            scores[c] = (float)sum;
        }
    }

    /// <summary>The class with the largest score; of equal ones the first.</summary>
    public int Classify(ReadOnlySpan<float> features)
    {
        Span<float> scores = Classes <= 1024 ? stackalloc float[Classes] : new float[Classes];
        Score(features, scores);
        return ClassificationResult.Likeliest(scores);
    }

    /// <summary>Share of the rows that get their class.</summary>
    public double Accuracy(FeatureTable table, IReadOnlyList<int> rows) =>
        rows.Count == 0 ? double.NaN : rows.Count(r => Classify(table.Row(r)) == table.Classes[r]) / (double)rows.Count;
}
