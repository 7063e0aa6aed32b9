using Edge.Runtime.Execution;

namespace Edge.Training.Autograd;

/// <summary>
/// Threads that share loops. The same piece always goes to the same worker, so that a result depends on the number of threads
/// at most, never on their timing. One caller at a time.
/// </summary>
public sealed class Workers : IDisposable
{
    private readonly WorkerPool _pool;

    /// <param name="count">Threads, the caller included; 0 takes one per core.</param>
    public Workers(int count = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count == 0 ? Environment.ProcessorCount : count;
        _pool = new WorkerPool(Count, steals: false);
    }

    public int Count { get; }

    /// <summary>
    /// Calls the body on disjoint ranges that cover [0, <paramref name="pieces"/>): worker w of n takes [pieces·w/n,
    /// pieces·(w+1)/n). With pieces = <see cref="Count"/> each worker gets the one piece of its own number.
    /// </summary>
    /// <param name="pieces">Pieces of about equal work that touch disjoint results.</param>
    /// <param name="body">Does pieces [first, end).</param>
    public void Run(int pieces, Action<int, int> body) => _pool.Run(new Loop(pieces, body));

    public void Dispose() => _pool.Dispose();

    private sealed class Loop(int pieces, Action<int, int> body) : PreparedOperator
    {
        public override int Pieces => pieces;

        public override string Kernel => "loop";

        public override void Run(int first, int end) => body(first, end);
    }
}
