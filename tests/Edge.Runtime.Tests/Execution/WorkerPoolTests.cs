using System.Collections.Concurrent;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Tests.Execution;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_piece_is_done_exactly_once_in_every_run(int workers)
    {
        using var pool = new WorkerPool(workers);
        foreach (int pieces in (int[])[0, 1, 2, 3, 7, 100])
        {
            var op = new Counter(pieces);
            for (int run = 1; run <= 200; run++)
            {
                pool.Run(op);
                Assert.All(op.Done, n => Assert.Equal(run, n));
            }
        }
    }

    [Fact]
    public void Sleeping_workers_wake_up_again()
    {
        using var pool = new WorkerPool(4);
        var op = new Counter(16);
        for (int run = 1; run <= 10; run++)
        {
            Thread.Sleep(5);
            pool.Run(op);
            Assert.All(op.Done, n => Assert.Equal(run, n));
        }
    }

    [Fact]
    public void What_a_slow_worker_has_not_begun_is_done_by_the_others()
    {
        using var pool = new WorkerPool(2);
        for (int run = 0; run < 20; run++)
            pool.Run(new Straggling(pieces: 64, others: 48));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Without_stealing_every_worker_gets_its_share_in_one_call(int workers)
    {
        using var pool = new WorkerPool(workers, steals: false);
        foreach (int pieces in (int[])[workers, 64, 1000])
        {
            for (int run = 0; run < 50; run++)
            {
                var op = new Calls(pieces);
                pool.Run(op);
                Assert.Equal(
                    Enumerable.Range(0, workers).Select(w => (pieces * w / workers, pieces * (w + 1) / workers)), op.Ranges.Order());
                Assert.Equal(workers, op.Threads.Distinct().Count());
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void An_exception_in_any_worker_reaches_the_caller_and_the_pool_lives_on(int failing)
    {
        using var pool = new WorkerPool(4);
        var bad = new Counter(10) { FailingPiece = failing };
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => pool.Run(bad));
        Assert.Equal($"piece {failing}", e.Message);
        var good = new Counter(10);
        pool.Run(good);
        Assert.All(good.Done, n => Assert.Equal(1, n));
    }

    [Fact]
    public void A_disposed_pool_has_no_threads_left()
    {
        var pool = new WorkerPool(3);
        var op = new ThreadList();
        pool.Run(op);
        pool.Dispose();
        pool.Dispose();
        Assert.Equal(3, op.Threads.Distinct().Count());
        Assert.All(op.Threads.Where(t => t != Thread.CurrentThread), t => Assert.False(t.IsAlive));
    }

    private sealed class Counter(int pieces) : PreparedOperator
    {
        private readonly int[] _done = new int[pieces];

        public int FailingPiece { get; init; } = -1;

        public IReadOnlyList<int> Done => _done;

        public override int Pieces => pieces;

        public override string Kernel => "Counter";

        public override void Run(int first, int end)
        {
            for (int i = first; i < end; i++)
            {
                if (i == FailingPiece)
                    throw new InvalidOperationException($"piece {i}");
                Interlocked.Increment(ref _done[i]);
            }
        }
    }

    private sealed class Calls(int pieces) : PreparedOperator
    {
        public ConcurrentBag<(int First, int End)> Ranges { get; } = [];

        public ConcurrentBag<Thread> Threads { get; } = [];

        public override int Pieces => pieces;

        public override string Kernel => "Calls";

        public override void Run(int first, int end)
        {
            Ranges.Add((first, end));
            Threads.Add(Thread.CurrentThread);
        }
    }

    private sealed class ThreadList : PreparedOperator
    {
        private readonly Barrier _all = new(3);

        public Thread[] Threads { get; } = new Thread[3];

        public override int Pieces => 3;

        public override string Kernel => "ThreadList";

        public override void Run(int first, int end)
        {
            Threads[first] = Thread.CurrentThread;
            if (!_all.SignalAndWait(TimeSpan.FromMinutes(1)))
                throw new TimeoutException("a worker took no piece");
        }
    }

    /// <summary>A worker other than the caller does not come back from its pieces before the others have done most of the rest.</summary>
    private sealed class Straggling(int pieces, int others) : PreparedOperator
    {
        private readonly Thread _caller = Thread.CurrentThread;
        private readonly CountdownEvent _others = new(others);

        public override int Pieces => pieces;

        public override string Kernel => "Straggling";

        public override void Run(int first, int end)
        {
            if (Thread.CurrentThread != _caller && !_others.Wait(TimeSpan.FromMinutes(1)))
                throw new TimeoutException("the pieces of a slow worker were left to it");
            for (int i = first; i < end && !_others.IsSet; i++)
                _others.Signal();
        }
    }
}
