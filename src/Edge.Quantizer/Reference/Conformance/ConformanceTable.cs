using System.Globalization;
using System.Text;
using Edge.Quantizer.Onnx;

namespace Edge.Quantizer.Reference.Conformance;

/// <summary>The results as a Markdown document: what is supported, what is not claimed and why.</summary>
internal static class ConformanceTable
{
    public static string Markdown(IReadOnlyList<ConformanceResult> results)
    {
        int passed = Count(results, ConformanceOutcome.Passed), failed = Count(results, ConformanceOutcome.Failed);
        var text = new StringBuilder();
        Line(text, "# Conformance with ONNX");
        Line(text, "");
        Line(text, $"The float executor on the {results.Count} node tests of ONNX (Debian package libonnx-testdata): {passed} passed, {failed} failed, "
            + $"{Count(results, ConformanceOutcome.NotClaimed)} not claimed.");
        Line(text, "A test passes when every output has the recorded shape and max|a - b| <= 1e-4 * max|b|. Written by `edge-quantizer conformance`.");
        Line(text, "");
        Line(text, "## Supported operators");
        Line(text, "");
        Line(text, "| operator | passed | failed | not claimed |");
        Line(text, "| --- | --: | --: | --: |");
        ILookup<string, ConformanceResult> byOperator = results.ToLookup(r => r.Operator);
        foreach (string name in OperatorTable.Supported.Append(ConformanceCase.SeveralOperators))
        {
            ConformanceResult[] own = [.. byOperator[name]];
            Line(text, $"| {name} | {Count(own, ConformanceOutcome.Passed)} | {Count(own, ConformanceOutcome.Failed)} | {Count(own, ConformanceOutcome.NotClaimed)} |");
        }

        Section(text, "Failed", results.Where(r => r.Outcome == ConformanceOutcome.Failed));
        Section(text, "Not claimed, of supported operators", results.Where(r => r.Outcome == ConformanceOutcome.NotClaimed && IsSupported(r)));
        Section(text, "Not claimed, of other operators", results.Where(r => r.Outcome == ConformanceOutcome.NotClaimed && !IsSupported(r)));
        return text.ToString();
    }

    private static bool IsSupported(ConformanceResult result) => OperatorTable.Supported.Contains(result.Operator);

    private static int Count(IReadOnlyList<ConformanceResult> results, ConformanceOutcome outcome) => results.Count(r => r.Outcome == outcome);

    /// <summary>One row per reason, with the tests that it holds for.</summary>
    private static void Section(StringBuilder text, string title, IEnumerable<ConformanceResult> results)
    {
        var groups = results.GroupBy(r => (r.Operator, r.Reason)).OrderBy(g => g.Key.Operator, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Reason, StringComparer.Ordinal).ToList();
        if (groups.Count == 0)
            return;
        Line(text, "");
        Line(text, $"## {title}");
        Line(text, "");
        Line(text, "| operator | reason | tests |");
        Line(text, "| --- | --- | --- |");
        foreach (IGrouping<(string Operator, string Reason), ConformanceResult> group in groups)
            Line(text, $"| {group.Key.Operator} | {group.Key.Reason.Replace("|", "\\|", StringComparison.Ordinal)} | {string.Join(", ", group.Select(r => r.Test))} |");
    }

    private static void Line(StringBuilder text, string line) => text.Append(CultureInfo.InvariantCulture, $"{line}\n");
}
