using System.CommandLine;
using System.Diagnostics;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer;
using Edge.Quantizer.Commands;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Runtime.Format;
using Edge.Training.Autograd;
using Edge.Training.Data;
using Edge.Training.Fitting;
using Edge.Training.Fitting.Transfer;

namespace Edge.Training.Commands;

/// <summary>edge-train finetune: own classes on top of a trained network.</summary>
internal static class FinetuneCommand
{
    /// <summary>Small steps: the weights are good already.</summary>
    private static readonly FitOptions Defaults = new()
    {
        Epochs = 0,
        LearningRate = 1e-4,
        FreezeStatistics = true,
    };

    public static Command Create()
    {
        var weights = new Argument<string>("weights") { Description = "ONNX file of a trained classifier" };
        var data = new DataOptions();
        var recipe = new RecipeOptions(Defaults, "flip,crop=0.7,color=0.2");
        var preprocessing = new Option<string?>("--preprocessing")
        {
            Description = $"how the network wants its images: JSON file or preset: {PreprocessingPresets.Summary}; "
                + "default: preprocessing.json beside the weights",
            HelpName = "P",
        };
        var views = new Option<int>("--views")
        {
            Description = "varied views of every image that the head is fitted on besides the image itself",
            DefaultValueFactory = _ => 2,
            HelpName = "n",
        };
        var penalty = new Option<double>("--penalty")
        {
            Description = "L2 penalty of the head's weights, as a multiple of 1/images",
            DefaultValueFactory = _ => DefaultPenalty,
            HelpName = "x",
        };
        var splits = new Option<int>("--splits")
        {
            Description = "repeat over so many seeds and print mean, min and max; the first one's model is written",
            DefaultValueFactory = _ => 1,
            HelpName = "n",
        };
        var probes = new Option<bool>("--probes")
        {
            Description = "show what a nearest-class-mean and a logistic-regression probe make of the same features",
        };
        var output = new Option<string>("-o", "--output")
        {
            Description = "folder to write",
            Required = true,
            HelpName = "folder",
        };
        var json = new Option<bool>("--json") { Description = "print the summary as JSON" };
        var command = new Command(
            "finetune",
            """
            Gives a trained network your own classes: replaces its last layer and fits it, in seconds, on the features in
            front of it. With --epochs or --qat-epochs all layers are then trained on, gently. Writes what edge-train fit writes.

            Examples:
              edge-train finetune mobilenet_v2.onnx --preprocessing imagenet-tf-224 --data photos/ -o out/
              edge-train finetune mobilenet_v2.onnx --preprocessing imagenet-tf-224-stretch --data birds/ --splits 5 --probes -o out/
              edge-train finetune mobilenet_v2.onnx --preprocessing imagenet-tf-224 --data photos/ --epochs 10 -o out/
            """)
        {
            weights,
        };
        data.AddTo(command);
        foreach (Option option in new Option[] { preprocessing, views, penalty, splits, probes })
            command.Options.Add(option);
        recipe.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            string model = parsed.GetRequiredValue(weights);
            FitOptions options = recipe.Options(parsed);
            int varied = InRange("--views", parsed.GetValue(views), 0, 100);
            if (!options.Trains)
            {
                recipe.RequireNoTraining(
                    parsed, "nothing but the head is fitted", varied > 0 ? null : ", and --views 0 varies no image for it");
                if (options.Augmentation.Mixup > 0)
                    throw new UserException("--augment mixup: the head is fitted on single images; leave mixup out, or give --epochs");
            }

            double strength = parsed.GetValue(penalty);
            var request = new Request(
                model,
                LoadPreprocessing(model, parsed.GetValue(preprocessing)),
                data.Source(parsed),
                options,
                varied,
                strength is > 0 and < double.PositiveInfinity ? strength : throw new UserException($"--penalty {strength}: must be above 0"),
                InRange("--splits", parsed.GetValue(splits), 1, 1000),
                parsed.GetValue(probes));
            using var interruption = new Interruption();
            Run(
                request,
                new RunFolder(parsed.GetRequiredValue(output)),
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error,
                interruption);
            return CommandHost.Success;
        });
        return command;
    }

    private const double DefaultPenalty = 10;

    /// <summary>The given one, or preprocessing.json beside the model.</summary>
    /// <exception cref="UserException">There is neither, or no model.</exception>
    public static InputPreprocessing LoadPreprocessing(string model, string? given)
    {
        if (!File.Exists(model))
            throw new UserException(Directory.Exists(model) ? $"{model}: is a folder; name the model's file" : $"{model}: there is no such file");
        string beside = RunFolder.Of(model).Preprocessing;
        if (given is null && !File.Exists(beside))
            throw new UserException($"{model}: say with --preprocessing how it wants its images: a JSON file, or one of {PreprocessingPresets.Summary}");
        return PreprocessingFile.Load(given ?? beside);
    }

    private static void Run(
        Request request, RunFolder folder, bool json, TextWriter output, TextWriter error, Interruption interruption)
    {
        long start = Stopwatch.GetTimestamp();
        FitOptions options = request.Options;
        (Examples training, Examples validation) = request.Data.OpenSplit(options.Seed);
        if (request.Splits > 1 && training.Images != validation.Images)
            throw new UserException("--splits: goes with one set of images, not with --validation-data");
        folder.Create();
        FinetuneSummary summary;
        LinearClassifier head;
        ClassificationResult result;
        using (var workers = new Workers(options.Threads))
            (summary, head, result) = FitHeads(request, training, validation, workers, error, interruption.Token);
        if (!json)
            summary.Write(output);

        ModelGraph graph = TransferModel.Import(request.Model, request.Input);
        ClassifierHead.Find(graph).Replace(training.Images.ClassNames.Count).SetWeights(head);
        if (options.Trains)
        {
            var description = new RunDescription
            {
                Network = request.Model,
                Data = request.Data,
                Input = request.Input,
                Options = options,
                ClassNames = training.Images.ClassNames,
                Fingerprint = "",
            };
            using TrainingRun run = TrainingRun.Start(folder, description, GraphExporter.ToBytes(graph), training, validation);
            FitSession.Run(run, json, output, error, interruption, summary);
            return;
        }

        folder.WriteDescription(training.Images.ClassNames, request.Input);
        folder.WriteModel(graph);
        using var pictures = new BatchLoader(validation, request.Input, Augmentation.None, 1, options.Seed, 1, cacheBytes: 0);
        RunSummary.WriteReport(folder, Path.GetFileName(request.Model), training, validation, [], result, pictures.Pixels);
        RunSummary.Of(
            folder,
            training,
            validation,
            epochs: 0,
            bestEpoch: 0,
            validation.Count > 0 ? result : null,
            Stopwatch.GetElapsedTime(start))
            .With(summary)
            .Write(output, json);
    }

    /// <summary>Fits a head for every split; the first one's is the one to keep.</summary>
    private static (FinetuneSummary Summary, LinearClassifier Head, ClassificationResult Result) FitHeads(
        Request request, Examples training, Examples validation, Workers workers, TextWriter error, CancellationToken cancellation)
    {
        using var display = new TrainingDisplay(error, epochs: 0);
        using var extractor = new FeatureExtractor(request.Model, request.Input, workers.Count);
        long start = Stopwatch.GetTimestamp();
        JoinedImages joined = JoinedImages.Of(training, validation);
        var fitting = HeadFitting.Prepare(
            extractor,
            joined.Images,
            request.Input,
            request.Options.Augmentation,
            request.Views,
            request.Options.Seed,
            workers,
            (done, total) => display.Show("features", done, total),
            cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var results = new List<SplitResult>();
        LinearClassifier? kept = null;
        ClassificationResult? keptResult = null;
        for (int s = 0; s < request.Splits; s++)
        {
            cancellation.ThrowIfCancellationRequested();
            ulong seed = request.Options.Seed + (ulong)s;
            (int[] train, int[] validate) = s == 0
                ? (joined.Training, joined.Validation)
                : Split(request.Data, joined.Images, seed);
            float[]? weights = request.Options.BalanceClasses ? new Examples(joined.Images, train).BalancedWeights() : null;
            LinearClassifier head = fitting.Fit(train, request.Penalty, weights);
            (double Mean, double Regression)? probe = request.Probes ? fitting.Probe(train, validate) : null;
            results.Add(new SplitResult(
                seed,
                train.Length,
                validate.Length,
                CommandJson.Finite(fitting.Accuracy(head, validate)),
                CommandJson.Finite(probe?.Mean),
                CommandJson.Finite(probe?.Regression)));
            kept ??= head;
            keptResult ??= fitting.Classify(head, validate);
            display.Show("heads", s + 1, request.Splits);
        }

        return (new FinetuneSummary(extractor.Description, results, Math.Round(seconds, 1)), kept!, keptResult!);
    }

    private static (int[] Training, int[] Validation) Split(DataSource data, ImageSet images, ulong seed)
    {
        (Examples training, Examples validation) = data.Split(images, seed);
        return (training.Indices, validation.Indices);
    }

    private static int InRange(string option, int value, int low, int high) =>
        value >= low && value <= high ? value : throw new UserException($"{option} {value}: must be from {low} to {high}");

    private sealed record Request(
        string Model, InputPreprocessing Input, DataSource Data, FitOptions Options, int Views, double Penalty, int Splits, bool Probes);
}
