using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Edge.Imaging;
using Edge.Quantizer.Compression;
using Edge.Quantizer.Evaluation;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Quantizer.Reports;
using Edge.Runtime.Format;
using Spectre.Console;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer evaluate: accuracy of a package beside its float model and ONNX Runtime.</summary>
internal static class EvaluateCommand
{
    private static readonly JsonSerializerOptions JsonOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static Command Create()
    {
        Argument<string> file = ModelInput.PackageArgument();
        var images = new Option<string>("--images") { Description = "folder with labels.csv or with a folder per class", Required = true, HelpName = "folder" };
        var model = new Option<string?>("--model") { Description = "the float ONNX model that the package was made of", HelpName = "file" };
        Option<string[]> inputShape = ModelInput.InputShape();
        var column = new Option<string?>("--label-column") { Description = "column of labels.csv with the class index", HelpName = "name" };
        var noRuntime = new Option<bool>("--no-onnxruntime") { Description = "leave ONNX Runtime out" };
        Option<int> threads = NumberOption.Threads();
        var json = new Option<bool>("--json") { Description = "print the same facts as JSON" };
        var command = new Command(
            "evaluate",
            """
            Classifies every image with the float network, with the package, and with both in ONNX Runtime, and counts: right answers,
            images lost and gained by quantization, and how often the answers agree with the float network's.

            Example:
              edge-quantizer evaluate squeezenet.edge --model squeezenet.onnx --images val/
            """)
        {
            file, images, model, inputShape, column, noRuntime, threads, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            EdgeModel package = ModelInput.LoadPackage(parsed.GetRequiredValue(file));
            ImageFolder folder = ImageFolder.Open(parsed.GetRequiredValue(images), parsed.GetValue(column));
            string? floatModel = parsed.GetValue(model);
            ModelGraph? graph = floatModel is null ? null : OptimizedModel.Load(floatModel, ModelInput.Options(parsed.GetValue(inputShape)));
            if (floatModel is not null)
                WarnIfAnother(floatModel, package, parsed.InvocationConfiguration.Error);
            bool onnxRuntime = !parsed.GetValue(noRuntime);
            if (onnxRuntime && floatModel is not null && DeepCompressionFile.Is(floatModel))
                parsed.InvocationConfiguration.Error.WriteLine($"{floatModel}: ONNX Runtime reads no Deep Compression files; its float row is left out");
            using ProgressLine progress = new(parsed.InvocationConfiguration.Error);
            IReadOnlyList<FolderImage> labelled = FolderClasses.InOutputOrder(folder, package.Manifest.Labels);
            IReadOnlyList<Accuracy> results = Run(package, graph, floatModel, labelled, onnxRuntime, parsed.GetValue(threads), progress, cancellation);
            progress.Clear();
            if (parsed.GetValue(json))
                parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(results, JsonOptions));
            else
                Write(Tables.Console(parsed.InvocationConfiguration.Output), results);
            return Task.FromResult(CommandHost.Success);
        });
        return command;
    }

    private static IReadOnlyList<Accuracy> Run(
        EdgeModel package,
        ModelGraph? graph,
        string? floatModel,
        IReadOnlyList<FolderImage> images,
        bool onnxRuntime,
        int threads,
        ProgressLine progress,
        CancellationToken cancellation)
    {
        var classifiers = new List<IClassifier>();
        try
        {
            if (graph is not null)
                classifiers.Add(new FloatClassifier(graph, package.Manifest.Preprocessing, threads));
            classifiers.Add(new Int8Classifier(package, threads));
            if (onnxRuntime)
            {
                OrtLibrary.Load();
                if (graph is not null && !DeepCompressionFile.Is(floatModel!))
                    classifiers.Insert(1, OnnxRuntimeClassifier.Float(floatModel!, graph, package.Manifest.Preprocessing, threads));
                classifiers.Add(OnnxRuntimeClassifier.Int8(package, threads));
            }

            return new Evaluator(classifiers, package.Manifest.LabelOffset).Run(images, progress.Show, cancellation);
        }
        finally
        {
            classifiers.ForEach(c => c.Dispose());
        }
    }

    private static void WarnIfAnother(string path, EdgeModel package, TextWriter error)
    {
        using FileStream stream = File.OpenRead(path);
        if (Convert.ToHexStringLower(SHA256.HashData(stream)) != package.Manifest.Provenance.SourceSha256)
            error.WriteLine($"warning: {path} is not the file that the package was made of ({package.Manifest.Provenance.Source})");
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<Accuracy> results)
    {
        Table table = Tables.New("engine", "images", "top-1", "top-5", "lost", "gained", $"agrees with {results[0].Name}");
        for (int c = 1; c < table.Columns.Count; c++)
            table.Columns[c].RightAligned();
        foreach (Accuracy a in results)
        {
            bool reference = a == results[0];
            table.AddRow(
                Tables.Text(a.Name), Tables.Text($"{a.Images}"), Tables.Text(Share(a.Top1, a.Labelled)), Tables.Text(Share(a.Top5, a.Labelled)),
                Tables.Text(reference ? "" : $"{a.Lost}"), Tables.Text(reference ? "" : $"{a.Gained}"), Tables.Text(reference ? "" : Share(a.Agreeing, a.Images)));
        }

        console.Write(table);
    }

    private static string Share(int part, int whole) => whole == 0 ? "" : $"{100.0 * part / whole:F1} %";
}
