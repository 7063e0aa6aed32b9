using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Edge.Runtime.Execution;

/// <summary>
/// The caller plus threads − 1 dedicated background threads that share the pieces of one operator after the other: worker w of n
/// takes pieces [P·w/n, P·(w+1)/n). Between operators a worker spins for some microseconds, then sleeps. Nothing is allocated
/// per run. One caller at a time.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>Longer than the gap between two operators, shorter than anyone would notice as load between two frames.</summary>
    private static readonly long SpinTicks = Stopwatch.Frequency * 50 / 1_000_000;

    /// <summary>Looks at what the other side writes, tens of nanoseconds apart, between two looks at the clock.</summary>
    private const int LooksPerTime = 16;

    private readonly Thread[] _threads;
    private readonly bool _spins;

    // Workers sleep on _start until _round moves; the caller sleeps on _finish until _busy is 0.
    private readonly object _start = new();
    private readonly object _finish = new();
    private volatile int _round;
    private volatile int _busy;
    private int _sleepers;
    private int _callerSleeps;
    private volatile bool _stopping;
    private PreparedOperator? _work;
    private ExceptionDispatchInfo? _failure;

    /// <param name="workers">Threads in all, the caller included, at least 1.</param>
    public WorkerPool(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _spins = workers <= Environment.ProcessorCount;
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
    /// <exception cref="Exception">Whatever the first failing worker threw, after all have stopped.</exception>
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
        _busy = _threads.Length;
        WakeWorkers();
        Share(op, 0);
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
            Share(_work!, worker);
            if (Interlocked.Decrement(ref _busy) == 0 && Volatile.Read(ref _callerSleeps) != 0)
            {
                lock (_finish)
                    Monitor.Pulse(_finish);
            }
        }
    }

    private void Share(PreparedOperator op, int worker)
    {
        long pieces = op.Pieces;
        int first = (int)(pieces * worker / Workers), end = (int)(pieces * (worker + 1) / Workers);
        if (first == end)
            return;
        try
        {
            op.Run(first, end);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
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
                if (_busy == 0)
                    return;
            }
        }

        lock (_finish)
        {
            Interlocked.Exchange(ref _callerSleeps, 1);
            while (_busy != 0)
                Monitor.Wait(_finish);
            Volatile.Write(ref _callerSleeps, 0);
        }
    }
}
