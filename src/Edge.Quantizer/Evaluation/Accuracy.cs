using System.Text.Json.Serialization;
using Edge.Quantizer.Quantization;

namespace Edge.Quantizer.Evaluation;

/// <summary>What one classifier got right, beside a reference classifier on the same images.</summary>
internal sealed class Accuracy(string name)
{
    private readonly List<int> _answers = [];
    private SignalToNoise? _noise;

    public string Name { get; } = name;

    /// <summary>Images classified.</summary>
    public int Images { get; private set; }

    /// <summary>Images whose class is known.</summary>
    public int Labelled { get; private set; }

    public int Top1 { get; private set; }

    public int Top5 { get; private set; }

    /// <summary>Images that the reference had right and this one has wrong.</summary>
    public int Lost { get; private set; }

    /// <summary>Images that the reference had wrong and this one has right.</summary>
    public int Gained { get; private set; }

    /// <summary>Images on which both name the same class.</summary>
    public int Agreeing { get; private set; }

    /// <summary>The likeliest class of every image, in the order of <see cref="Add"/>.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> Answers => _answers;

    /// <summary>
    /// Signal to noise ratio of the logits against the reference's, each less its mean over the outputs, dB; null for the reference
    /// itself, and where they are equal.
    /// </summary>
    public double? LogitSqnr => _noise?.Decibels is { } decibels && double.IsFinite(decibels) ? decibels : null;

    /// <summary>Adds an image's logits (<see cref="Ranking.Logits"/>) to those of another network than the reference.</summary>
    public void Compare(ReadOnlySpan<float> logits, ReadOnlySpan<float> reference) => (_noise ??= new SignalToNoise()).Add(reference, logits);

    /// <param name="ranking">Classes, the likeliest first, five of them or all.</param>
    /// <param name="reference">The reference's ranking.</param>
    /// <param name="truth">The image's class; null when unknown.</param>
    public void Add(ReadOnlySpan<int> ranking, ReadOnlySpan<int> reference, int? truth)
    {
        Images++;
        _answers.Add(ranking[0]);
        Agreeing += ranking[0] == reference[0] ? 1 : 0;
        if (truth is not { } expected)
            return;
        Labelled++;
        bool right = ranking[0] == expected, referenceRight = reference[0] == expected;
        Top1 += right ? 1 : 0;
        Top5 += ranking.Contains(expected) ? 1 : 0;
        Lost += referenceRight && !right ? 1 : 0;
        Gained += right && !referenceRight ? 1 : 0;
    }
}

/// <summary>What class scores say: their order, and the logits behind them.</summary>
internal static class Ranking
{
    private const float LeastNormal = 1.17549435e-38f;

    /// <summary>
    /// Indices of the <paramref name="count"/> largest scores behind the first <paramref name="offset"/> outputs, counted from there;
    /// of equal scores the first.
    /// </summary>
    public static int[] Best(ReadOnlySpan<float> scores, int offset, int count)
    {
        ReadOnlySpan<float> classes = scores[offset..];
        var best = new List<int>(count);
        while (best.Count < Math.Min(count, classes.Length))
        {
            int winner = -1;
            for (int i = 0; i < classes.Length; i++)
            {
                if (!best.Contains(i) && (winner < 0 || classes[i] > classes[winner]))
                    winner = i;
            }

            best.Add(winner);
        }

        return [.. best];
    }

    /// <summary>
    /// The logit behind a softmax's probability but for a constant. Below the least normal number, where machines and libraries flush to
    /// zero or do not, all are one.
    /// </summary>
    public static float LogitOf(float probability) => MathF.Log(MathF.Max(probability, LeastNormal));

    /// <summary>The logits behind scores, less their mean, which changes no answer. A single score stays as it is.</summary>
    /// <param name="areProbabilities">Whether the scores are a softmax's, so that their logarithms are logits.</param>
    public static float[] Logits(ReadOnlySpan<float> scores, bool areProbabilities)
    {
        float[] logits = new float[scores.Length];
        for (int i = 0; i < logits.Length; i++)
            logits[i] = areProbabilities ? LogitOf(scores[i]) : scores[i];
        double mean = logits.Length > 1 ? logits.Average(l => (double)l) : 0;
        return Array.ConvertAll(logits, l => (float)(l - mean));
    }
}
