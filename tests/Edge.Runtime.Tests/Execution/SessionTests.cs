using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Tests.Format;

namespace Edge.Runtime.Tests.Execution;

public sealed class SessionTests
{
    public static TheoryData<InstructionSet> SupportedForms =>
        [.. Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported)];

    [Theory]
    [MemberData(nameof(SupportedForms))]
    public void Every_form_and_number_of_threads_gives_the_bytes_of_the_scalar_reference(InstructionSet form)
    {
        EdgeModel model = TinyModel.Everything().Parse();
        List<byte[]> expected = Trace(model, InstructionSet.Scalar, threads: 1);
        foreach (int threads in (int[])[1, 2, 5])
            Assert.Equal(expected, Trace(model, form, threads));
    }

    [Theory]
    [MemberData(nameof(SupportedForms))]
    public void Every_form_stays_inside_its_memory(InstructionSet form)
    {
        GuardedContext.Run(TinyModel.Everything().Parse(), form);
        for (int seed = 0; seed < 10; seed++)
            GuardedContext.Run(Planned(RandomGraph.Create(seed)), form);
    }

    [Fact]
    public void A_planned_arena_gives_the_same_tensors_as_one_in_which_nothing_is_shared()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            TinyModel tiny = RandomGraph.Create(seed);
            Assert.Equal(Trace(tiny.Parse(), InstructionSets.Best, 1), Trace(Planned(tiny), InstructionSets.Best, 1));
        }
    }

    [Fact]
    public void Int8_outputs_are_offered_as_real_numbers()
    {
        TinyModel tiny = TinyModel.Inceptionlike();
        EdgeModel model = EdgeModel.Parse(EdgeModelWriter.ToBytes(tiny.Manifest with { Outputs = [6, 5] }, tiny.Constants));
        using var session = new Session(model, new SessionOptions { Threads = 1 });
        SelfTestRunner.Fill(session.Input, 5);
        session.Run();
        Assert.Equal(1, session.Output.ToArray().Sum(), 5);
        Assert.Equal(session.OutputBytes(1).ToArray().Select(b => 0.1f * (sbyte)b), session.Scores(1).ToArray());
    }

    [Fact]
    public void A_profile_has_one_line_per_operator()
    {
        using var session = new Session(TinyModel.Inceptionlike().Parse(), new SessionOptions
        {
            Threads = 1,
            InstructionSet = InstructionSet.Scalar,
        });
        Profile profile = session.CreateProfile();
        session.Run(profile);
        session.Run(profile);
        Assert.Equal(2, profile.Runs);
        Assert.Equal(["conv-left", "conv-right", "join", "pool", "dense", "softmax"], profile.Operators.Select(o => o.Name));
        Assert.Equal(4 * 5 * 4 * 9 * 3, profile.Operators[0].MultiplyAccumulates);
        Assert.True(profile.Operators[0].Milliseconds > 0);
        Assert.True(profile.Operators[0].GigaMacsPerSecond > 0);
    }

    [Fact]
    public void The_self_test_passes_on_its_own_digests_and_names_a_difference()
    {
        TinyModel tiny = TinyModel.Inceptionlike();
        SelfTest test;
        using (var session = new Session(tiny.Parse()))
            test = SelfTestRunner.Compute(session, 1, 2, 3);
        Assert.Equal(3, test.Digests.Distinct().Count());
        using (var session = new Session(WithTest(test)))
            Assert.Null(SelfTestRunner.Run(session));
        SelfTest falsified = test with { Digests = [test.Digests[0], test.Digests[1] ^ 1, test.Digests[2]] };
        using (var session = new Session(WithTest(falsified)))
            Assert.Contains("vector 1", SelfTestRunner.Run(session), StringComparison.Ordinal);

        EdgeModel WithTest(SelfTest value) =>
            EdgeModel.Parse(EdgeModelWriter.ToBytes(tiny.Manifest with { SelfTest = value }, tiny.Constants));
    }

    [Fact]
    public void Self_test_inputs_follow_the_written_formula()
    {
        sbyte[] input = new sbyte[3];
        SelfTestRunner.Fill(input, 1);

        // x1 = 6364136223846793005 + 1442695040888963407 = 7806831264735756412 = 6C576FAC43FD007C (hexadecimal).
        Assert.Equal(0x6C, input[0]);
    }

    [Fact]
    public void A_disposed_session_says_so_and_its_spans_stay_readable()
    {
        var session = new Session(TinyModel.Inceptionlike().Parse(), new SessionOptions { Threads = 3 });
        session.Run();
        ReadOnlySpan<float> output = session.Output;
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(session.Run);
        Assert.Throws<ObjectDisposedException>(() => session.Input.Length);
        Assert.Equal(6, output.Length);
    }

    [Fact]
    public void A_second_run_at_the_same_time_is_refused()
    {
        using var session = new Session(TinyModel.Inceptionlike().Parse(), new SessionOptions { Threads = 1 });
        var sink = new Reenter(session);
        session.Run(sink);
        Assert.Equal(6, sink.Refused);
        session.Run();
    }

    [Fact]
    public void An_instruction_set_that_the_core_lacks_is_refused()
    {
        InstructionSet missing = Enum.GetValues<InstructionSet>().First(s => !InstructionSets.IsSupported(s));
        EdgeModel model = TinyModel.Inceptionlike().Parse();
        Assert.Throws<NotSupportedException>(() => new Session(model, new SessionOptions { InstructionSet = missing }));
    }

    [Fact]
    public void A_run_of_the_first_operators_shows_what_they_write_and_no_more()
    {
        EdgeModel model = TinyModel.Inceptionlike().Parse();
        List<byte[]> all = Trace(model, InstructionSet.Scalar, 1);
        using var session = new Session(model, new SessionOptions { Threads = 1, InstructionSet = InstructionSet.Scalar });
        for (int count = 0; count <= all.Count; count++)
        {
            SelfTestRunner.Fill(session.Input, 42);
            var sink = new Recorder();
            session.Run(sink, count);
            Assert.Equal(all.Take(count), sink.Tensors);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => session.Run(new Recorder(), all.Count + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Run(new Recorder(), -1));
    }

    private static EdgeModel Planned(TinyModel tiny) =>
        EdgeModel.Parse(EdgeModelWriter.ToBytes(ArenaPlanner.Plan(tiny.Manifest).ApplyTo(tiny.Manifest), tiny.Constants));

    private static List<byte[]> Trace(EdgeModel model, InstructionSet form, int threads)
    {
        using var session = new Session(model, new SessionOptions { Threads = threads, InstructionSet = form });
        SelfTestRunner.Fill(session.Input, 42);
        var sink = new Recorder();
        session.Run(sink);
        return sink.Tensors;
    }

    private sealed class Recorder : ITraceSink
    {
        public List<byte[]> Tensors { get; } = [];

        public void Computed(int index, OperatorDefinition op, TensorBytes output) => Tensors.Add(output.ToArray());
    }

    private sealed class Reenter(Session session) : ITraceSink
    {
        public int Refused { get; private set; }

        public void Computed(int index, OperatorDefinition op, TensorBytes output)
        {
            Assert.Throws<InvalidOperationException>(session.Run);
            Assert.Throws<InvalidOperationException>(session.Dispose);
            Refused++;
        }
    }
}
