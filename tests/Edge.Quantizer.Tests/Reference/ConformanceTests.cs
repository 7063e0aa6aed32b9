using Edge.Quantizer.Onnx;
using Edge.Quantizer.Reference.Conformance;

namespace Edge.Quantizer.Tests.Reference;

/// <summary>ONNX's own node tests (Debian package libonnx-testdata).</summary>
public sealed class ConformanceTests
{
    private static readonly Lazy<IReadOnlyList<ConformanceResult>> Results = new(() => ConformanceSuite.Run(ConformanceSuite.DebianFolder));

    [ConformanceFact]
    public void Every_claimed_test_passes()
    {
        Assert.DoesNotContain(Results.Value, r => r.Outcome == ConformanceOutcome.Failed);
        Assert.True(Results.Value.Count(r => r.Outcome == ConformanceOutcome.Passed) >= 200);
    }

    [ConformanceFact]
    public void Every_supported_operator_passes_a_test_of_its_own()
    {
        ILookup<string, ConformanceResult> byOperator = Results.Value.ToLookup(r => r.Operator);
        Assert.All(OperatorTable.Supported, name => Assert.Contains(byOperator[name], r => r.Outcome == ConformanceOutcome.Passed));
    }

    [ConformanceFact]
    public void Every_test_that_is_not_claimed_says_why() =>
        Assert.All(Results.Value.Where(r => r.Outcome == ConformanceOutcome.NotClaimed), r => Assert.NotEmpty(r.Reason));

    [ConformanceFact]
    public void The_published_table_is_what_the_command_writes()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Edge.sln")))
            root = root.Parent;
        Assert.NotNull(root);
        Assert.Equal(File.ReadAllText(Path.Combine(root.FullName, "docs", "CONFORMANCE.md")), ConformanceTable.Markdown(Results.Value));
    }

    /// <summary>Skipped, visibly, where Debian's test data is not installed.</summary>
    private sealed class ConformanceFactAttribute : FactAttribute
    {
        public ConformanceFactAttribute()
        {
            if (!Directory.Exists(ConformanceSuite.DebianFolder))
                Skip = "ONNX's test data is not installed (Debian package libonnx-testdata)";
        }
    }
}
