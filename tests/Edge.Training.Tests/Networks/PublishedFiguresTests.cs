using Edge.Training.Reports;

namespace Edge.Training.Tests.Networks;

public sealed class PublishedFiguresTests
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, SummaryFigures.All.Count)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_published_figure_is_ours_to_its_digits_or_the_difference_has_a_reason(int row)
    {
        PublishedFigure figure = SummaryFigures.All[row];

        string what = $"{figure.Network} {figure.Counted}: published {figure.Figure}, ours {figure.Ours}";
        Assert.True(figure.Equal || figure.Difference is not null, $"{what}, and no reason is given");
        Assert.True(!figure.Equal || figure.Difference is null, $"{what}: they are equal, but a reason for a difference is given");
        Assert.True(Math.Abs(figure.Relative) < 0.25, $"{what}: another network");
    }

    [Theory]
    [InlineData("squeezenet-1.0", 1_248_424)]
    [InlineData("squeezenet-1.1", 1_235_496)]
    [InlineData("mobilenet-v1-1.0", 4_231_976)]
    [InlineData("xception", 22_855_952)]
    [InlineData("resnext-101-32x4d", 44_177_704)]
    public void Exact_counts_are_exact(string network, long parameters) =>
        Assert.Contains(SummaryFigures.All, f => f.Network == network && f.Ours == parameters && f.Equal);
}
