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
    public static Command Create()
    {
        Argument<string> file = ModelInput.PackageArgument();
        var images = new Option<string>("--images") { Description = "folder with labels.csv or with a folder per class", Required = true, HelpName = "folder" };
        var model = new Option<string?>("--model") { Description = "the float ONNX model that the package was made of", HelpName = "file" };
        Option<string[]> inputShape = ModelInput.InputShape();
        var column = new Option<string?>("--label-column") { Description = "column of labels.csv with the class index", HelpName = "name" };
        var noLabels = new Option<bool>("--no-labels") { Description = "leave the images' classes aside: agreement alone" };
        var answers = new Option<string?>("--answers")
        {
            Description = "write every image's class and what each engine took it for, as JSON; classes by their index, the label offset not counted",
            HelpName = "file",
        };
        var noRuntime = new Option<bool>("--no-onnxruntime") { Description = "leave ONNX Runtime out" };
        Option<int> threads = NumberOption.Threads();
        var json = new Option<bool>("--json") { Description = "print the same facts as JSON" };
        var command = new Command(
            "evaluate",
            """
            Classifies every image with the float network, with the package, and with both in ONNX Runtime, and counts: right answers,
            images lost and gained by quantization, and how often the answers agree with the float network's. Also tells how close the
            logits are to the float network's, in decibels. Without the float model the others are compared with the package.

            Examples:
              edge-quantizer evaluate squeezenet.edge --model squeezenet.onnx --images val/
              edge-quantizer evaluate squeezenet.edge --model squeezenet.onnx --images val/ --answers answers.json
            """)
        {
            file, images, model, inputShape, column, noLabels, answers, noRuntime, threads, json,
        };
        command.SetAction(parsed =>
        {
            string? floatModel = parsed.GetValue(model), answersFile = parsed.GetValue(answers);
            WholeFile.Require(
                "--answers", answersFile, ("the package", parsed.GetRequiredValue(file)), ("the model", floatModel), ("the image folder", parsed.GetRequiredValue(images)));
            EdgeModel package = ModelInput.LoadPackage(parsed.GetRequiredValue(file));
            if (parsed.GetValue(noLabels) && parsed.GetValue(column) is not null)
                throw new UserException("--label-column is for counting right answers; leave it or --no-labels out");
            ImageFolder folder = parsed.GetValue(noLabels)
                ? ImageFolder.OpenUnlabelled(parsed.GetRequiredValue(images))
                : ImageFolder.Open(parsed.GetRequiredValue(images), parsed.GetValue(column));
            ModelGraph? graph = floatModel is null ? null : OptimizedModel.Load(floatModel, ModelInput.Options(parsed.GetValue(inputShape)));
            if (graph is not null)
            {
                WholeFile.RequireNoWeights("--answers", answersFile, graph);
                RequireFit(graph, package, floatModel!);
                WarnIfAnother(floatModel!, package, parsed.InvocationConfiguration.Error);
            }

            IReadOnlyList<FolderImage> labelled =
                FolderClasses.InOutputOrder(folder, package.Manifest.Labels, Outputs(package) - package.Manifest.LabelOffset);
            if (FolderClasses.Foreign(folder, labelled) is { } foreign)
                parsed.InvocationConfiguration.Error.WriteLine(foreign);
            bool onnxRuntime = !parsed.GetValue(noRuntime);
            if (onnxRuntime && floatModel is not null && DeepCompressionFile.Is(floatModel))
                parsed.InvocationConfiguration.Error.WriteLine($"{floatModel}: ONNX Runtime reads no Deep Compression files; its float row is left out");
            using ProgressLine progress = new(parsed.InvocationConfiguration.Error);
            IReadOnlyList<Accuracy> results = Run(package, graph, floatModel, labelled, onnxRuntime, parsed.GetValue(threads), progress);
            progress.Clear();
            if (answersFile is not null)
                WholeFile.Write(answersFile, JsonSerializer.Serialize(labelled.Select((image, i) => Answered.Of(folder, image, i, results)), ReportJson.Options));
            if (parsed.GetValue(json))
                parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(results, ReportJson.Options));
            else
                Write(Tables.Console(parsed.InvocationConfiguration.Output), results);
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
        ProgressLine progress)
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

            return new Evaluator(classifiers, package.Manifest.LabelOffset, package.GivesProbabilities).Run(images, progress.Show);
        }
        finally
        {
            classifiers.ForEach(c => c.Dispose());
        }
    }

    private static int Outputs(EdgeModel package) => Tensor.Volume(package.Manifest.Tensors[package.Manifest.Outputs[0]].Shape);

    private static void RequireFit(ModelGraph graph, EdgeModel package, string path)
    {
        QuantizationSetup.RequireInput(graph, package.Manifest.Preprocessing, path);
        int outputs = Tensor.Volume(graph.Outputs[0].Shape!);
        if (outputs != Outputs(package))
            throw new UserException($"{path}: the network has {outputs} outputs, the package {Outputs(package)}; give the model that it was made of");
    }

    private static void WarnIfAnother(string path, EdgeModel package, TextWriter error)
    {
        using FileStream stream = File.OpenRead(path);
        if (Convert.ToHexStringLower(SHA256.HashData(stream)) != package.Manifest.Provenance.SourceSha256)
            error.WriteLine($"warning: {path} is not the file that the package was made of ({package.Manifest.Provenance.Source})");
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<Accuracy> results)
    {
        bool some = results[0].Labelled is var labelled && labelled > 0 && labelled < results[0].Images;
        string[] counts = some ? ["images", "labelled"] : ["images"];
        Table table = Tables.New(["engine", .. counts, "top-1", "top-5", "lost", "gained", $"agrees with {results[0].Name}", $"logits beside {results[0].Name}, dB"]);
        for (int c = 1; c < table.Columns.Count; c++)
            table.Columns[c].RightAligned();
        foreach (Accuracy a in results)
        {
            bool reference = a == results[0];
            string[] beside = reference ? ["", "", "", ""] : [$"{a.Lost}", $"{a.Gained}", Share(a.Agreeing, a.Images), $"{a.LogitSqnr:F1}"];
            string[] cells = [a.Name, $"{a.Images}", .. some ? [$"{a.Labelled}"] : Array.Empty<string>(), Share(a.Top1, a.Labelled), Share(a.Top5, a.Labelled), .. beside];
            table.AddRow(Array.ConvertAll(cells, Tables.Text));
        }

        console.Write(table);
    }

    private static string Share(int part, int whole) => whole == 0 ? "" : $"{100.0 * part / whole:F1} %";

    /// <param name="File">Path inside the folder.</param>
    /// <param name="Class">What it shows; null where unknown.</param>
    /// <param name="Answers">Class by the name of the engine.</param>
    private sealed record Answered(string File, int? Class, IReadOnlyDictionary<string, int> Answers)
    {
        public static Answered Of(ImageFolder folder, FolderImage image, int index, IReadOnlyList<Accuracy> results) => new(
            Path.GetRelativePath(folder.Path, image.Path), image.Class, results.ToDictionary(r => r.Name, r => r.Answers[index]));
    }
}
