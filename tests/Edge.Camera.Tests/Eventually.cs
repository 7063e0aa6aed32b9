using System.Diagnostics;

namespace Edge.Camera.Tests;

/// <summary>Waits for what happens on other threads or in other programs: as long as it takes, a minute and a half at most.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    /// <param name="what">What is waited for, in words that follow "did not happen".</param>
    public static void Holds(Func<bool> condition, string what = "what is waited for")
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Check(start, what);
            Thread.Sleep(Period);
        }
    }

    /// <inheritdoc cref="Holds"/>
    public static Task HoldsAsync(Func<bool> condition, string what = "what is waited for") =>
        HoldsAsync(() => Task.FromResult(condition()), what);

    /// <inheritdoc cref="Holds"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what = "what is waited for")
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Check(start, what);
            await Task.Delay(Period);
        }
    }

    private static void Check(long start, string what) =>
        Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"did not happen in {Patience.TotalSeconds} s: {what}");
}
