using System.Diagnostics;
using Edge.Training.Fitting;

namespace Edge.Training.Commands;

/// <summary>Runs a training in front of a user: progress, Ctrl-C, summary.</summary>
internal static class FitSession
{
    /// <param name="heads">What finetune found before; null for other commands.</param>
    public static void Run(
        TrainingRun run, bool json, TextWriter output, TextWriter error, Interruption interruption, FinetuneSummary? heads = null)
    {
        long start = Stopwatch.GetTimestamp();
        using var display = new TrainingDisplay(
            error, run.Description.Options.Epochs + run.Description.Options.QuantizationEpochs, run.History.Count);
        run.StepDone = display.Step;
        run.EpochDone = display.Epoch;
        ClassificationResult? result;
        try
        {
            result = run.Run(interruption.Token);
        }
        catch (OperationCanceledException)
        {
            display.Clear();
            error.WriteLine($"saved; go on with: {run.Folder.ResumeCommand}");
            throw;
        }

        display.Clear();
        TrainingProgress progress = run.Trainer.Progress;
        RunSummary.WriteReport(
            run.Folder,
            run.Description.Network,
            run.Training,
            run.Validation,
            run.History,
            result,
            run.Trainer.ValidationPixels,
            ("epochs", progress.StoppedEarly ? $"{run.History.Count}, stopped early" : $"{run.History.Count}"),
            ("weights of epoch", $"{run.BestEpoch}"),
            ("seconds", Quantizer.Reports.Html.Number(run.History.Sum(r => r.Seconds))),
            ("recipe", Recipe(run.Description.Options)));
        RunSummary summary = RunSummary.Of(
            run.Folder,
            run.Training,
            run.Validation,
            run.History.Count,
            run.BestEpoch,
            result,
            Stopwatch.GetElapsedTime(start));
        summary = summary.With(heads) with
        {
            FloatValidationAccuracy = CommandJson.Finite(run.FloatResult?.Accuracy),
            BestIsResumed = run.BestIsResumed,
        };
        summary.Write(output, json);
    }

    private static string Recipe(FitOptions o) =>
        $"{o.Optimizer}, batch {o.BatchSize}, schedule {o.Schedule}, seed {o.Seed}"
        + (o.LearningRate is { } rate ? $", learning rate {Quantizer.Reports.Html.Number(rate)}" : "");
}
