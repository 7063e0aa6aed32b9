using System.Text;
using Edge.Quantizer.Reports;
using Spectre.Console;

namespace Edge.Benchmarks.Reporting;

/// <summary>A section for a terminal, and as Markdown.</summary>
internal static class SectionText
{
    public static void Print(Section section, TextWriter output)
    {
        IAnsiConsole console = Tables.Console(output);
        output.WriteLine(section.Title);
        foreach (string note in section.Notes)
            output.WriteLine(note);
        foreach (Grid grid in section.Grids)
        {
            output.WriteLine();
            output.WriteLine(grid.Caption);
            var table = new Table { Border = TableBorder.Simple };
            for (int c = 0; c < grid.Columns.Length; c++)
            {
                var column = new TableColumn(Tables.Text(grid.Columns[c])) { NoWrap = true };
                column.Alignment = c < grid.LeftColumns ? Justify.Left : Justify.Right;
                table.AddColumn(column);
            }

            foreach (string[] row in grid.Rows)
                table.AddRow(row.Select(Tables.Text));
            console.Write(table);
        }
    }

    public static string Markdown(Section section)
    {
        var text = new StringBuilder();
        text.Append("## ").AppendLine(section.Title).AppendLine();
        foreach (string note in section.Notes)
            text.AppendLine(note);
        foreach (Grid grid in section.Grids)
        {
            text.AppendLine().Append("**").Append(grid.Caption).AppendLine("**").AppendLine();
            Row(grid.Columns);
            Row(grid.Columns.Select((_, c) => c < grid.LeftColumns ? "---" : "---:"));
            foreach (string[] row in grid.Rows)
                Row(row);
        }

        return text.ToString();

        void Row(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
    }
}
