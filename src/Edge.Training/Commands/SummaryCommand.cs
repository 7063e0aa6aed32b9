using System.CommandLine;
using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reports;
using Edge.Training.Networks;
using Edge.Training.Reports;

namespace Edge.Training.Commands;

/// <summary>edge-train summary: what a network costs.</summary>
internal static class SummaryCommand
{
    public static Command Create()
    {
        var input = new NetworkInput();
        input.Network.Arity = ArgumentArity.ZeroOrOne;
        var json = new Option<bool>("--json") { Description = "print the same facts as JSON" };
        var published = new Option<bool>("--published")
        {
            Description = "instead: all published figures beside ours, as Markdown (docs/NETWORKS.md)",
        };
        var command = new Command(
            "summary",
            """
            Shows the parameters, multiply-accumulates, activations and memory access of every layer of a network, and what the four
            guidelines of ShuffleNet v2 (arXiv:1807.11164) find: channel balance, group cost, fragmentation, element-wise share.

            Examples:
              edge-train summary mobilenet-v2-1.0
              edge-train summary mobilenet-v1-0.25 --classes 12 --size 96 --json
              edge-train summary trained.onnx
              edge-train summary --published
            """)
        {
            json, published,
        };
        input.AddTo(command);
        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            bool named = parsed.GetResult(input.Network)?.Tokens.Count > 0;
            if (parsed.GetValue(published) == named)
                throw new UserException("summary: name a network or an ONNX file, or give --published");
            if (!named)
            {
                output.Write(SummaryMarkdown.Text());
                return;
            }

            ModelGraph graph = input.Load(parsed, WeightInitialization.Zero);
            var report = SummaryReport.Of(graph);
            if (parsed.GetValue(json))
                output.WriteLine(report.ToJson());
            else
                report.Write(Tables.Console(output));
        });
        return command;
    }
}
