using System.CommandLine;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer;
using Edge.Quantizer.Commands;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Runtime.Format;
using Edge.Training.Data;
using Edge.Training.Fitting;
using Edge.Training.Networks;

namespace Edge.Training.Commands;

/// <summary>edge-train fit: a network from random weights to a model.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var network = new Argument<string>("network")
        {
            Description = "a name that edge-train networks lists, or an ONNX file to train further",
        };
        var data = new DataOptions();
        var recipe = new RecipeOptions(new FitOptions(), "standard");
        var size = new Option<int?>("--size")
        {
            Description = "height and width of the input, pixels; default: the IDX images' or the network's own",
            HelpName = "pixels",
        };
        var settings = new Option<string[]>("--set")
        {
            Description = "a setting of the network, as width=0.4; may be repeated",
            HelpName = "name=value",
        };
        var reductions = new Option<int>("--skip-reductions")
        {
            Description = "let so many of the first layers that halve the image keep its size: for small images",
            HelpName = "n",
        };
        var grey = new Option<bool>("--grey") { Description = "one grey channel; default for grey IDX images" };
        var resize = new Option<string>("--resize")
        {
            Description = "how photographs become square: crop (the centre), stretch, letterbox (pad)",
            DefaultValueFactory = _ => "crop",
            HelpName = "rule",
        };
        resize.AcceptOnlyFromAmong("crop", "stretch", "letterbox");
        var preprocessing = new Option<string?>("--preprocessing")
        {
            Description = $"in place of --size, --grey and --resize: JSON file or preset: {PreprocessingPresets.Summary}; "
                + "default of an ONNX file: preprocessing.json beside it",
            HelpName = "P",
        };
        var output = new Option<string>("-o", "--output")
        {
            Description = "folder to write",
            Required = true,
            HelpName = "folder",
        };
        var json = new Option<bool>("--json") { Description = "print the summary as JSON" };
        var command = new Command(
            "fit",
            """
            Trains a network on a folder of photographs, a CSV list or IDX files. Writes model.onnx, labels.txt and
            preprocessing.json for edge-quantizer, report.html with curves, confusion matrix and mistakes, and a checkpoint:
            Ctrl-C saves, edge-train resume goes on.

            Examples:
              edge-train fit squeezenet-1.0 --data photos/ --optimizer adam --lr 0.0001 --schedule constant -o out/
              edge-train fit mobilenet-v2-0.35 --size 96 --data photos/ --epochs 100 --augment strong --ema 0.999 -o out/
              edge-train fit mobilenet-v2-0.35 --skip-reductions 2 --data train-images-idx3-ubyte.gz --augment light -o out/
            """)
        {
            network,
        };
        data.AddTo(command);
        foreach (Option option in new Option[] { size, settings, reductions, grey, resize, preprocessing })
            command.Options.Add(option);
        recipe.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            FitOptions options = recipe.Options(parsed);
            DataSource source = data.Source(parsed);
            string name = parsed.GetRequiredValue(network);
            string? preset = parsed.GetValue(preprocessing);
            if (preset is not null)
                UselessOptions.Refuse(parsed, [size, grey, resize], "--preprocessing says how the network gets its images");
            if (File.Exists(name))
                UselessOptions.Refuse(parsed, [size, settings, reductions, grey], $"only for networks by name, and {name} is a file");
            (Examples training, Examples validation) = source.OpenSplit(options.Seed);
            InputPreprocessing? given = preset is null ? null : PreprocessingFile.Load(preset);
            ModelGraph graph;
            InputPreprocessing input;
            if (File.Exists(name))
            {
                input = FinetuneCommand.LoadPreprocessing(name, preset);
                if (Rule(parsed.GetRequiredValue(resize)) != input.Resize)
                    UselessOptions.Refuse(parsed, [resize], $"the preprocessing of {name} says otherwise");
                graph = Fitting.Transfer.TransferModel.Import(name, input);
            }
            else
            {
                var idx = training.Images as IdxImageSet;
                if (idx is not null && Rule(parsed.GetRequiredValue(resize)) != ResizeRule.Stretch)
                    UselessOptions.Refuse(parsed, [resize], "the images of IDX files are stretched");
                (graph, input) = Build(
                    name,
                    new NetworkOptions
                    {
                        Classes = training.Images.ClassNames.Count,
                        Height = given?.Height ?? parsed.GetValue(size) ?? idx?.Size.Height,
                        Width = given?.Width ?? parsed.GetValue(size) ?? idx?.Size.Width,
                        Channels = given?.Channels ?? (parsed.GetValue(grey) || idx?.Size.Channels == 1 ? 1 : 3),
                        SkippedReductions = parsed.GetValue(reductions),
                        Seed = options.Seed,
                        Parameters = NetworkInput.Settings(parsed.GetValue(settings) ?? []),
                    },
                    given,
                    idx is not null ? ResizeRule.Stretch : Rule(parsed.GetRequiredValue(resize)));
            }

            var description = new RunDescription
            {
                Network = name,
                Data = source,
                Input = input,
                Options = options,
                ClassNames = training.Images.ClassNames,
                Fingerprint = "",
            };
            using var interruption = new Interruption();
            using TrainingRun run = TrainingRun.Start(
                new RunFolder(parsed.GetRequiredValue(output)), description, GraphExporter.ToBytes(graph), training, validation);
            FitSession.Run(
                run,
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error,
                interruption);
            return CommandHost.Success;
        });
        return command;
    }

    /// <summary>Without a given preprocessing, inputs reach from −1 to 1.</summary>
    private static (ModelGraph Graph, InputPreprocessing Input) Build(
        string name, NetworkOptions options, InputPreprocessing? given, ResizeRule rule)
    {
        ModelGraph graph = NetworkCatalog.Create(name, options);
        int[] shape = graph.Inputs[0].Shape!;
        const float Centre = 127.5f;
        InputPreprocessing input = given ?? new InputPreprocessing
        {
            Width = shape[3],
            Height = shape[2],
            Order = shape[1] == 1 ? ChannelOrder.Luma : ChannelOrder.Rgb,
            Mean = [.. Enumerable.Repeat(Centre, shape[1])],
            Scale = [.. Enumerable.Repeat(1 / Centre, shape[1])],
            Resize = rule,
            ResizeTo = rule == ResizeRule.ShorterSideThenCenterCrop ? (int)Math.Round(Math.Max(shape[2], shape[3]) / 0.875) : 0,
        };
        return (graph, input);
    }

    private static ResizeRule Rule(string word) => word switch
    {
        "stretch" => ResizeRule.Stretch,
        "letterbox" => ResizeRule.Letterbox,
        _ => ResizeRule.ShorterSideThenCenterCrop,
    };
}
