using Edge.Camera.Config;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>
/// The sinks at work, and the change to those of another configuration. A sink that is asked for in the same words and with the same
/// secrets stays. Others are replaced one after the other, the old one first: lines, ports and connections have one owner.
/// </summary>
/// <param name="log">For sinks that are lost.</param>
internal sealed class SinkSet(ILogger log)
{
    // One place for each kind of sink, the same as in every array of plans.
    private SinkPlan?[] _asked = [];
    private RunningSink?[] _running = [];

    /// <summary>All that run now.</summary>
    public ISink[] Running => Array.ConvertAll(Array.FindAll(_running, r => r is not null), r => r!.Sink);

    /// <summary>
    /// Changes to the sinks of another configuration, or, when one of them can't be made, back to those of the last one. Waits until old
    /// ones have ended, which takes some seconds where somebody does not answer.
    /// </summary>
    /// <param name="plans">One for each kind; null where none is asked for.</param>
    /// <param name="changed">Called after each that was replaced, made or lost; <see cref="Running"/> says what there is then.</param>
    /// <exception cref="ConfigException">One of them can't be made.</exception>
    public void ChangeTo(SinkPlan?[] plans, Action changed)
    {
        Array.Resize(ref _asked, plans.Length);
        Array.Resize(ref _running, plans.Length);
        try
        {
            for (int place = 0; place < plans.Length; place++)
                Fill(place, plans[place], changed);
            _asked = plans;
        }
        catch
        {
            GoBack(changed);
            throw;
        }
    }

    private void Fill(int place, SinkPlan? plan, Action changed)
    {
        if (_running[place]?.Plan.Identity == plan?.Identity)
            return;
        if (_running[place] is { } old)
        {
            _running[place] = null;
            old.Sink.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        if (plan is not null)
            _running[place] = new RunningSink(plan, plan.Make());
        changed();
    }

    /// <summary>A sink that can't be made again is lost until a configuration brings it back: its place is empty, whatever is asked for.</summary>
    private void GoBack(Action changed)
    {
        for (int place = 0; place < _asked.Length; place++)
        {
            try
            {
                Fill(place, _asked[place], changed);
            }
            catch (ConfigException e)
            {
                SinkLog.Lost(log, _asked[place]!.Name, e.Message.ReplaceLineEndings("; "));
                changed();
            }
        }
    }

    private sealed class RunningSink(SinkPlan plan, ISink sink)
    {
        public SinkPlan Plan { get; } = plan;

        public ISink Sink { get; } = sink;
    }
}
