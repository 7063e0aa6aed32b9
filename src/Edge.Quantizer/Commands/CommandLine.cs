namespace Edge.Quantizer.Commands;

/// <summary>The commands of edge-quantizer. To add one, write its file beside this one and name it here.</summary>
internal static class CommandLine
{
    private static readonly CommandHost Host = new(
        "edge-quantizer",
        "Turns trained ONNX image networks into int8 packages for edge-camera, and proves what that costs.",
        [
            InspectCommand.Create,
            ExportCommand.Create,
            CompareCommand.Create,
            QuantizeCommand.Create,
            CompressCommand.Create,
            EvaluateCommand.Create,
            BenchCommand.Create,
            ConformanceCommand.Create,
        ]);

    /// <inheritdoc cref="CommandHost.Run"/>
    public static int Run(string[] args, TextWriter output, TextWriter error) => Host.Run(args, output, error);
}
