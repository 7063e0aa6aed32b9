namespace Edge.Quantizer.Reference.Conformance;

internal enum ConformanceOutcome
{
    Passed,
    Failed,

    /// <summary>Outside of what is supported; the reason says why.</summary>
    NotClaimed,
}

/// <summary>What became of one test.</summary>
/// <param name="Test">Name of the test's folder.</param>
/// <param name="Operator">The operator under test.</param>
/// <param name="Outcome">Whether it was claimed and held.</param>
/// <param name="Reason">Why it failed or is not claimed; empty when it passed.</param>
/// <param name="Difference">Largest difference relative to the largest value of the output.</param>
internal sealed record ConformanceResult(string Test, string Operator, ConformanceOutcome Outcome, string Reason, double Difference);
