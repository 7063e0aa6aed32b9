using System.CommandLine;
using System.Security.Cryptography;
using Edge.Imaging;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reports;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer quantize: trained float weights become an int8 package.</summary>
internal static class QuantizeCommand
{
    /// <summary>Seeds of the self-test vectors; any would do, these are the first digits of π and e.</summary>
    private static readonly ulong[] SelfTestSeeds = [3141592653589793, 2718281828459045];

    public static Command Create()
    {
        Argument<string> model = ModelInput.Argument();
        Option<string[]> inputShape = ModelInput.InputShape();
        var calibration = new Option<string>("--calibration") { Description = "folder of typical photographs, some dozen or more", Required = true, HelpName = "folder" };
        var preprocessing = new Option<string>("--preprocessing") { Description = $"JSON file or preset: {PreprocessingPresets.Summary}", Required = true, HelpName = "P" };
        var labels = new Option<string?>("--labels") { Description = "text file, one class name per line in output order", HelpName = "file" };
        var offset = new Option<int>("--label-offset") { Description = "outputs in front of the first real class (1 where output 0 is background)", HelpName = "n" };
        var output = new Option<string?>("--output", "-o") { Description = "package to write; default: the model's name with .edge", HelpName = "file" };
        var name = new Option<string?>("--name") { Description = "what the network is called; default: the model's file name", HelpName = "text" };
        var method = new Option<string>("--method")
        {
            Description = $"calibration method: auto (judged on held-out calibration images), {string.Join(", ", RangeEstimator.All.Select(e => e.Name))}",
            DefaultValueFactory = _ => "auto",
            HelpName = "name",
        };
        Option<string> equalization = Choosing("--equalization", "scale channels so that they share the int8 range better");
        Option<string> rounding = Choosing("--compensated-rounding", "let weights make up for each other's rounding errors");
        var noBias = new Option<bool>("--no-bias-correction") { Description = "leave biases as they are" };
        var sensitivity = new Option<int>("--sensitivity-images") { Description = "images for the sensitivity of each layer; 0 skips it", DefaultValueFactory = _ => 2, HelpName = "n" };
        var threads = new Option<int>("--threads") { Description = "threads; default: one per core", HelpName = "n" };
        var json = new Option<bool>("--json") { Description = "print the report as JSON" };
        var command = new Command(
            "quantize",
            """
            Quantizes a trained float network to int8 with one scale per output channel and packs it for edge-camera. Ranges come from the
            calibration images alone; what helps is found out on a half of them that fitted nothing. The report says what it cost, layer by layer.

            Examples:
              edge-quantizer quantize squeezenet.onnx --calibration photos/ --preprocessing imagenet-caffe-227 -o squeezenet.edge
              edge-quantizer quantize mobilenet.onnx --calibration photos/ --preprocessing input.json --labels names.txt --label-offset 1
            """)
        {
            model, inputShape, calibration, preprocessing, labels, offset, output, name, method, equalization, rounding, noBias, sensitivity, threads, json,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(model);
            string target = parsed.GetValue(output) ?? Path.ChangeExtension(path, ".edge");
            RangeEstimator? given = parsed.GetValue(method) is { } wanted && wanted != "auto" ? RangeEstimator.Named(wanted) : null;
            InputPreprocessing input = PreprocessingFile.Load(parsed.GetRequiredValue(preprocessing));
            string[] names = parsed.GetValue(labels) is { } file ? Labels(file) : [];
            ImageFolder folder = ImageFolder.Open(parsed.GetRequiredValue(calibration));
            ModelGraph graph = OptimizedModel.Load(path, ModelInput.Options(parsed.GetValue(inputShape)));
            RequireInput(graph, input, path);
            if (names.Length > 0)
                names = ClassNames(graph, names, parsed.GetValue(offset));

            string[] files = [.. folder.Images.Select(i => i.Path)];
            var options = new QuantizationOptions
            {
                Method = given?.Name ?? "auto",
                Equalization = Enum.Parse<Choice>(parsed.GetRequiredValue(equalization), ignoreCase: true),
                CompensatedRounding = Enum.Parse<Choice>(parsed.GetRequiredValue(rounding), ignoreCase: true),
                BiasCorrection = !parsed.GetValue(noBias),
                Threads = parsed.GetValue(threads) is > 0 and var n ? n : Environment.ProcessorCount,
            };
            var description = new PackageDescription(parsed.GetValue(name) ?? Path.GetFileNameWithoutExtension(path), input, names, parsed.GetValue(offset), Provenance(path, files));
            using var images = new ImageCalibrationSet(files, input);
            using ProgressLine progress = new(parsed.InvocationConfiguration.Error);
            QuantizedNetwork quantized = new PostTrainingQuantizer(graph, images, description, options).Run(progress.Show);
            var report = new LayerReport(graph, images, quantized, description, options.Threads);
            IReadOnlyList<LayerNoise> layers = report.Run(MaxCompared, parsed.GetValue(sensitivity), progress.Show);
            EdgeModel package = Write(target, quantized, description, report, layers, Math.Min(MaxCompared, files.Length));
            progress.Clear();

            TextWriter result = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                result.WriteLine(QuantizationReport.Json(target, package, quantized, layers));
            else
                QuantizationReport.Write(Tables.Console(result), target, package, quantized, layers);
        });
        return command;
    }

    /// <summary>An option that takes auto, on or off.</summary>
    private static Option<string> Choosing(string name, string what)
    {
        var option = new Option<string>(name)
        {
            Description = $"{what}: auto (where held-out calibration images gain by it), on, off",
            DefaultValueFactory = _ => "auto",
            HelpName = "auto|on|off",
        };
        option.AcceptOnlyFromAmong("auto", "on", "off");
        return option;
    }

    /// <summary>Images for the layer report: enough for a stable SQNR, and float tensors of one image at a time.</summary>
    private const int MaxCompared = 50;

    private static EdgeModel Write(
        string target, QuantizedNetwork quantized, PackageDescription description, LayerReport report, IReadOnlyList<LayerNoise> layers, int images)
    {
        ModelManifest manifest = PackageAssembler.Manifest(quantized.Lowered, description) with
        {
            Accuracy = new AccuracyReport
            {
                Images = images,
                Top1Agreement = report.Agreement.Top1Agreement,
                LogitSqnr = Finite(report.Agreement.LogitSqnr),
                Method = quantized.Technique.ToString(),
                Layers = [.. layers.Select(l => new LayerAccuracy { Tensor = l.Name, Sqnr = Finite(l.Sqnr), Cosine = Finite(l.Cosine) })],
            },
        };
        using (var session = new Session(
            EdgeModel.Parse(EdgeModelWriter.ToBytes(manifest, quantized.Lowered.Package.Constants)),
            new SessionOptions { Threads = 1, InstructionSet = InstructionSet.Scalar }))
        {
            manifest = manifest with { SelfTest = SelfTestRunner.Compute(session, SelfTestSeeds) };
        }

        return EdgeModelWriter.Write(target, manifest, quantized.Lowered.Package.Constants);
    }

    /// <summary>JSON has no infinity: a tensor without any noise is stored as 999 dB.</summary>
    private static double Finite(double decibels) => double.IsFinite(decibels) ? Math.Round(decibels, 4) : decibels > 0 ? 999 : -999;

    private static void RequireInput(ModelGraph graph, InputPreprocessing input, string path)
    {
        int[] wanted = [1, input.Height, input.Width, input.Channels];
        if (graph.Inputs.Count == 1 && graph.Inputs[0].Shape is { } shape && !shape.SequenceEqual(wanted))
        {
            throw new UserException(
                $"{path}: the network's input is {Tables.Shape(shape)} (height x width x channels after the batch), the preprocessing makes {Tables.Shape(wanted)}; give one that fits");
        }
    }

    /// <summary>The names behind the offset: a file may name the outputs in front of the first class, or start with it.</summary>
    private static string[] ClassNames(ModelGraph graph, string[] names, int offset)
    {
        int outputs = graph.Outputs[0].Shape![^1];
        if (offset >= 0 && names.Length == outputs)
            return names[Math.Min(offset, outputs)..];
        if (offset >= 0 && names.Length + offset == outputs)
            return names;
        throw new UserException($"there are {names.Length} labels for {outputs} outputs with a label offset of {offset}; give one line per output");
    }

    private static string[] Labels(string file)
    {
        string[] lines = File.ReadAllLines(file);
        int end = Array.FindLastIndex(lines, l => l.Trim().Length > 0) + 1;
        return end > 0 ? Array.ConvertAll(lines[..end], l => l.Trim()) : throw new UserException($"{file}: holds no labels");
    }

    private static Provenance Provenance(string model, string[] files)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files.Order(StringComparer.Ordinal))
            all.AppendData(Hash(file));
        return new Provenance
        {
            Source = Path.GetFileName(model),
            SourceSha256 = Convert.ToHexStringLower(Hash(model)),
            CalibrationSha256 = Convert.ToHexStringLower(all.GetHashAndReset()),
            CalibrationImages = files.Length,
            Tool = $"edge-quantizer {typeof(QuantizeCommand).Assembly.GetName().Version!.ToString(3)}",
        };
    }

    private static byte[] Hash(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return SHA256.HashData(stream);
    }
}
