using System.Text.Json.Serialization;

namespace Edge.Camera.Checking;

/// <summary>How one thing is.</summary>
internal enum CheckState
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Something must be done.</summary>
    Bad,

    /// <summary>This machine does not have it, or says nothing of it.</summary>
    Absent,
}

/// <summary>One line of <c>edge-camera check</c>.</summary>
/// <param name="Name">What was looked at, in a word or two.</param>
/// <param name="State">How it is.</param>
/// <param name="Detail">What was found, in one line.</param>
/// <param name="Advice">What to do; null where <paramref name="Detail"/> says it, or nothing is to be done.</param>
internal sealed record CheckItem(string Name, CheckState State, string Detail, string? Advice = null)
{
    public static CheckItem Good(string name, string detail) => new(name, CheckState.Good, detail);

    /// <param name="name">What was looked at.</param>
    /// <param name="problem">What is wrong; what stands behind a semicolon is advice.</param>
    public static CheckItem Bad(string name, string problem)
    {
        string line = problem.ReplaceLineEndings(" ");
        int end = line.IndexOf("; ", StringComparison.Ordinal);
        return end < 0 ? new(name, CheckState.Bad, line) : new(name, CheckState.Bad, line[..end], line[(end + 2)..]);
    }
}

/// <summary>The answer of <c>edge-camera check --json</c>.</summary>
/// <param name="Good">Nothing is bad.</param>
/// <param name="Checks">In the order in which things were looked at.</param>
internal sealed record CheckReport(bool Good, IReadOnlyList<CheckItem> Checks);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(CheckReport))]
internal sealed partial class CheckJson : JsonSerializerContext;
