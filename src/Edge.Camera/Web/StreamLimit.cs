namespace Edge.Camera.Web;

/// <summary>
/// Streams last as long as their viewers: they get three quarters of the connections, the rest stays for requests.
/// </summary>
/// <param name="connections">At a time, in all.</param>
internal sealed class StreamLimit(int connections)
{
    private readonly int _most = Math.Max(1, connections * 3 / 4);
    private int _open;

    /// <returns>False when there are too many already; else <see cref="Leave"/> follows.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= _most)
            return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);
}
