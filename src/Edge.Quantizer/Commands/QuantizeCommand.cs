using System.CommandLine;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reports;
using Edge.Runtime.Format;

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
            Description = $"calibration method: auto (judged on held-out calibration images), {string.Join(", ", RangeEstimator.All.Select(e => e.Name))}",
            DefaultValueFactory = _ => "auto",
            HelpName = "name",
        };
        Option<string> equalization = Choosing("--equalization", "scale channels so that they share the int8 range better");
        Option<string> rounding = Choosing("--compensated-rounding", "let weights make up for each other's rounding errors");
        var noBias = new Option<bool>("--no-bias-correction") { Description = "leave biases as they are" };
        var sensitivity = new Option<int>("--sensitivity-images") { Description = "images for the sensitivity of each layer; 0 skips it", DefaultValueFactory = _ => 2, HelpName = "n" };
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
            model, output, method, equalization, rounding, noBias, sensitivity, json,
        };
        foreach (Option option in setup.Options)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(model);
            string target = parsed.GetValue(output) ?? Path.ChangeExtension(path, ".edge");
            RangeEstimator? given = parsed.GetValue(method) is { } wanted && wanted != "auto" ? RangeEstimator.Named(wanted) : null;
            using QuantizationInputs inputs = setup.Load(parsed, path, needsImages: true);
            var options = new QuantizationOptions
            {
                Method = given?.Name ?? "auto",
                Equalization = Enum.Parse<Choice>(parsed.GetRequiredValue(equalization), ignoreCase: true),
                CompensatedRounding = Enum.Parse<Choice>(parsed.GetRequiredValue(rounding), ignoreCase: true),
                BiasCorrection = !parsed.GetValue(noBias),
                Threads = inputs.Threads,
            };
            using ProgressLine progress = new(parsed.InvocationConfiguration.Error);
            QuantizedNetwork quantized = new PostTrainingQuantizer(inputs.Graph, inputs.Images, inputs.Description, options).Run(progress.Show);
            var report = new LayerReport(inputs.Graph, inputs.Images, quantized, inputs.Description, options.Threads);
            IReadOnlyList<LayerNoise> layers = report.Run(MaxCompared, parsed.GetValue(sensitivity), progress.Show);
            int compared = Math.Min(MaxCompared, inputs.Images.Count);
            EdgeModel package = QuantizedPackage.Write(target, quantized, inputs.Description, report, layers, compared, coding: null);
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
    internal const int MaxCompared = 50;
}
