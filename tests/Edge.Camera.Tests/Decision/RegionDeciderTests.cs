using Edge.Camera.Config;
using Edge.Camera.Decision;

namespace Edge.Camera.Tests.Decision;

public class RegionDeciderTests
{
    private static readonly string[] Labels = ["cat", "dog", "bird"];

    [Fact]
    public void Nothing_above_the_threshold_is_unknown()
    {
        var decider = new RegionDecider(new DecisionConfig { Threshold = 0.6, Votes = 1, Window = 1 }, Labels);
        Assert.Equal(RegionDecider.Unknown, decider.Add([0.5f, 0.3f, 0.2f], TimeSpan.Zero).Class);
        Verdict verdict = decider.Add([0.7f, 0.2f, 0.1f], TimeSpan.Zero);
        Assert.Equal(new Verdict(0, 0.7f, Changed: true, Report: true), verdict);
    }

    [Fact]
    public void The_first_decision_is_a_change_but_that_nothing_is_seen_is_no_news()
    {
        var decider = new RegionDecider(new DecisionConfig { Votes = 2, Window = 3 }, Labels);
        Assert.False(decider.IsSettled);
        Assert.False(decider.Add([0, 0, 0], TimeSpan.Zero).Changed);
        Verdict first = decider.Add([0, 0, 0], TimeSpan.Zero);
        Assert.Equal(new Verdict(RegionDecider.Unknown, 0, Changed: true, Report: false), first);
        Assert.True(first.IsStart && decider.IsSettled);
        Assert.False(decider.Add([0, 0, 0], TimeSpan.Zero).Changed);
        decider.Add([0.9f, 0, 0], TimeSpan.Zero);
        Assert.True(decider.Add([0.9f, 0, 0], TimeSpan.Zero) is { Class: 0, Changed: true, Report: true, IsStart: false });
        decider.Add([0, 0, 0], TimeSpan.Zero);
        Verdict lost = decider.Add([0, 0, 0], TimeSpan.Zero);
        Assert.True(lost is { Class: RegionDecider.Unknown, Changed: true, Report: true, IsStart: false });
    }

    [Fact]
    public void Votes_of_the_window_must_agree_before_the_decision_changes()
    {
        var decider = new RegionDecider(new DecisionConfig { Votes = 3, Window = 5 }, Labels);
        float[] cat = [0.9f, 0, 0], dog = [0, 0.9f, 0];
        int[] classes = [.. new[] { cat, dog, cat, dog, cat, dog, dog, dog }.Select(s => decider.Add(s, TimeSpan.Zero).Class)];
        Assert.Equal([-1, -1, -1, -1, 0, 1, 1, 1], classes);
    }

    [Fact]
    public void A_decided_class_stays_until_it_falls_below_threshold_less_hysteresis()
    {
        var decider = new RegionDecider(new DecisionConfig { Threshold = 0.6, Hysteresis = 0.2, Votes = 1, Window = 1 }, Labels);
        float[] scores = [0.55f, 0.65f, 0.45f, 0.39f, 0.55f];
        int[] classes = [.. scores.Select(s => decider.Add([s, 0, 0], TimeSpan.Zero).Class)];
        Assert.Equal([-1, 0, 0, -1, -1], classes);
    }

    [Fact]
    public void Classes_have_thresholds_of_their_own_and_may_be_ignored()
    {
        var config = new DecisionConfig
        {
            Votes = 1,
            Window = 1,
            Classes = new() { ["dog"] = new ClassConfig { Threshold = 0.3 }, ["cat"] = new ClassConfig { Ignore = true } },
        };
        var decider = new RegionDecider(config, Labels);
        Assert.Equal(1, decider.Add([0.65f, 0.35f, 0], TimeSpan.Zero).Class);
        Assert.Equal(RegionDecider.Unknown, decider.Add([1, 0, 0], TimeSpan.Zero).Class);
    }

    [Fact]
    public void Smoothing_takes_the_exponential_mean_of_the_scores()
    {
        var decider = new RegionDecider(new DecisionConfig { Smoothing = 0.5, Votes = 1, Window = 1, Hysteresis = 0 }, Labels);
        decider.Add([0.4f, 0, 0], TimeSpan.Zero);
        Assert.Equal(0.7f, decider.Add([1, 0, 0], TimeSpan.Zero).Score, 1e-6f);
        Assert.Equal(0.7f, decider.Scores[0], 1e-6f);
    }

    [Fact]
    public void Within_its_cooldown_a_class_is_decided_but_not_reported()
    {
        var decider = new RegionDecider(new DecisionConfig { Cooldown = 10, Votes = 1, Window = 1 }, Labels);
        float[] cat = [0.9f, 0, 0], none = [0, 0, 0];
        bool[] reports =
        [
            .. new (float[] Scores, int Second)[] { (cat, 0), (none, 1), (cat, 5), (none, 6), (cat, 11) }
                .Select(f => decider.Add(f.Scores, TimeSpan.FromSeconds(f.Second)).Report),
        ];
        Assert.Equal([true, true, false, true, true], reports);
    }

    [Fact]
    public void Top_classes_are_the_highest_scores_lower_class_first_among_equals()
    {
        TopClasses top = TopClasses.Of([0.1f, 0.4f, 0.2f, 0.4f, 0], 3);
        Assert.Equal([1, 3, 2], Enumerable.Range(0, top.Count).Select(i => top[i].Class));
        Assert.Equal(1, TopClasses.Of([0.5f], 5).Count);
    }

    [Theory]
    [InlineData("06:00-22:00", "12:00", true)]
    [InlineData("06:00-22:00", "22:00", false)]
    [InlineData("22:00-06:00", "23:30", true)]
    [InlineData("22:00-06:00", "12:00", false)]
    [InlineData("00:00-24:00", "23:59", true)]
    public void Hours_may_pass_midnight(string hours, string time, bool inside)
    {
        Assert.True(ActiveHours.TryParse(hours, out ActiveHours span));
        Assert.Equal(inside, span.Contains(TimeOnly.Parse(time, System.Globalization.CultureInfo.InvariantCulture)));
    }
}
