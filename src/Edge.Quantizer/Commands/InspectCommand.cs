using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Quantizer.Compression;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Reports;
using Edge.Runtime.Format;
using Spectre.Console;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer inspect: what an ONNX model or a package holds.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "ONNX model (opset 7 to 21), Deep Compression file (.net) or .edge package" };
        Option<string[]> inputShape = ModelInput.InputShape();
        var json = new Option<bool>("--json") { Description = "print the same facts as JSON" };
        var html = new Option<string?>("--html") { Description = "also write a page with a chart of where a package's bytes are", HelpName = "file" };
        var command = new Command(
            "inspect",
            """
            Shows what a model holds: every operator with its output shape, parameters and multiply-accumulates, and what will
            run in float32; of a package also quantization parameters, memory, labels, accuracy and provenance.

            Examples:
              edge-quantizer inspect squeezenet.onnx
              edge-quantizer inspect detector.onnx --input-shape 1x3x320x320 --json
              edge-quantizer inspect squeezenet.edge
            """)
        {
            file, inputShape, json, html,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            TextWriter output = parsed.InvocationConfiguration.Output;
            WholeFile.Require("--html", parsed.GetValue(html), ("the model", path));
            if (EdgeModel.IsPackage(path) || (Path.GetExtension(path).Equals(".edge", StringComparison.OrdinalIgnoreCase) && !OnnxFile.Is(path)))
                Package(path, parsed.GetValue(json), parsed.GetValue(html), output);
            else if (parsed.GetValue(html) is { } page)
                throw new UserException($"--html {page}: shows packages only; {path} is none");
            else
                Model(path, ModelInput.Options(parsed.GetValue(inputShape)), parsed.GetValue(json), output);
        });
        return command;
    }

    private static void Model(string path, ImportOptions options, bool json, TextWriter output)
    {
        bool isOnnx = !DeepCompressionFile.Is(path);
        ModelProto? proto = isOnnx ? OnnxFile.Read(path) : null;
        ModelGraph imported = isOnnx ? OnnxImporter.Load(path, options) : DeepCompressionFile.Load(path);
        string producer = $"{proto?.ProducerName} {proto?.ProducerVersion}".Trim();
        long? opset = proto is null ? null : OnnxFile.Opset(proto);
        var summary = ModelSummary.Of(Path.GetFileName(path), producer, opset, imported, OptimizedModel.Load(path, options));
        if (json)
            output.WriteLine(JsonSerializer.Serialize(summary, ReportJson.Options));
        else
            ModelSummaryTable.Write(Tables.Console(output), summary);
    }

    private static void Package(string path, bool json, string? html, TextWriter output)
    {
        EdgeModel model = ModelInput.LoadPackage(path);
        var storage = StorageSummary.Of(model, EdgeModel.Storage(path));
        if (html is not null)
            WholeFile.Write(html, StorageHtml.Page(Path.GetFileName(path), storage));
        if (json)
            output.Write(Encoding.UTF8.GetString(ManifestJson.Serialize(model.Manifest)));
        else
        {
            IAnsiConsole console = Tables.Console(output);
            PackageTable.Write(console, path, model);
            StorageTable.Write(console, storage);
        }
    }
}
