using Edge.Quantizer;
using Edge.Training.Data;

namespace Edge.Training.Tests.Data;

public class SplitTests
{
    private static readonly int[] Classes = [.. Enumerable.Range(0, 100).Select(i => i < 60 ? 0 : i < 90 ? 1 : 2)];

    [Fact]
    public void Every_class_is_split_by_the_same_share_and_nothing_is_lost()
    {
        StratifiedSplit split = StratifiedSplit.ByShare(Classes, 0.3, seed: 5);
        Assert.Equal([18, 9, 3], Enumerable.Range(0, 3).Select(c => split.Validation.Count(i => Classes[i] == c)));
        Assert.Equal(Enumerable.Range(0, 100), split.Training.Concat(split.Validation).Order());
    }

    [Fact]
    public void The_seed_decides_the_split()
    {
        Assert.Equal(StratifiedSplit.ByShare(Classes, 0.3, 5).Validation, StratifiedSplit.ByShare(Classes, 0.3, 5).Validation);
        Assert.NotEqual(StratifiedSplit.ByShare(Classes, 0.3, 5).Validation, StratifiedSplit.ByShare(Classes, 0.3, 6).Validation);
    }

    [Fact]
    public void A_number_per_class_trains_and_the_others_validate()
    {
        StratifiedSplit split = StratifiedSplit.ByCount(Classes, ["a", "b", "c"], 4, seed: 1);
        Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(4, split.Training.Count(i => Classes[i] == c)));
        Assert.Equal(88, split.Validation.Length);
    }

    [Fact]
    public void A_class_too_small_for_the_split_is_named()
    {
        UserException e = Assert.Throws<UserException>(() => StratifiedSplit.ByCount(Classes, ["a", "b", "rare"], 10, seed: 1));
        Assert.Contains("'rare' has 10 images", e.Message, StringComparison.Ordinal);
    }
}
