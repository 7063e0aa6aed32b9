using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Quantizer;
using Edge.Quantizer.Reports;
using Edge.Training.Data;
using Edge.Training.Fitting;
using Edge.Training.Reports;

namespace Edge.Training.Commands;

/// <summary>What fit, finetune and resume print at the end.</summary>
internal sealed record RunSummary
{
    public required string Model { get; init; }

    public required int Classes { get; init; }

    public required int TrainingImages { get; init; }

    public required int ValidationImages { get; init; }

    /// <summary>0 when only a head was fitted.</summary>
    public required int Epochs { get; init; }

    /// <summary>The epoch whose weights were exported; 0 when those before the first one were better, or only a head was fitted.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>0 to 1, after quantization-aware epochs of the int8 network; null without validation images.</summary>
    public required double? ValidationAccuracy { get; init; }

    /// <summary>After quantization-aware epochs that of the exported network in float, 0 to 1; else null.</summary>
    public double? FloatValidationAccuracy { get; init; }

    public required double? ValidationLoss { get; init; }

    public required double Seconds { get; init; }

    public required string Report { get; init; }

    /// <summary>The next command.</summary>
    public required string Next { get; init; }

    /// <summary>Of finetune, as the two below: the layer that was replaced.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Head { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SplitResult>? Splits { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FeatureSeconds { get; init; }

    /// <summary>Whether <see cref="BestEpoch"/> 0 stands for the weights that the run was resumed with.</summary>
    [JsonIgnore]
    public bool BestIsResumed { get; init; }

    public static RunSummary Of(
        RunFolder folder, Examples training, Examples validation, int epochs, int bestEpoch, ClassificationResult? result, TimeSpan time) => new()
        {
            Model = folder.Model,
            Classes = training.Images.ClassNames.Count,
            TrainingImages = training.Count,
            ValidationImages = validation.Count,
            Epochs = epochs,
            BestEpoch = bestEpoch,
            ValidationAccuracy = CommandJson.Finite(result?.Accuracy),
            ValidationLoss = CommandJson.Finite(result?.Loss),
            Seconds = Math.Round(time.TotalSeconds, 1),
            Report = folder.Report,
            Next = folder.NextCommand(folder.CalibrationFolder(training)),
        };

    /// <summary>With what fitting the head came to; null leaves it as it is.</summary>
    public RunSummary With(FinetuneSummary? heads) =>
        this with { Head = heads?.Head, Splits = heads?.Splits, FeatureSeconds = heads?.FeatureSeconds };

    public void Write(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(this, CommandJson.Default.RunSummary));
            return;
        }

        if (ValidationAccuracy is { } accuracy)
        {
            string first = BestIsResumed ? "was resumed with" : "began with";
            string epoch = BestEpoch > 0 ? $" (epoch {BestEpoch})" : Epochs > 0 ? $" (the weights it {first})" : "";
            string both = FloatValidationAccuracy is { } exact ? $" in int8, {Html.Percent(exact)} in float" : "";
            output.WriteLine($"validation accuracy {Html.Percent(accuracy)} of {ValidationImages} images{both}{epoch}");
        }

        output.WriteLine($"wrote {Model} and {Report}");
        output.WriteLine($"next: {Next}");
    }

    /// <summary>Writes the report's page.</summary>
    public static void WriteReport(
        RunFolder folder,
        string network,
        Examples training,
        Examples validation,
        IReadOnlyList<EpochRecord> history,
        ClassificationResult? result,
        Func<int, Imaging.PixelBuffer> picture,
        params IReadOnlyList<(string Name, string Value)> facts)
    {
        var page = new TrainingReport(
            $"{network} on {Path.GetFileName(Path.TrimEndingDirectorySeparator(training.Images.Source))}",
            training.Images.ClassNames,
            history,
            result,
            validation,
            picture,
            [
                ("classes", training.Images.ClassNames.Count.ToString(CultureInfo.InvariantCulture)),
                ("training images", Tables.Count(training.Count)),
                ("validation images", Tables.Count(validation.Count)),
                ("validation accuracy", Html.Percent(result?.Accuracy ?? double.NaN)),
                ("among the first five", Html.Percent(result?.Top5 ?? double.NaN)),
                .. facts,
            ]);
        WholeFile.Write(folder.Report, page.ToHtml());
    }
}

/// <summary>JSON that commands print.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(EvaluationSummary))]
internal sealed partial class CommandJson : JsonSerializerContext
{
    /// <summary>JSON has no word for other numbers.</summary>
    public static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
