using Edge.Camera.Decision;
using Edge.Camera.Sinks;
using Edge.Camera.Web;

namespace Edge.Camera.Tests.Web;

public sealed class HistoryTests
{
    [Fact]
    public void Old_pictures_give_way_before_their_decisions_do()
    {
        var history = new DecisionHistory(maxBytes: 100);
        history.Add(Decision("a"), new byte[60]);
        history.Add(Decision("b"), null);
        history.Add(Decision("c"), new byte[40]);
        Assert.Equal([true, false, true], history.After(0).Select(d => d.Picture));
        history.Add(Decision("d"), new byte[30]);
        history.Add(Decision("e"), new byte[101]);
        Assert.Equal(["a", "b", "c", "d", "e"], history.After(0).Select(d => d.Label));
        Assert.Equal([false, false, true, true, false], history.After(0).Select(d => d.Picture));
        Assert.Null(history.Picture(1));
        Assert.Equal(40, history.Picture(3)!.Length);
        Assert.Equal([4, 5], history.After(3).Select(d => d.Number));
        Assert.Null(history.Picture(6));
    }

    [Fact]
    public void The_oldest_decisions_are_forgotten()
    {
        var history = new DecisionHistory();
        for (int i = 0; i < 60; i++)
            history.Add(Decision("a"), new byte[1]);
        Assert.Equal(Enumerable.Range(11, 50).Select(n => (long)n), history.After(0).Select(d => d.Number));
        Assert.Null(history.Picture(10));
        Assert.Equal(60, history.Count);
    }

    private static DecisionEvent Decision(string label) => new()
    {
        Camera = "camera",
        Region = null,
        Time = DateTimeOffset.UnixEpoch,
        Frame = 1,
        Class = 0,
        Label = label,
        Score = 1,
        Top = default,
        Report = true,
    };
}
