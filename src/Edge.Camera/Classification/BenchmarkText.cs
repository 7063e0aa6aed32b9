using System.Globalization;
using Edge.Runtime.Execution;

namespace Edge.Camera.Classification;

/// <summary>A measured network as text for people.</summary>
internal static class BenchmarkText
{
    public static void Write(TextWriter output, BenchmarkReport report)
    {
        Line($"{report.Network}: {report.InstructionSet} kernels, {report.Threads} thread(s), {report.Runs} run(s)");
        Line($"  median   {report.MedianMilliseconds,12:N3} ms");
        Line($"  least    {report.LeastMilliseconds,12:N3} ms");
        Line($"  speed    {report.GigaMacsPerSecond,12:N1} GMAC/s  ({report.MultiplyAccumulates / 1e6:N1} MMAC per run)");
        Line($"  arena    {report.ArenaBytes,12:N0} bytes");
        Line($"  package  {report.PackageBytes,12:N0} bytes");
        Line($"  verify   {report.VerificationMilliseconds,12:N3} ms");
        Line($"  pack     {report.PreparationMilliseconds,12:N3} ms");
        if (report.Layers is not { Count: > 0 } layers)
            return;

        int name = Math.Max("layer".Length, layers.Max(l => l.Name.Length));
        int kernel = Math.Max("kernel".Length, layers.Max(l => l.Kernel.Length));
        double total = report.LayerMicroseconds;
        output.WriteLine();
        output.WriteLine($"{"layer".PadRight(name)}  {"kernel".PadRight(kernel)}          µs   share      MMAC   GMAC/s");
        foreach (LayerTime layer in layers)
        {
            double share = total > 0 ? layer.Microseconds / total : 0;
            string work = layer.MultiplyAccumulates == 0
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture, $"  {layer.MultiplyAccumulates / 1e6,8:F2}  {layer.GigaMacsPerSecond,7:F1}");
            Line($"{layer.Name.PadRight(name)}  {layer.Kernel.PadRight(kernel)}  {layer.Microseconds,10:F1}  {share,6:P1}{work}");
        }

        void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }
}
