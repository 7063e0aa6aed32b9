using System.Globalization;
using System.Text;
using Edge.Imaging;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Certificates;

namespace Edge.Quantizer.Reports;

/// <summary>What quantization came to, as one HTML page that needs nothing else.</summary>
/// <param name="Package">The package as it was written.</param>
/// <param name="Graph">The float network.</param>
/// <param name="Network">How the package was made.</param>
/// <param name="Layers">What it cost, layer by layer.</param>
/// <param name="Answers">Both networks' answers for the images compared.</param>
/// <param name="Images">Calibration images.</param>
/// <param name="ImageName">Name of a calibration image.</param>
internal sealed record QuantizationPage(
    EdgeModel Package,
    ModelGraph Graph,
    QuantizedNetwork Network,
    IReadOnlyList<LayerNoise> Layers,
    IReadOnlyList<ComparedImage> Answers,
    ICalibrationSet Images,
    Func<int, string> ImageName)
{
    private const int MostPictures = 24;
    private const string Blue = "#2166ac", Red = "#b2182b";

    /// <summary>The whole page.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder(Html.Table([], Facts().Select(f => (IReadOnlyList<string>)[f.Name, f.Value])));
        AppendAccuracy(html);
        AppendTechniques(html);
        AppendFallback(html);
        Dictionary<string, int> order = Graph.Nodes.Select((n, i) => (n.Output.Name, i)).ToDictionary(p => p.Name, p => p.i);
        LayerNoise[] inOrder = [.. Layers.OrderBy(l => order.GetValueOrDefault(l.Name))];
        html.Append("<h2>Layers</h2>");
        html.Append(BarChart.Svg("Signal to noise of every layer's output in the int8 network, dB", [.. inOrder.Select(l => (l.Name, l.Sqnr))], Blue));
        LayerNoise[] sensitive = [.. inOrder.Where(l => l.SoleSqnr is not null).OrderBy(l => l.SoleSqnr)];
        if (sensitive.Length > 0)
        {
            html.Append("<h2>Sensitivity</h2><p>Only this layer in int8, all others in float: the shortest bar hurts most.</p>");
            html.Append(BarChart.Svg("Signal to noise of the logits, dB", [.. sensitive.Select(l => (l.Name, l.SoleSqnr!.Value))], Red));
        }

        AppendDisagreements(html);
        return Html.Page($"{Package.Manifest.Network}, int8", html.ToString());
    }

    private IEnumerable<(string Name, string Value)> Facts()
    {
        Provenance from = Package.Manifest.Provenance;
        yield return ("source", $"{from.Source}, SHA-256 {from.SourceSha256}");
        yield return ("calibration", $"{from.CalibrationImages} images, SHA-256 {from.CalibrationSha256}");
        yield return ("technique", Package.Manifest.Accuracy?.Method ?? Network.Technique.ToString());
        yield return ("package", string.Create(CultureInfo.InvariantCulture, $"{Package.FileLength:N0} bytes, arena {Package.Manifest.ArenaSize:N0} bytes"));
        yield return ("made by", from.Tool);
        if (Package.Manifest.Certificate is { } c)
        {
            yield return ("certificate", string.Create(
                CultureInfo.InvariantCulture, $"{c.Images} images, {c.Drop:0.##} points of top-1 lost, {c.MaxDrop:0.##} allowed; replayed by edge-camera check"));
        }
    }

    private void AppendAccuracy(StringBuilder html)
    {
        int agreeing = Answers.Count(a => a.Agrees);
        html.Append("<h2>Accuracy</h2>");
        var rows = new List<IReadOnlyList<string>>
        {
            new[] { "same class as float", $"{agreeing} of {Answers.Count}", Html.Percent((double)agreeing / Answers.Count) },
        };
        ComparedImage[] labelled = [.. Answers.Where(a => a.Class is not null)];
        if (labelled.Length > 0)
        {
            rows.Add(Right("float: right", labelled.Count(a => a.Float.Class == a.Class), labelled.Length));
            rows.Add(Right("int8: right", labelled.Count(a => a.Int8.Class == a.Class), labelled.Length));
        }

        if (Package.Manifest.Accuracy is { } accuracy)
            rows.Add(["logits, signal to noise", "", string.Create(CultureInfo.InvariantCulture, $"{accuracy.LogitSqnr:0.00} dB")]);
        html.Append(Html.Table(["on calibration images", "images", ""], rows));

        static string[] Right(string name, int right, int count) => [name, $"{right} of {count}", Html.Percent((double)right / count)];
    }

    private void AppendTechniques(StringBuilder html)
    {
        if (Network.Scores.Count == 0)
            return;
        html.Append("<h2>What was tried</h2><p>Fitted on one half of the calibration images, judged on the other. Compensated rounding, bias correction and mean matching are left out where it is closer to float without them by more than the standard error; everything else is taken where it is closer by as much.</p>");
        html.Append(Html.Table(
            ["technique", "logits, dB", ""],
            Network.Scores.Select(s => (IReadOnlyList<string>)
            [
                s.Technique.ToString(), string.Create(CultureInfo.InvariantCulture, $"{s.LogitSqnr:0.00}"), s.Technique == Network.Technique ? "chosen" : "",
            ])));
        foreach (string told in QuantizationReport.GainsOfBiases(Network))
            html.Append("<p>").Append(Html.Text(told)).Append("</p>");
        if (Network.LearnableLayers == 0)
            html.Append("<p>").Append(Html.Text(QuantizationReport.NothingLearned)).Append("</p>");
    }

    private void AppendFallback(StringBuilder html)
    {
        if (Network.Fallback is not { } fallback)
            return;
        string counted = fallback.Measure == "labels" ? "right answers" : "agreement with float";
        html.Append(
            CultureInfo.InvariantCulture,
            $"<h2>Layers kept in float</h2><p>Budget: {fallback.MaxDrop:0.##} points of {counted} on {fallback.Images} held-out images.</p>");
        html.Append(Html.Table(
            ["kept in float", "MACs", "logits, dB", "drop, points", "ms per run"],
            fallback.Steps.Select((s, i) => (IReadOnlyList<string>)
            [
                i == 0 ? "nothing" : s.Layer, Html.Percent((double)s.MultiplyAccumulates / fallback.MultiplyAccumulates),
                Html.Number(s.LogitSqnr), Html.Number(s.Drop), Html.Number(s.Milliseconds),
            ])));
    }

    private void AppendDisagreements(StringBuilder html)
    {
        ComparedImage[] worst = [.. Answers.Where(a => !a.Agrees).OrderByDescending(a => a.Float.Probability - a.FloatsInInt8).ThenBy(a => a.Index).Take(MostPictures)];
        html.Append("<h2>Worst disagreements</h2>");
        if (worst.Length == 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p>None: both networks name the same class on all {Answers.Count} images.</p>");
            return;
        }

        html.Append("<div class=\"pictures\">");
        foreach (ComparedImage image in worst)
        {
            string name = ImageName(image.Index);
            html.Append("<figure>").Append(Html.Picture(Picture(image.Index), name)).Append("<figcaption>");
            html.Append(CultureInfo.InvariantCulture, $"float: <b>{Label(image.Float.Class)}</b> {Html.Percent(image.Float.Probability)}");
            html.Append(CultureInfo.InvariantCulture, $"<br>int8: <b>{Label(image.Int8.Class)}</b> {Html.Percent(image.Int8.Probability)}");
            if (image.Class is { } truth)
                html.Append(CultureInfo.InvariantCulture, $"<br>is {Label(truth)}");
            html.Append(CultureInfo.InvariantCulture, $"<br>{Html.Text(name)}</figcaption></figure>");
        }

        html.Append("</div>");
    }

    private string Label(int index) => Html.Text(index < Package.Manifest.Labels.Length ? Package.Manifest.Labels[index] : $"class {index}");

    /// <summary>The image as the network sees it.</summary>
    private PixelBuffer Picture(int index)
    {
        InputPreprocessing p = Package.Manifest.Preprocessing;
        float[] values = new float[p.Height * p.Width * p.Channels];
        Images.Read(index, values);
        var pixels = new PixelBuffer(p.Width, p.Height, p.Channels);
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i % p.Channels;
            float grey = (values[i] / p.Scale[channel]) + p.Mean[channel];
            int place = p.Order == ChannelOrder.Bgr ? i - channel + (p.Channels - 1 - channel) : i;
            pixels.Pixels[place] = (byte)Math.Clamp(MathF.Round(grey), 0, 255);
        }

        return pixels;
    }
}
