using System.CommandLine;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer export: a package as ONNX.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Argument<string> file = ModelInput.PackageArgument();
        var qdq = new Option<bool>("--qdq")
        {
            Description = "as ONNX with QuantizeLinear and DequantizeLinear (opset 13)",
            Required = true,
        };
        var to = new Option<string?>("--output", "-o")
        {
            Description = "file to write; by default the package's name with .qdq.onnx",
            HelpName = "file",
        };
        var command = new Command(
            "export",
            """
            Writes a package as a quantized ONNX model with the same arithmetic: ONNX Runtime fuses it to QLinearConv, QGemm,
            QLinearAdd and so on. Input float32 [1, C, H, W] after preprocessing, outputs float32.

            Example:
              edge-quantizer export squeezenet.edge --qdq -o squeezenet.qdq.onnx
            """)
        {
            file, qdq, to,
        };
        command.SetAction(parsed =>
        {
            if (!parsed.GetValue(qdq))
                throw new UserException("export: --qdq is the only form there is");
            string path = parsed.GetRequiredValue(file);
            EdgeModel model = ModelInput.LoadPackage(path);
            string target = parsed.GetValue(to) ?? Path.ChangeExtension(path, ".qdq.onnx");
            WholeFile.Require("--output", target, ("the package", path));
            byte[] bytes = QdqExporter.Export(model);
            WholeFile.Write(target, bytes);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{target}: {bytes.Length:N0} bytes, {model.Manifest.Operators.Length} operators");
        });
        return command;
    }
}
