using Spectre.Console;

namespace Edge.Quantizer.Reports;

/// <summary>One look for all tables of the tool.</summary>
internal static class Tables
{
    /// <summary>Columns that a table may take when the output is no terminal.</summary>
    private const int WidthOfFiles = 200;

    /// <summary>
    /// A console that writes where a command's results go, without colours or wrapping unless that is a terminal.
    /// </summary>
    public static IAnsiConsole Console(TextWriter output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = WidthOfFiles;
        return console;
    }

    public static Table New(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column));
        return table;
    }

    /// <summary>A cell of literal text.</summary>
    public static Text Text(string text) => new(text);

    public static string Shape(int[] shape) => shape.Length == 0 ? "scalar" : string.Join('x', shape);

    /// <summary>A count with separators; empty for 0.</summary>
    public static string Count(long count) => count == 0 ? "" : $"{count:N0}";
}
