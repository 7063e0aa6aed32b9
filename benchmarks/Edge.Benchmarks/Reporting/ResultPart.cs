namespace Edge.Benchmarks.Reporting;

/// <summary>One section of benchmarks/RESULTS.md and how it is measured.</summary>
/// <param name="Name">The command that measures it.</param>
/// <param name="Measure">Measures with default settings; what takes time is told to the writer.</param>
internal sealed record ResultPart(string Name, Func<TextWriter, Section> Measure);
