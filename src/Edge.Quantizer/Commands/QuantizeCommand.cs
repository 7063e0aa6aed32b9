using System.CommandLine;
using Edge.Imaging;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Evaluation;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reports;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Certificates;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer quantize: trained float weights become an int8 package.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        Argument<string> model = ModelInput.Argument();
        var setup = new QuantizationSetup(required: true);
        var output = new Option<string?>("--output", "-o") { Description = "package to write; default: the model's name with .edge", HelpName = "file" };
        var method = new Option<string>("--method")
        {
            Description = $"calibration method: auto (judged on held-out calibration images), {string.Join(", ", RangeEstimator.All.Select(e => e.Name))}; "
                + $"to compare with, ONNX Runtime's own rules and nothing else: {string.Join(", ", OnnxRuntimeRules.Methods.Keys)}",
            DefaultValueFactory = _ => "auto",
            HelpName = "name",
        };
        Option<string> equalization = Choosing("--equalization", "scale channels so that they share the int8 range better");
        Option<string> rounding = Choosing("--compensated-rounding", "let weights make up for each other's rounding errors", AutoUnless);
        Option<string> absorption = Choosing("--bias-absorption", "move high biases into the layers behind");
        Option<string> perTensor = Choosing("--method-per-tensor", "choose every activation's calibration method by itself, which takes minutes", byDefault: "off");
        var learned = new Option<double>("--learned-rounding")
        {
            Description = "seconds to learn whether each weight is rounded up or down (AdaRound); kept where held-out calibration images clearly gain by it",
            HelpName = "seconds",
        };
        Option<string> correction = Choosing("--bias-correction", "let biases make up for what rounding the weights does to each channel's mean", AutoUnless);
        Option<string> matching = Choosing("--mean-matching", "let biases give every channel the mean output that it has in float, layer by layer", AutoUnless);
        var maxDrop = new Option<double?>("--max-drop")
        {
            Description = "top-1 that may be lost on held-out calibration images, points of a hundred: layers stay in float until it holds",
            HelpName = "points",
        };
        var labelColumn = new Option<string?>("--label-column")
        {
            Description = "column of the calibration folder's labels.csv with the class index: --max-drop counts right answers instead of "
                + "agreement with float",
            HelpName = "name",
        };
        var certificate = new Option<int>("--certificate")
        {
            Description = "held-out calibration images that the package carries as proof of its accuracy: edge-camera check replays them",
            HelpName = "n",
        };
        Option<int> sensitivity = NumberOption.Create("--sensitivity-images", "images for the sensitivity of each layer; 0 skips it", 0, MaxSensitivityImages, 2);
        var page = new Option<string?>("--report") { Description = "write an HTML page: accuracy, every layer, worst disagreements as pictures", HelpName = "file" };
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
            model, output, method, equalization, rounding, absorption, perTensor, learned, correction, matching, maxDrop, labelColumn,
            certificate, sensitivity, page, json,
        };
        foreach (Option option in setup.Options)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(model);
            OnnxFile.RefusePackage(path);
            string target = parsed.GetValue(output) ?? Path.ChangeExtension(path, ".edge");
            string wanted = parsed.GetRequiredValue(method);
            bool byOnnxRuntime = OnnxRuntimeRules.Methods.ContainsKey(wanted);
            if (wanted != "auto" && !byOnnxRuntime)
                RangeEstimator.Named(wanted);
            if (parsed.GetValue(maxDrop) is { } drop and not (>= 0 and <= 100))
                throw new UserException(FormattableString.Invariant($"--max-drop {drop}: must be points of a hundred, from 0 to 100"));
            if (parsed.GetValue(learned) is not (>= 0 and <= MaxSeconds))
                throw new UserException(FormattableString.Invariant($"--learned-rounding {parsed.GetValue(learned)}: must be seconds, from 0 to {MaxSeconds}"));
            string[] foreign =
            [
                .. GivenOptions.Of(parsed, [learned, maxDrop, certificate]),
                .. new[] { equalization, rounding, absorption, perTensor, correction, matching }.Where(o => parsed.GetResult(o) is { Implicit: false } && parsed.GetValue(o) != "off").Select(o => o.Name),
            ];
            if (byOnnxRuntime && foreign.Length > 0)
                throw new UserException($"--method {wanted} knows nothing but its rules; leave {string.Join(", ", foreign)} out");
            int certified = parsed.GetValue(certificate);
            if (certified is < 0 or > CertificateDefinition.MaxImages)
                throw new UserException($"--certificate {certified}: must be 0 to {CertificateDefinition.MaxImages} images");
            (string What, string? Path)[] sources = setup.Sources(parsed, path);
            WholeFile.Require("--output", target, sources);
            WholeFile.Require("--report", parsed.GetValue(page), [.. sources, ("the package", target)]);
            using QuantizationInputs inputs = setup.Load(parsed, path, needsImages: true, parsed.GetValue(labelColumn));
            WholeFile.RequireNoWeights("--output", target, inputs.Graph);
            WholeFile.RequireNoWeights("--report", parsed.GetValue(page), inputs.Graph);
            string[] names = inputs.Description.Labels;
            IReadOnlyList<FolderImage> classified = parsed.GetValue(labelColumn) is not null || FolderClasses.AreLabels(inputs.Folder!, names)
                ? FolderClasses.InOutputOrder(inputs.Folder!, names, inputs.Classes)
                : [];
            if (classified.Count > 0 && FolderClasses.Foreign(inputs.Folder!, classified) is { } foreignClasses)
                parsed.InvocationConfiguration.Error.WriteLine(foreignClasses);
            var options = new QuantizationOptions
            {
                Method = wanted,
                Equalization = Enum.Parse<Choice>(parsed.GetRequiredValue(equalization), ignoreCase: true),
                CompensatedRounding = Enum.Parse<Choice>(parsed.GetRequiredValue(rounding), ignoreCase: true),
                BiasAbsorption = Enum.Parse<Choice>(parsed.GetRequiredValue(absorption), ignoreCase: true),
                MethodPerTensor = Enum.Parse<Choice>(parsed.GetRequiredValue(perTensor), ignoreCase: true),
                LearnedRounding = TimeSpan.FromSeconds(parsed.GetValue(learned)),
                BiasCorrection = Enum.Parse<Choice>(parsed.GetRequiredValue(correction), ignoreCase: true),
                MeanMatching = Enum.Parse<Choice>(parsed.GetRequiredValue(matching), ignoreCase: true),
                MaxDrop = parsed.GetValue(maxDrop),
                CertificateImages = certified,
                Classes = [.. classified.Select(i => i.Class)],
                Threads = inputs.Threads,
            };
            using ProgressLine progress = new(parsed.InvocationConfiguration.Error);
            QuantizedNetwork quantized = byOnnxRuntime
                ? new OnnxRuntimeRules(inputs.Graph, inputs.Images, options.Threads).Run(wanted, progress.Show)
                : new PostTrainingQuantizer(inputs.Graph, inputs.Images, inputs.Description, options).Run(progress.Show);
            var report = new LayerReport(inputs.Graph, inputs.Images, quantized, inputs.Description, options.Threads);
            IReadOnlyList<LayerNoise> layers = report.Run(MaxCompared, parsed.GetValue(sensitivity), progress.Show);
            int compared = Math.Min(MaxCompared, inputs.Images.Count);
            EdgeModel package = QuantizedPackage.Write(
                target, quantized, inputs.Description, report, layers, compared, coding: null,
                certified == 0 ? null : session => ParityCertificate.Create(session, inputs.Graph, quantized, inputs.Images, certified, options.MaxDrop));
            progress.Clear();
            if (package.Manifest.Certificate is { } proof && proof.Images < certified)
                parsed.InvocationConfiguration.Error.WriteLine($"warning: --certificate {certified}: holds {proof.Images} images, for no more were held out");
            if (parsed.GetValue(page) is { } html)
            {
                ComparedImage[] answers = [.. report.Answers.Select(a => options.Classes.Count > 0 ? a with { Class = options.Classes[a.Index] } : a)];
                WholeFile.Write(html, new QuantizationPage(package, inputs.Graph, quantized, layers, answers, inputs.Images, i => Path.GetFileName(inputs.Folder!.Images[i].Path)).ToHtml());
            }

            TextWriter result = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                result.WriteLine(QuantizationReport.Json(target, package, quantized, layers));
            else
                QuantizationReport.Write(Tables.Console(result), target, package, quantized, layers);
        });
        return command;
    }

    private const string AutoWhere = "where held-out calibration images clearly gain by it";

    private const string AutoUnless = "unless held-out calibration images clearly gain without it";

    /// <summary>An option that takes auto, on or off.</summary>
    private static Option<string> Choosing(string name, string what, string auto = AutoWhere, string byDefault = "auto")
    {
        var option = new Option<string>(name)
        {
            Description = $"{what}: auto ({auto}), on, off",
            DefaultValueFactory = _ => byDefault,
            HelpName = "auto|on|off",
        };
        option.AcceptOnlyFromAmong("auto", "on", "off");
        return option;
    }

    /// <summary>A day.</summary>
    private const double MaxSeconds = 86400;

    private const int MaxSensitivityImages = 1_000_000;

    /// <summary>Images for the layer report: enough for a stable SQNR, and float tensors of one image at a time.</summary>
    internal const int MaxCompared = 50;
}
