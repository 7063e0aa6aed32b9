using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Edge.Runtime.Execution;

/// <summary>
/// The caller plus threads − 1 dedicated background threads that share the pieces of one operator after the other. Worker w of n
/// owns pieces [P·w/n, P·(w+1)/n), so that the same core finds the same rows in its cache from one operator to the next. It takes
/// them from the front, half of what is left at a time; one that has none left takes from the back of the others. So a slower
/// core gets less, and a worker that does not wake in time is not waited for. Between operators a worker spins for some
/// microseconds, then sleeps. Nothing is allocated per run. One caller at a time.
/// </summary>
/// <remarks>
/// A claim is one compare-and-swap on a share, and an operator's run ends when all pieces are done: as long as a claimed piece is
/// not, the operator can't change. So whoever claims before looking at the operator does the right one, however late it comes.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>Longer than the gap between two operators, shorter than anyone would notice as load between two frames.</summary>
    private static readonly long SpinTicks = Stopwatch.Frequency * 50 / 1_000_000;

    /// <summary>Looks at what the other side writes, tens of nanoseconds apart, between two looks at the clock.</summary>
    private const int LooksPerTime = 16;

    /// <summary>Elements of <see cref="_shares"/> from one share to the next: two cache lines, which processors fetch together.</summary>
    private const int ShareSpacing = 128 / sizeof(long);

    /// <summary>A claim takes no less of a share than this part, or what is left.</summary>
    private const int ClaimsPerShare = 8;

    private readonly Thread[] _threads;
    private readonly bool _steals;
    private readonly bool _spins;

    // Per worker the pieces of its share that nobody has claimed: first << 32 | end.
    private readonly long[] _shares;

    // Workers sleep on _start until _round moves; the caller sleeps on _finish until _unfinished is 0.
    private readonly object _start = new();
    private readonly object _finish = new();
    private volatile int _round;
    private volatile int _unfinished;
    private int _leastClaim = 1;
    private int _sleepers;
    private int _callerSleeps;
    private volatile bool _stopping;
    private PreparedOperator? _work;
    private ExceptionDispatchInfo? _failure;

    /// <param name="workers">Threads in all, the caller included, at least 1.</param>
    /// <param name="steals">False: every worker does exactly its share, in one call, whatever the others do.</param>
    public WorkerPool(int workers, bool steals = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        (Workers, _steals) = (workers, steals);
        _spins = workers <= Environment.ProcessorCount;
        _shares = new long[(workers + 1) * ShareSpacing];
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"edge worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Workers { get; }

    /// <summary>Does all pieces of the operator and returns when they are done.</summary>
    /// <exception cref="Exception">Whatever the first failing worker threw, after all pieces were tried.</exception>
    public void Run(PreparedOperator op)
    {
        int pieces = op.Pieces;
        if (pieces <= 1 || _threads.Length == 0)
        {
            if (pieces > 0)
                op.Run(0, pieces);
            return;
        }

        _work = op;
        _leastClaim = _steals ? (pieces / (Workers * ClaimsPerShare)) + 1 : pieces;
        _unfinished = pieces;
        for (int worker = 0; worker < Workers; worker++)
        {
            long first = (long)pieces * worker / Workers, end = (long)pieces * (worker + 1) / Workers;
            Volatile.Write(ref Share(worker), (first << 32) | end);
        }

        WakeWorkers();
        Work(0);
        WaitForWorkers();
        _work = null;
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }
    }

    /// <summary>Ends the threads. Safe to call twice; not while a run is under way.</summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        WakeWorkers();
        foreach (Thread thread in _threads)
            thread.Join();
    }

    /// <summary>Tells the threads to end without waiting for them: for finalizers.</summary>
    public void Abandon()
    {
        _stopping = true;
        WakeWorkers();
    }

    private void WakeWorkers()
    {
        // A full fence between the new round and the look at the sleepers; WaitForRound has one in between too, the other way
        // round, so one of both sees what the other wrote.
        Interlocked.Increment(ref _round);
        if (Volatile.Read(ref _sleepers) == 0)
            return;
        lock (_start)
            Monitor.PulseAll(_start);
    }

    private void Loop(int worker)
    {
        for (int seen = 0; ;)
        {
            seen = WaitForRound(seen);
            if (_stopping)
                return;
            Work(worker);
        }
    }

    /// <summary>Does what is left of a worker's own share, then of the others'.</summary>
    private void Work(int worker)
    {
        int shares = _steals ? Workers : 1;
        for (int i = 0; i < shares; i++)
        {
            ref long share = ref Share((worker + i) % Workers);
            while (TryClaim(ref share, fromFront: i == 0, out int first, out int end))
                Do(first, end);
        }
    }

    private ref long Share(int worker) => ref _shares[(worker + 1) * ShareSpacing];

    private bool TryClaim(ref long share, bool fromFront, out int first, out int end)
    {
        for (long seen = Volatile.Read(ref share); ;)
        {
            (first, end) = ((int)(seen >> 32), (int)seen);
            int left = end - first;
            if (left == 0)
                return false;
            int count = Math.Min(left, Math.Max((left + 1) / 2, _leastClaim));
            long rest;
            if (fromFront)
            {
                end = first + count;
                rest = ((long)end << 32) | (uint)(first + left);
            }
            else
            {
                rest = ((long)first << 32) | (uint)(end - count);
                first = end - count;
            }

            long found = Interlocked.CompareExchange(ref share, rest, seen);
            if (found == seen)
                return true;
            seen = found;
        }
    }

    /// <summary>Does claimed pieces.</summary>
    private void Do(int first, int end)
    {
        try
        {
            _work!.Run(first, end);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        }

        if (Interlocked.Add(ref _unfinished, first - end) == 0 && Volatile.Read(ref _callerSleeps) != 0)
        {
            lock (_finish)
                Monitor.Pulse(_finish);
        }
    }

    private int WaitForRound(int seen)
    {
        for (long until = _spins ? Stopwatch.GetTimestamp() + SpinTicks : 0; Stopwatch.GetTimestamp() < until;)
        {
            for (int look = 0; look < LooksPerTime; look++, Thread.SpinWait(1))
            {
                int round = _round;
                if (round != seen)
                    return round;
            }
        }

        lock (_start)
        {
            Interlocked.Increment(ref _sleepers);
            while (_round == seen)
                Monitor.Wait(_start);
            Interlocked.Decrement(ref _sleepers);
            return _round;
        }
    }

    private void WaitForWorkers()
    {
        for (long until = _spins ? Stopwatch.GetTimestamp() + SpinTicks : 0; Stopwatch.GetTimestamp() < until;)
        {
            for (int look = 0; look < LooksPerTime; look++, Thread.SpinWait(1))
            {
                if (_unfinished == 0)
                    return;
            }
        }

        lock (_finish)
        {
            Interlocked.Exchange(ref _callerSleeps, 1);
            while (_unfinished != 0)
                Monitor.Wait(_finish);
            Volatile.Write(ref _callerSleeps, 0);
        }
    }
}
