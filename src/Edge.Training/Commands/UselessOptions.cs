using System.CommandLine;
using Edge.Quantizer;
using Edge.Quantizer.Commands;

namespace Edge.Training.Commands;

/// <summary>Options that would have no effect beside others.</summary>
internal static class UselessOptions
{
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Those without effect.</param>
    /// <param name="why">They have none.</param>
    /// <exception cref="UserException">One of them was given.</exception>
    public static void Refuse(ParseResult parsed, IEnumerable<Option> options, string why)
    {
        string[] given = [.. GivenOptions.Of(parsed, options)];
        if (given.Length > 0)
            throw new UserException($"{string.Join(", ", given)}: {why}; leave {(given.Length > 1 ? "them" : "it")} out");
    }
}
