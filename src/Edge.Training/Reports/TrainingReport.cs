using System.Globalization;
using System.Text;
using Edge.Imaging;
using Edge.Quantizer.Reports;
using Edge.Training.Data;
using Edge.Training.Fitting;

namespace Edge.Training.Reports;

/// <summary>
/// What a training came to, as one HTML page that needs nothing else: curves, confusion matrix, classes, worst mistakes.
/// </summary>
/// <param name="Title">The network and its data.</param>
/// <param name="ClassNames">By class index.</param>
/// <param name="History">One record per epoch; empty when only a head was fitted.</param>
/// <param name="Result">Answers for the validation images; null without such images.</param>
/// <param name="Validation">The validation images.</param>
/// <param name="Picture">A validation image as the network sees it, by its place.</param>
/// <param name="Facts">Further lines: what was done, how long it took.</param>
internal sealed record TrainingReport(
    string Title,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<EpochRecord> History,
    ClassificationResult? Result,
    Examples Validation,
    Func<int, PixelBuffer> Picture,
    IReadOnlyList<(string Name, string Value)> Facts)
{
    private const int MostMistakes = 24;
    private const int ExamplesShown = 6;

    /// <summary>The whole page.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder(Html.Table([], Facts.Select(f => (IReadOnlyList<string>)[f.Name, f.Value])));
        AppendCurves(html);
        if (Result is { Answers.Count: > 0 } result)
        {
            html.Append("<h2>Predictions</h2><div class=\"pictures\">");
            int step = Math.Max(1, result.Answers.Count / ExamplesShown);
            for (int place = 0; place < result.Answers.Count && place / step < ExamplesShown; place += step)
                AppendPicture(html, result, place);
            html.Append("</div>");
            AppendMistakes(html, result);
            html.Append("<h2>Confusion matrix</h2><div class=\"scroll\">").Append(ConfusionTable.Html(result, ClassNames)).Append("</div>");
            AppendClasses(html, result);
        }

        return Html.Page(Title, html.ToString());
    }

    private void AppendCurves(StringBuilder html)
    {
        if (History.Count == 0)
            return;
        const string Training = "#2166ac", Validating = "#b2182b";
        html.Append("<h2>Training</h2>");
        html.Append(CurveChart.Svg(
            "Loss",
            "0.00",
            new Curve("training", Training, [.. History.Select(r => (double?)r.Loss)]),
            new Curve("validation", Validating, [.. History.Select(r => r.ValidationLoss)])));
        html.Append(CurveChart.Svg(
            "Accuracy",
            "0 %",
            new Curve("training", Training, [.. History.Select(r => (double?)r.Accuracy)]),
            new Curve("validation", Validating, [.. History.Select(r => r.ValidationAccuracy)])));
    }

    private void AppendMistakes(StringBuilder html, ClassificationResult result)
    {
        int[] worst =
        [
            .. Enumerable.Range(0, result.Answers.Count).Where(p => !result.Answers[p].IsRight)
                .OrderBy(p => result.Answers[p].TruthProbability).ThenBy(p => p).Take(MostMistakes),
        ];
        if (worst.Length == 0)
            return;
        html.Append("<h2>Worst mistakes</h2><div class=\"pictures\">");
        foreach (int place in worst)
            AppendPicture(html, result, place);
        html.Append("</div>");
    }

    private void AppendPicture(StringBuilder html, ClassificationResult result, int place)
    {
        Answer answer = result.Answers[place];
        string name = Path.GetFileName(Validation.Images.NameOf(Validation.Indices[place]));
        html.Append("<figure>").Append(Html.Picture(Picture(place), name));
        html.Append(
            CultureInfo.InvariantCulture,
            $"<figcaption>{(answer.IsRight ? "✓" : "✗")} <b>{Html.Text(ClassNames[answer.Class])}</b> {Html.Percent(answer.Confidence)}");
        if (!answer.IsRight)
            html.Append(
                CultureInfo.InvariantCulture,
                $"<br>is {Html.Text(ClassNames[answer.Truth])} ({Html.Percent(answer.TruthProbability)})");
        html.Append(CultureInfo.InvariantCulture, $"<br>{Html.Text(name)}</figcaption></figure>");
    }

    private void AppendClasses(StringBuilder html, ClassificationResult result)
    {
        html.Append(
            "<h2>Classes</h2><table><tr><th>class</th><th>images</th><th>right</th><th>recall</th><th>precision</th></tr>");
        for (int c = 0; c < result.Classes; c++)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{Html.Text(ClassNames[c])}</td><td>{result.Count(c)}</td><td>{result.Confusion[c, c]}</td>");
            html.Append(
                CultureInfo.InvariantCulture,
                $"<td>{Html.Percent(result.AccuracyOf(c))}</td><td>{Html.Percent(result.PrecisionOf(c))}</td></tr>");
        }

        html.Append("</table>");
    }
}
