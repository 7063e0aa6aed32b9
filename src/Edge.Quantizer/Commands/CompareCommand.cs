using System.CommandLine;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer.Reference.Comparison;
using Edge.Quantizer.Reports;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer compare: our integer arithmetic against ONNX Runtime's, layer by layer.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Argument<string> file = ModelInput.PackageArgument();
        var images = new Argument<string[]>("images")
        {
            Description = "JPEG or PNG files, or folders of them",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = new Option<bool>("--json") { Description = "print the same facts as JSON" };
        var command = new Command(
            "compare",
            """
            Runs a package and its QDQ export in ONNX Runtime on the same images and compares every operator's bytes: alone,
            fed with our bytes, and within the whole network. Fails when an operator alone differs by more than the arithmetic
            contract allows: not at all, or one step for add, average pool and bilinear resize.

            Example:
              edge-quantizer compare squeezenet.edge photos/
            """)
        {
            file, images, json,
        };
        command.SetAction(parsed =>
            Run(parsed.GetRequiredValue(file), parsed.GetRequiredValue(images), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(string package, string[] images, bool json, TextWriter output)
    {
        List<string> paths =
            [.. images.SelectMany(p => Directory.Exists(p) ? ImageFolder.Open(p).Images.Select(i => i.Path) : [p])];
        using var comparison = new OnnxRuntimeComparison(ModelInput.LoadPackage(package));
        using var reader = new ImageReader();
        var image = new PixelBuffer();
        foreach (string path in paths)
        {
            reader.Read(path, image);
            comparison.Add(image);
        }

        ComparisonReport report = ComparisonReport.Of(Path.GetFileName(package), comparison);
        if (json)
            output.WriteLine(report.ToJson());
        else
            report.Write(Tables.Console(output));
        return report.Holds || !report.HostIsExact ? CommandHost.Success : CommandHost.Failure;
    }
}
