using Edge.Quantizer.Quantization;

namespace Edge.Quantizer.Tests.Quantization;

public class TechniqueScoreTests
{
    [Theory]
    [InlineData("a clear lead in the ratio decides", 30, 0.02, 29.5, 0.01, 0)]
    [InlineData("a tie goes to the likelier classes", 30, 0.02, 29.8, 0.01, 1)]
    [InlineData("without classes the ratio decides", 30, 0, 29.8, 0, 0)]
    [InlineData("the order of trying decides nothing", 29.8, 0.02, 30, 0.01, 1)]
    [InlineData("no noise at all beats everything", 40, 0.001, double.PositiveInfinity, 0, 1)]
    public void The_best_is_told(string what, double firstRatio, double firstDivergence, double secondRatio, double secondDivergence, int best)
    {
        TechniqueScore[] scores =
        [
            new(new Technique("minmax", Equalized: false, Compensated: true), firstRatio) { Divergence = firstDivergence },
            new(new Technique("mse", Equalized: true, Compensated: true), secondRatio) { Divergence = secondDivergence },
        ];

        Assert.True(TechniqueScore.Best(scores) == scores[best], what);
    }

    [Fact]
    public void Ties_are_with_the_highest_ratio_and_not_with_each_other()
    {
        TechniqueScore[] scores =
        [
            new(new Technique("minmax", false, false), 30) { Divergence = 0.03 },
            new(new Technique("mse", false, false), 29.8) { Divergence = 0.02 },
            new(new Technique("entropy", false, false), 29.6) { Divergence = 0.01 },
        ];

        Assert.Equal("mse", TechniqueScore.Best(scores).Technique.Method);
    }
}
