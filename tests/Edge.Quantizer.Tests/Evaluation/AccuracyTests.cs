using Edge.Quantizer.Evaluation;

namespace Edge.Quantizer.Tests.Evaluation;

public class AccuracyTests
{
    [Fact]
    public void Ranks_scores_behind_the_background_and_prefers_the_first_of_equals()
    {
        Assert.Equal([1, 2, 0], Ranking.Best([9f, 0.1f, 0.5f, 0.5f], offset: 1, count: 5));
        Assert.Equal([0, 2], Ranking.Best([9f, 0.1f, 0.5f, 0.5f], offset: 0, count: 2));
    }

    [Fact]
    public void Counts_right_lost_gained_and_agreeing_images()
    {
        var accuracy = new Accuracy("test");
        accuracy.Add([3, 1], [3, 1], truth: 3);
        accuracy.Add([1, 3], [3, 1], truth: 3);
        accuracy.Add([7, 2], [2, 7], truth: 7);
        accuracy.Add([4, 5], [4, 5], truth: null);

        Assert.Equal((4, 3, 2, 3), (accuracy.Images, accuracy.Labelled, accuracy.Top1, accuracy.Top5));
        Assert.Equal((1, 1, 2), (accuracy.Lost, accuracy.Gained, accuracy.Agreeing));
        Assert.Equal([3, 1, 7, 4], accuracy.Answers);
        Assert.Null(accuracy.LogitSqnr);
    }

    [Fact]
    public void Logits_are_compared_behind_a_softmax_as_without_one()
    {
        float[] logits = [12, -3, 0.5f, 2.5f], probabilities = [.. logits.Select(l => MathF.Exp(l - 12))];
        float sum = probabilities.Sum();
        probabilities = Array.ConvertAll(probabilities, p => p / sum);

        float[] centred = Ranking.Logits(logits, areProbabilities: false);
        Assert.Equal([9, -6, -2.5f, -0.5f], centred);
        Assert.All(centred.Zip(Ranking.Logits(probabilities, areProbabilities: true)), p => Assert.Equal(p.First, p.Second, 1e-4f));
        Assert.All(Ranking.Logits([1, 0, 0], areProbabilities: true), l => Assert.InRange(l, -100, 100));

        Assert.Equal([3f], Ranking.Logits([3], areProbabilities: false));

        var accuracy = new Accuracy("test");
        accuracy.Compare([1, -1], [1, -1]);
        Assert.Null(accuracy.LogitSqnr);
        accuracy.Compare([2, -2], [1, -1]);
        accuracy.Compare([4, -5], [4, -4]);
        Assert.Equal(10 * Math.Log10(36.0 / 3), accuracy.LogitSqnr!.Value, 1e-9);
    }
}
