using Edge.Quantizer.Reports;
using Edge.Training.Fitting.Transfer;
using Spectre.Console;

namespace Edge.Training.Commands;

/// <summary>What fitting the head came to, over one split or several.</summary>
/// <param name="Head">The layer that was replaced.</param>
/// <param name="Splits">One record per split.</param>
/// <param name="FeatureSeconds">Time of computing the features of all images.</param>
internal sealed record FinetuneSummary(string Head, IReadOnlyList<SplitResult> Splits, double FeatureSeconds)
{
    public void Write(TextWriter output)
    {
        output.WriteLine($"replaced {Head}");
        Table table = Tables.New("split", "seed", "training", "validation", "head", "nearest class mean", "logistic regression");
        for (int i = 0; i < Splits.Count; i++)
        {
            SplitResult s = Splits[i];
            table.AddRow(
                Tables.Text($"{i + 1}"),
                Tables.Text($"{s.Seed}"),
                Tables.Text($"{s.TrainingImages}"),
                Tables.Text($"{s.ValidationImages}"),
                Tables.Text(Html.Percent(s.Accuracy ?? double.NaN)),
                Tables.Text(Html.Percent(s.NearestClassMean ?? double.NaN)),
                Tables.Text(Html.Percent(s.LogisticRegression ?? double.NaN)));
        }

        if (Splits.Count > 1)
        {
            AddRow("mean", Enumerable.Average);
            AddRow("min", Enumerable.Min);
            AddRow("max", Enumerable.Max);
        }

        Tables.Console(output).Write(table);

        void AddRow(string name, Func<IEnumerable<double>, double> statistic) => table.AddRow(
            Tables.Text(name),
            Tables.Text(""),
            Tables.Text(""),
            Tables.Text(""),
            Tables.Text(Html.Percent(statistic(Splits.Select(s => s.Accuracy ?? double.NaN)))),
            Tables.Text(Html.Percent(statistic(Splits.Select(s => s.NearestClassMean ?? double.NaN)))),
            Tables.Text(Html.Percent(statistic(Splits.Select(s => s.LogisticRegression ?? double.NaN)))));
    }
}

/// <summary>One split's validation accuracies, 0 to 1; null without validation images, probes also where they were not asked for.</summary>
internal sealed record SplitResult(
    ulong Seed, int TrainingImages, int ValidationImages, double? Accuracy, double? NearestClassMean, double? LogisticRegression);
