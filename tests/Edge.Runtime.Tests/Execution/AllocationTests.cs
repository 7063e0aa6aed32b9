using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Tests.Format;

namespace Edge.Runtime.Tests.Execution;

/// <summary>A run allocates nothing, on no thread. Tests that count the whole process's bytes must not run beside others.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int WarmUpRuns = 50;
    private const int Runs = 20;
    private const int Attempts = 20;

    public static TheoryData<string, int, InstructionSet> Sessions
    {
        get
        {
            var sessions = new TheoryData<string, int, InstructionSet>();
            foreach (string model in (string[])["every operator", "inception-like", "random 3", "random 7"])
            {
                foreach (int threads in (int[])[1, 2, 3])
                {
                    foreach (InstructionSet form in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
                        sessions.Add(model, threads, form);
                }
            }

            return sessions;
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void A_run_allocates_nothing_on_any_thread(string model, int threads, InstructionSet form)
    {
        using var session = new Session(Model(model), new SessionOptions { Threads = threads, InstructionSet = form });
        for (int i = 0; i < WarmUpRuns; i++)
            session.Run();

        // The runtime's own threads (tiered compilation, finalizers) allocate now and then; the runs would every time.
        long fewest = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && fewest > 0; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Runs; i++)
                session.Run();
            fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(0, fewest);
    }

    private static EdgeModel Model(string name) => name switch
    {
        "every operator" => TinyModel.Everything().Parse(),
        "inception-like" => TinyModel.Inceptionlike().Parse(),
        _ => RandomGraph.Create(name[^1] - '0').Parse(),
    };
}
