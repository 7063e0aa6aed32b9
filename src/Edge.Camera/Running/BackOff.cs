namespace Edge.Camera.Running;

/// <summary>Delays between attempts that double until one succeeds.</summary>
internal sealed class BackOff
{
    private readonly TimeSpan _first, _last;

    /// <param name="first">The shortest delay.</param>
    /// <param name="last">The longest delay.</param>
    public BackOff(TimeSpan first, TimeSpan last) => (_first, _last, Delay) = (first, last, first);

    /// <summary>What the next failure waits for.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>The delay to wait now; the one after it is twice as long.</summary>
    public TimeSpan Next()
    {
        TimeSpan now = Delay;
        Delay = now * 2 < _last ? now * 2 : _last;
        return now;
    }

    /// <summary>An attempt has succeeded.</summary>
    public void Reset() => Delay = _first;
}
