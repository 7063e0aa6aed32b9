using System.CommandLine;
using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;

namespace Edge.Training.Commands;

/// <summary>edge-train export: an untrained network as ONNX.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var input = new NetworkInput();
        var to = new Option<string>("--output", "-o") { Description = "file to write", Required = true, HelpName = "file" };
        var command = new Command(
            "export",
            """
            Writes a network of the catalog with fresh weights (seeded, He et al. 2015) as ONNX, opset 13: to look at, to measure on a
            board before training, or to train elsewhere.

            Example:
              edge-train export mobilenet-v2-1.0 --classes 12 --size 160 --seed 7 -o net.onnx
            """)
        {
            to,
        };
        input.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(to);
            WholeFile.Require("--output", path, ("the network", input.File(parsed)));
            ModelGraph graph = input.Load(parsed);
            WholeFile.RequireNoWeights("--output", path, graph);
            GraphExporter.Save(graph, path);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{path}: {new FileInfo(path).Length:N0} bytes, {graph.Nodes.Count} nodes");
        });
        return command;
    }
}
