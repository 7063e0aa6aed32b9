using Edge.Quantizer.Commands;

namespace Edge.SignRenderer.Commands;

/// <summary>The commands of edge-signs. To add one, write its file beside this one and name it here.</summary>
internal static class CommandLine
{
    private static readonly CommandHost Host = new(
        "edge-signs",
        "Renders pictures of traffic signs to train and to test image networks with.",
        [RenderCommand.Create, SheetCommand.Create, FramesCommand.Create]);

    /// <inheritdoc cref="CommandHost.Run"/>
    public static int Run(string[] args, TextWriter output, TextWriter error) => Host.Run(args, output, error);
}
