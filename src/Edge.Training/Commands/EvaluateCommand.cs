using System.CommandLine;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer;
using Edge.Quantizer.Commands;
using Edge.Training.Data;
using Edge.Training.Fitting;
using Edge.Training.Fitting.Transfer;

namespace Edge.Training.Commands;

/// <summary>edge-train evaluate: accuracy of a float model or an int8 package, class by class.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "ONNX file, package (.edge), checkpoint, or folder of a run" };
        var data = new DataOptions();
        var preprocessing = new Option<string?>("--preprocessing")
        {
            Description = $"JSON file or preset: {PreprocessingPresets.Summary}; default: preprocessing.json beside the model",
            HelpName = "P",
        };
        var heldOut = new Option<bool>("--held-out")
        {
            Description = "only the images that edge-train fit or finetune with the same --validation, --train-per-class and --seed "
                + "keep for validation",
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "with --held-out: the seed of the division",
            DefaultValueFactory = _ => 1,
            HelpName = "n",
        };
        var report = new Option<string?>("--report")
        {
            Description = "write an HTML page with confusion matrix and mistakes",
            HelpName = "file",
        };
        var offset = new Option<int>("--label-offset")
        {
            Description = "outputs in front of the first real class (1 where output 0 is background)",
            HelpName = "n",
        };
        Option<int> threads = NumberOption.Threads();
        var json = new Option<bool>("--json") { Description = "print the same facts as JSON" };
        var command = new Command(
            "evaluate",
            """
            Classifies images with a float model, or with an int8 package as the device runs it, and prints accuracy, recall
            and precision of every class, and what it was taken for.

            Examples:
              edge-train evaluate out/ --data test-photos/
              edge-train evaluate out/model.onnx --data t10k-images-idx3-ubyte.gz --report report.html
              edge-train evaluate out/model.edge --data photos/ --held-out --train-per-class 3
            """)
        {
            model,
        };
        data.AddTo(command, split: false);
        command.Options.Add(heldOut);
        data.AddDivisionTo(command);
        foreach (Option option in new Option[] { seed, preprocessing, offset, report, threads, json })
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            string path = parsed.GetRequiredValue(model);
            bool isPackage = path.EndsWith(PackedModel.Extension, StringComparison.OrdinalIgnoreCase);
            if (!parsed.GetValue(heldOut))
                UselessOptions.Refuse(parsed, [.. data.Division, seed], "only for --held-out");
            if (isPackage)
                UselessOptions.Refuse(parsed, [offset], "only for networks; a package carries its own");
            DataSource source = data.DividedSource(parsed);
            bool isRun = Directory.Exists(path);
            RunFolder run = isRun ? new RunFolder(path) : RunFolder.Of(path);
            WholeFile.Require(
                "--report", parsed.GetValue(report),
                ("the model", isRun ? run.Model : path), ("the checkpoint", run.Checkpoint), ("the preprocessing", run.Preprocessing),
                ("the preprocessing", parsed.GetValue(preprocessing)), ("the label file", run.Labels), ("the data", source.Data),
                ("the label file", source.Labels), ("the label file", source.ClassNames));
            using PackedModel? package = isPackage ? OpenPackage(path, parsed.GetValue(preprocessing), parsed.GetValue(threads)) : null;
            TrainedModel? trained = isPackage ? null : Load(path, parsed.GetValue(preprocessing), error);
            if (trained is not null)
                WholeFile.RequireNoWeights("--report", parsed.GetValue(report), trained.Graph);
            ImageSet images = source.Open();
            Examples examples = parsed.GetValue(heldOut)
                ? source.Split(images, parsed.GetValue(seed)).Validation
                : new Examples(images, [.. Enumerable.Range(0, images.Count)]);
            if (examples.Count == 0)
                throw new UserException($"{source.Data}: nothing is held out with --validation {source.Validation}; give a larger share, or leave --held-out out");
            trained = trained is null ? null : Behind(parsed.GetValue(offset), path, trained, images.ClassNames.Count);
            (int[] map, IReadOnlyList<string> names) = package is not null
                ? Match(path, images, package.ClassNames, package.Outputs)
                : Match(path, images, trained!.ClassNames, trained.Outputs);
            using var interruption = new Interruption();
            using var display = new TrainingDisplay(error, epochs: 0);
            using var loader = new BatchLoader(
                examples, package?.Input ?? trained!.Input, Augmentation.None, 16, seed: 0, threads: 1, cacheBytes: 0);
            ClassificationResult result = package is not null
                ? package.Classify(examples, c => map[c], Show, interruption.Token)
                : trained!.Classify(examples, loader, c => map[c], parsed.GetValue(threads), Show, interruption.Token);
            display.Clear();
            EvaluationSummary.Of(path, result, names).Write(parsed.InvocationConfiguration.Output, parsed.GetValue(json));
            if (parsed.GetValue(report) is { } file)
            {
                var page = new Reports.TrainingReport(
                    $"{Path.GetFileName(path)} on {Path.GetFileName(images.Source)}", names, [], result, examples, loader.Pixels, []);
                WholeFile.Write(file, page.ToHtml());
            }

            return CommandHost.Success;

            void Show(int done) => display.Show("classifying", done, examples.Count);
        });
        return command;
    }

    /// <summary>The model without the outputs in front of its classes.</summary>
    private static TrainedModel Behind(int offset, string path, TrainedModel model, int classes) =>
        offset == 0 || (offset > 0 && model.Outputs - classes >= offset)
            ? model with { LabelOffset = offset }
            : throw new UserException(
                $"--label-offset {offset}: {path} has {model.Outputs} outputs for {classes} classes; give an offset from 0 that leaves one for each");

    private static PackedModel OpenPackage(string path, string? preprocessing, int threads) => preprocessing is null
        ? new PackedModel(path, threads)
        : throw new UserException($"{path}: a package carries its preprocessing; leave --preprocessing out");

    private static TrainedModel Load(string path, string? preprocessing, TextWriter error)
    {
        if (Directory.Exists(path))
        {
            var folder = new RunFolder(path);
            path = File.Exists(folder.Model) ? folder.Model : folder.Checkpoint;
        }

        bool isCheckpoint = !path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
        if (isCheckpoint && preprocessing is not null)
            throw new UserException($"{path}: a checkpoint carries its preprocessing; leave --preprocessing out");
        if (isCheckpoint)
            return TrainedModel.FromCheckpoint(path, warning => error.WriteLine($"warning: {warning}"));
        var input = FinetuneCommand.LoadPreprocessing(path, preprocessing);
        return new TrainedModel(TransferModel.Import(path, input), input, RunFolder.Of(path).ClassNames);
    }

    /// <summary>The output of every class of the images, by name where both have the same names, else by number.</summary>
    private static (int[] Map, IReadOnlyList<string> Names) Match(
        string path, ImageSet images, IReadOnlyList<string> labels, int outputs)
    {
        int[] byName = [.. images.ClassNames.Select(n => IndexOf(labels, n))];
        if (labels.Count == outputs && byName.All(i => i >= 0))
            return (byName, labels);
        if (images.ClassNames.Count > outputs || (labels.Count == 0 && images.ClassNames.Count < outputs && !IsNumbered(images)))
        {
            throw new UserException(
                $"{path}: has {outputs} outputs, the images {images.ClassNames.Count} classes, and their names do "
                + "not tell which is which");
        }

        if (labels.Count == outputs && !IsNumbered(images))
            throw new UserException($"{path}: has no class '{images.ClassNames[Array.FindIndex(byName, i => i < 0)]}'");
        IReadOnlyList<string> names = labels.Count == outputs
            ? labels
            : [.. images.ClassNames, .. Enumerable.Range(0, outputs).Skip(images.ClassNames.Count).Select(i => $"{i}")];
        return ([.. Enumerable.Range(0, images.ClassNames.Count)], names);
    }

    private static bool IsNumbered(ImageSet images) => images.ClassNames.Select((n, i) => n == $"{i}").All(same => same);

    private static int IndexOf(IReadOnlyList<string> labels, string name)
    {
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i] == name)
                return i;
        }

        return -1;
    }
}
