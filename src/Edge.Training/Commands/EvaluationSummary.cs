using System.Text.Json;
using Edge.Quantizer.Reports;
using Edge.Training.Fitting;
using Spectre.Console;

namespace Edge.Training.Commands;

/// <summary>What edge-train evaluate prints.</summary>
/// <param name="Model">What was evaluated.</param>
/// <param name="Images">Number of images.</param>
/// <param name="Accuracy">Share of right answers.</param>
/// <param name="Top5">Share of images whose class is among the five likeliest.</param>
/// <param name="Loss">Mean cross-entropy; null when it is no number.</param>
/// <param name="Classes">Every class with images.</param>
internal sealed record EvaluationSummary(
    string Model, int Images, double Accuracy, double Top5, double? Loss, IReadOnlyList<ClassSummary> Classes)
{
    private const int MostConfusions = 3;

    public static EvaluationSummary Of(string model, ClassificationResult result, IReadOnlyList<string> names) => new(
        model,
        result.Answers.Count,
        result.Accuracy,
        result.Top5,
        CommandJson.Finite(result.Loss),
        [
            .. Enumerable.Range(0, result.Classes).Where(c => result.Count(c) > 0).Select(c => new ClassSummary(
                names[c],
                result.Count(c),
                result.AccuracyOf(c),
                double.IsNaN(result.PrecisionOf(c)) ? null : result.PrecisionOf(c),
                [
                    .. Enumerable.Range(0, result.Classes).Where(a => a != c && result.Confusion[c, a] > 0)
                        .OrderByDescending(a => result.Confusion[c, a]).Take(MostConfusions)
                        .Select(a => $"{names[a]} ({result.Confusion[c, a]})"),
                ])),
        ]);

    public void Write(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(this, CommandJson.Default.EvaluationSummary));
            return;
        }

        Table table = Tables.New("class", "images", "recall", "precision", "taken for");
        foreach (ClassSummary c in Classes)
        {
            table.AddRow(
                Tables.Text(c.Name),
                Tables.Text($"{c.Images}"),
                Tables.Text(Html.Percent(c.Recall)),
                Tables.Text(Html.Percent(c.Precision ?? double.NaN)),
                Tables.Text(string.Join(", ", c.TakenFor)));
        }

        Tables.Console(output).Write(table);
        output.WriteLine(
            $"{Images} images: accuracy {Html.Percent(Accuracy)}, among the first five {Html.Percent(Top5)}, loss {Html.Number(Loss ?? double.NaN)}");
    }
}

/// <summary>One class of an evaluation.</summary>
/// <param name="TakenFor">The classes that it was most often taken for.</param>
internal sealed record ClassSummary(string Name, int Images, double Recall, double? Precision, IReadOnlyList<string> TakenFor);
