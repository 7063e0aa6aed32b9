using Edge.Quantizer.Commands;

namespace Edge.Training.Commands;

/// <summary>The commands of edge-train. To add one, write its file beside this one and name it here.</summary>
internal static class CommandLine
{
    private static readonly CommandHost Host = new(
        "edge-train",
        "Trains image networks from photographs, or fine-tunes trained ones, for edge-quantizer and edge-camera.",
        [
            FitCommand.Create,
            FinetuneCommand.Create,
            CompressionCommands.Prune,
            CompressionCommands.Share,
            EvaluateCommand.Create,
            ResumeCommand.Create,
            NetworksCommand.Create,
            SummaryCommand.Create,
            ExportCommand.Create,
        ]);

    /// <inheritdoc cref="CommandHost.Run"/>
    public static int Run(string[] args, TextWriter output, TextWriter error) => Host.Run(args, output, error);
}
