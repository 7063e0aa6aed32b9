using System.Globalization;
using Edge.Runtime.Execution;

namespace Edge.Camera.Classification;

/// <summary>Text for people, printed as the answers come.</summary>
internal sealed class TextReport(TextWriter output, string scoreName) : IReport
{
    /// <summary>A certificate that holds, in a few words.</summary>
    public static string Describe(CertificateResult certificate) => string.Create(
        CultureInfo.InvariantCulture,
        $"{certificate.Images} image(s) give the recorded logits; {certificate.Drop:0.##} points of top-1 are lost against float, {certificate.MaxDrop:0.##} are allowed");

    public void Add(string path, Answer answer)
    {
        Line($"{path}: {Ms(answer.Total)} ms (decode {Ms(answer.Decode)}, prepare {Ms(answer.Prepare)}, run {Ms(answer.Run)})");
        foreach (Candidate candidate in answer.Candidates)
            Line($"  {scoreName} {candidate.Score,8:F4}  {candidate.Class,4}  {candidate.Label}".TrimEnd());
    }

    public void AddFailure(string path, string message)
    {
    }

    public void Finish(Profile? profile)
    {
        if (profile is null || profile.Runs == 0)
            return;
        IReadOnlyList<OperatorProfile> rows = profile.Operators;
        double total = rows.Sum(r => r.Milliseconds);
        long work = rows.Sum(r => r.MultiplyAccumulates);
        int name = Math.Max("layer".Length, rows.Max(r => r.Name.Length));
        int kernel = Math.Max("kernel".Length, rows.Max(r => r.Kernel.Length));
        output.WriteLine();
        Line($"Mean of {profile.Runs} run(s):");
        Line($"{"layer".PadRight(name)}  {"kernel".PadRight(kernel)}        ms  share      MMAC   GMAC/s");
        foreach (OperatorProfile row in rows)
            Row(row.Name, row.Kernel, row.Milliseconds, row.MultiplyAccumulates);
        Row("total", "", total, work);

        void Row(string layer, string form, double ms, long macs)
        {
            string rate = macs == 0 || ms == 0
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"  {macs / 1e6,8:F2}  {macs / ms / 1e6,7:F1}");
            Line($"{layer.PadRight(name)}  {form.PadRight(kernel)}  {ms,8:F3}  {(total > 0 ? ms / total : 0),5:P0}{rate}");
        }
    }

    public void Dispose()
    {
    }

    private static string Ms(TimeSpan time) => time.TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture);

    private void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private void Line(string line) => output.WriteLine(line);
}
