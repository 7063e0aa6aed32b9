using System.Globalization;
using Edge.Runtime.Execution;
using Spectre.Console;

namespace Edge.Quantizer.Reports;

/// <summary>Prints how fast a package runs.</summary>
internal static class BenchmarkTable
{
    public static void Write(IAnsiConsole console, string file, BenchmarkReport report)
    {
        Line($"{file}: {report.Network}, {report.InstructionSet} kernels, {report.Threads} threads, {report.Runs} runs");
        (double median, double least) = (report.MedianMilliseconds, report.LeastMilliseconds);
        Line($"median {median:F3} ms, least {least:F3} ms, {report.GigaMacsPerSecond:F1} GMAC/s");
        Line($"arena {report.ArenaBytes:N0} bytes, package {report.PackageBytes:N0} bytes");
        Line($"verified in {report.VerificationMilliseconds:F3} ms, weights packed in {report.PreparationMilliseconds:F3} ms");
        if (report.Layers is not { } layers)
            return;
        Table table = Tables.New("layer", "kernel", "MACs", "µs", "share", "GMAC/s");
        foreach (TableColumn column in table.Columns.Skip(2))
            column.Alignment = Justify.Right;
        foreach (LayerTime layer in layers)
        {
            double share = report.LayerMicroseconds > 0 ? layer.Microseconds / report.LayerMicroseconds : 0;
            table.AddRow(
                Tables.Text(layer.Name), Tables.Text(layer.Kernel), Tables.Text(Tables.Count(layer.MultiplyAccumulates)),
                Number(layer.Microseconds, "F1"), Number(share, "P1"),
                layer.MultiplyAccumulates == 0 ? Tables.Text("") : Number(layer.GigaMacsPerSecond, "F1"));
        }

        console.Write(table);

        void Line(FormattableString line) => console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

        static Text Number(double value, string format) => Tables.Text(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
