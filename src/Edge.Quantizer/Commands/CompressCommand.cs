using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Compression;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reports;
using Edge.Runtime.Format;
using Spectre.Console;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer compress: Deep Compression of a network or a package.</summary>
internal static class CompressCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "ONNX file, Deep Compression file (.net) or .edge package" };
        var output = new Option<string>("--output", "-o") { Description = "package to write", Required = true, HelpName = "file" };
        var prune = new Option<string?>("--prune")
        {
            Description = "set the smallest weights to 0: a share of every layer (0.5), or auto: as much of each layer as the budget allows",
            HelpName = "share|auto",
        };
        var budget = new Option<double>("--budget")
        {
            Description = "points of top-1 agreement with the float network that --prune auto may cost, estimated on calibration images",
            DefaultValueFactory = _ => 1,
            HelpName = "points",
        };
        var share = new Option<int?>("--share") { Description = "let the weights of a layer share 2 to this power values, 2 to 8", HelpName = "bits" };
        var start = new Option<string>("--centroids")
        {
            Description = "where k-means starts for --share: linear, density, random",
            DefaultValueFactory = _ => "linear",
            HelpName = "name",
        };
        start.AcceptOnlyFromAmong("linear", "density", "random");
        var entropy = new Option<bool>("--entropy") { Description = "give frequent values shorter codes; done also when nothing else is asked for" };
        var real = new Option<bool>("--float") { Description = "keep weights and arithmetic in float32: without --prune and --share nothing is lost" };
        var json = new Option<bool>("--json") { Description = "print the report as JSON" };
        var setup = new QuantizationSetup(required: false);
        var command = new Command(
            "compress",
            """
            Deep Compression: prunes weights, lets them share values, codes what is left by its frequency. Each stage works alone. A
            network becomes an int8 package on the way, its weights rounded so that they make up for what pruning and sharing take; a
            package keeps its scales. Reading such a package gives the plain one, byte for byte.

            Examples:
              edge-quantizer compress model.edge -o small.edge
              edge-quantizer compress model.onnx --share 6 --entropy --calibration photos/ --preprocessing input.json -o small.edge
              edge-quantizer compress model.onnx --prune auto --share 5 --entropy --calibration photos/ --preprocessing input.json -o small.edge
              edge-quantizer compress compressed_SqueezeNet.net --float --preprocessing imagenet-caffe-227 -o exact.edge
            """)
        {
            model, output, prune, budget, share, start, entropy, real, json,
        };
        foreach (Option option in setup.Options)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(model), target = parsed.GetRequiredValue(output);
            var stages = new Stages(
                parsed.GetValue(prune), parsed.GetValue(budget), parsed.GetValue(share),
                Enum.Parse<CentroidStart>(parsed.GetRequiredValue(start), ignoreCase: true), parsed.GetValue(entropy));
            stages.Check();
            if (!stages.Scans && GivenOptions.Of(parsed, [budget]).Any())
                throw new UserException("--budget is for --prune auto; leave it out");
            if (stages.Bits is null && GivenOptions.Of(parsed, [start]).Any())
                throw new UserException("--centroids is for --share; leave it out");
            bool isPackage = EdgeModel.IsPackage(path), loses = !isPackage || stages.ChangesWeights;
            WholeFile.Require("--output", target, loses ? setup.Sources(parsed, path) : []);
            if (RegularFile.IsSpecial(target))
                throw new UserException($"--output {target}: is a device or a pipe, which can't be read again to report on it; name a file");
            using ProgressLine progress = new(parsed.InvocationConfiguration.Error);
            IReadOnlyList<LayerPruning> scan = [];
            if (isPackage)
            {
                if (GivenOptions.Of(parsed, [real, .. setup.Options]).ToArray() is { Length: > 0 } foreign)
                    throw new UserException($"{path}: is a package; leave {string.Join(", ", foreign)} out, they are for networks");
                Package(path, target, stages, parsed.InvocationConfiguration.Error);
            }
            else
            {
                using QuantizationInputs inputs = setup.Load(parsed, path, needsImages: !parsed.GetValue(real) || stages.Scans);
                WholeFile.RequireNoWeights("--output", target, inputs.Graph);
                scan = parsed.GetValue(real) ? Float(inputs, target, stages, progress) : Network(inputs, target, stages, progress);
            }

            progress.Clear();
            Report(target, scan, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static void Package(string path, string target, Stages stages, TextWriter error)
    {
        EdgeModel package = ModelInput.LoadPackage(path);
        if (stages.Scans)
            throw new UserException("--prune auto needs the float network; give a share, such as --prune 0.3, or compress the ONNX file");
        if (!stages.ChangesWeights)
        {
            PackageAssembler.Packing(target, () => EdgeModelWriter.Write(target, package.Plain.Span, stages.Coding));
            return;
        }

        if (package.Manifest.Certificate is not null)
            error.WriteLine($"warning: {path}: its certificate is left out, for it proves the weights as they were");
        ConstantData[] constants = PackageShaping.Run(package, stages.Ratio, stages.Bits, stages.Start);
        QuantizedPackage.Write(target, package.Manifest with { Accuracy = null }, constants, stages.Coding);
    }

    private static IReadOnlyList<LayerPruning> Network(QuantizationInputs inputs, string target, Stages stages, ProgressLine progress)
    {
        (IReadOnlyList<LayerPruning> scan, Dictionary<Node, bool[]> pruned) = Prune(inputs, stages, progress);
        var options = new QuantizationOptions
        {
            Threads = inputs.Threads,
            Shaping = stages.ChangesWeights ? new WeightShaping { Pruned = pruned, Bits = stages.Bits, Start = stages.Start } : null,
        };
        QuantizedNetwork quantized = new PostTrainingQuantizer(inputs.Graph, inputs.Images, inputs.Description, options).Run(progress.Show);
        var report = new LayerReport(inputs.Graph, inputs.Images, quantized, inputs.Description, options.Threads);
        IReadOnlyList<LayerNoise> layers = report.Run(QuantizeCommand.MaxCompared, 0, progress.Show);
        int compared = Math.Min(QuantizeCommand.MaxCompared, inputs.Images.Count);
        QuantizedPackage.Write(target, quantized, inputs.Description, report, layers, compared, stages.Coding);
        return scan;
    }

    /// <summary>Every node computes in float32; the image is all that is quantized.</summary>
    private static IReadOnlyList<LayerPruning> Float(QuantizationInputs inputs, string target, Stages stages, ProgressLine progress)
    {
        (IReadOnlyList<LayerPruning> scan, Dictionary<Node, bool[]> pruned) = Prune(inputs, stages, progress);
        foreach ((Node node, bool[] zeros) in pruned)
        {
            float[] weights = node.Input(1).Constant!.Floats;
            for (int i = 0; i < weights.Length; i++)
                weights[i] = zeros[i] ? 0 : weights[i];
        }

        ValueRange range = PostTrainingQuantizer.InputRange(inputs.Description.Preprocessing);
        QuantizationPlan plan = QuantizationPlan.Create(inputs.Graph, _ => range).WithFloat(inputs.Graph.Nodes);
        LoweredModel lowered = Lowering.Lower(inputs.Graph, plan, new Dictionary<Node, float[]>());
        EdgeModel model = PackageAssembler.InMemory(lowered, inputs.Description);
        IReadOnlyList<ConstantData> constants = stages.Bits is null ? lowered.Package.Constants : PackageShaping.Run(model, 0, stages.Bits, stages.Start);
        QuantizedPackage.Write(target, model.Manifest, constants, stages.Coding);
        return scan;
    }

    private static (IReadOnlyList<LayerPruning> Scan, Dictionary<Node, bool[]> Pruned) Prune(QuantizationInputs inputs, Stages stages, ProgressLine progress)
    {
        if (stages.Scans)
        {
            var scan = new PruningScan(inputs.Graph, inputs.Images, inputs.Threads);
            return (scan.Run(stages.Budget, progress.Show), scan.Pruned);
        }

        return ([], stages.Ratio == 0 ? [] : inputs.Graph.Nodes.Where(ActivationStatistics.IsWeighted)
            .ToDictionary(n => n, n => Pruning.Of(n.Input(1).Constant!.Floats, stages.Ratio)));
    }

    private static void Report(string target, IReadOnlyList<LayerPruning> scan, bool json, TextWriter output)
    {
        EdgeModel package = EdgeModel.Load(target);
        var storage = StorageSummary.Of(package, EdgeModel.Storage(target));
        DecodingSpeed decoding = DecodingSpeed.Measure(target);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { Package = target, Bytes = package.FileLength, Plain = package.PlainLength, Decoding = decoding, Scan = scan, Storage = storage }, ReportJson.Options));
            return;
        }

        IAnsiConsole console = Tables.Console(output);
        if (scan.Count > 0)
        {
            Table table = Tables.New(["layer", "weights", "pruned", .. scan[0].Curve.Select(p => $"{p.Ratio:P0} alone: logits dB")]);
            foreach (LayerPruning l in scan)
            {
                table.AddRow(
                    [Tables.Text(l.Layer), Tables.Text($"{l.Weights:N0}"), Tables.Text($"{l.Ratio:P0}"), .. l.Curve.Select(p => Tables.Text($"{p.LogitSqnr:F1}"))]);
            }

            console.Write(table);
        }

        StorageTable.Write(console, storage);
        if (package.Manifest.Accuracy is { } a)
            console.WriteLine($"on {a.Images} calibration images: same top-1 as float {a.Top1Agreement:P1}, logits {a.LogitSqnr:F2} dB");
        console.WriteLine($"{target}: {package.FileLength:N0} bytes, {package.PlainLength:N0} when loaded, decoded in {decoding.Milliseconds:F1} ms ({decoding.MegabytesPerSecond:N0} MB/s)");
    }

    /// <summary>What was asked for.</summary>
    private sealed record Stages(string? Prune, double Budget, int? Bits, CentroidStart Start, bool Entropy)
    {
        public bool Scans => Prune == "auto";

        public double Ratio => Prune is null || Scans ? 0 : double.Parse(Prune, CultureInfo.InvariantCulture);

        public bool ChangesWeights => Prune is not null || Bits is not null;

        public CodingOptions Coding => new() { Entropy = Entropy || !ChangesWeights };

        public void Check()
        {
            if (Prune is not (null or "auto")
                && !(double.TryParse(Prune, NumberStyles.Float, CultureInfo.InvariantCulture, out double ratio) && ratio is > 0 and < 1))
            {
                throw new UserException($"--prune {Prune}: give a share between 0 and 1, such as 0.5, or auto");
            }

            if (Bits is < 2 or > 8)
                throw new UserException($"--share {Bits}: give 2 to 8 bits");
            if (!(Budget > 0))
                throw new UserException($"--budget {Budget}: give points above 0");
        }
    }
}
