using System.CommandLine;

namespace Edge.Quantizer.Commands;

/// <summary>Tells what was said on the command line from what is so by default.</summary>
internal static class GivenOptions
{
    /// <summary>Names of those options that were given.</summary>
    public static IEnumerable<string> Of(ParseResult parsed, IEnumerable<Option> options) =>
        options.Where(o => parsed.GetResult(o) is { Implicit: false }).Select(o => o.Name);
}
