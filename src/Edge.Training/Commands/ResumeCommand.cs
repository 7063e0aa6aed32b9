using System.CommandLine;
using Edge.Quantizer.Commands;
using Edge.Training.Fitting;

namespace Edge.Training.Commands;

/// <summary>edge-train resume: goes on with a run that was stopped.</summary>
internal static class ResumeCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "folder that edge-train fit or finetune wrote" };
        var threads = new Option<int?>("--threads")
        {
            Description = "threads; another number gives other roundings",
            HelpName = "n",
        };
        var epochs = new Option<int?>("--epochs")
        {
            Description = "end after so many epochs in all; the schedule of the learning rate is laid over them",
            HelpName = "n",
        };
        var json = new Option<bool>("--json") { Description = "print the summary as JSON" };
        var command = new Command(
            "resume",
            """
            Goes on from the last checkpoint of a run that was stopped or killed, and ends with the same weights as if it had
            not been; with --epochs earlier or later. A run that was at its end writes its model and report again.

            Example:
              edge-train resume out/
            """)
        {
            folder, threads, epochs, json,
        };
        command.SetAction(parsed =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            int? count = parsed.GetValue(threads), length = parsed.GetValue(epochs);
            using var interruption = new Interruption();
            using TrainingRun run = TrainingRun.Resume(
                new RunFolder(parsed.GetRequiredValue(folder)),
                options => options with { Threads = count ?? options.Threads, Epochs = length ?? options.Epochs },
                warning => error.WriteLine($"warning: {warning}"));
            FitSession.Run(run, parsed.GetValue(json), parsed.InvocationConfiguration.Output, error, interruption);
            return CommandHost.Success;
        });
        return command;
    }
}
