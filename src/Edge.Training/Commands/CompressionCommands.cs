using System.CommandLine;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer;
using Edge.Quantizer.Commands;
using Edge.Quantizer.Onnx;
using Edge.Runtime.Format;
using Edge.Training.Data;
using Edge.Training.Fitting;

namespace Edge.Training.Commands;

/// <summary>edge-train prune and share: a trained network goes on training with fewer weights, or fewer different ones.</summary>
internal static class CompressionCommands
{
    public static Command Prune()
    {
        var keep = new Option<double>("--keep") { Description = "share of the weights that are left, above 0, below 1", Required = true, HelpName = "share" };
        return Create(
            "prune",
            """
            Trains a network on while its least important weights become 0, more and more of them until 70 % of the steps are done; the
            others make up for them. With --epochs 0 they become 0 at once, and nothing makes up for them. The result is for edge-train share or edge-quantizer compress, which keep the zeros.

            Example:
              edge-train prune run/model.onnx --keep 0.1 --epochs 20 --distill 0.8 --data photos/ -o pruned/
            """,
            keep,
            (parsed, options) => options with { Keep = parsed.GetValue(keep) });
    }

    public static Command Share()
    {
        var bits = new Option<int>("--bits") { Description = "2 to this power values a layer, 2 to 8", Required = true, HelpName = "bits" };
        return Create(
            "share",
            """
            Lets the weights of every layer share few values, found by k-means, and trains these values on: each moves along the sum of
            its members' gradients. Zeros stay zeros.

            Example:
              edge-train share pruned/model.onnx --bits 4 --epochs 5 --lr 0.0003 --distill 0.8 --teacher run/model.onnx --data photos/ -o shared/
            """,
            bits,
            (parsed, options) => options with { ShareBits = parsed.GetValue(bits) });
    }

    private static Command Create(string name, string description, Option option, Func<ParseResult, FitOptions, FitOptions> constrain)
    {
        var model = new Argument<string>("model") { Description = "ONNX file of a trained network" };
        var data = new DataOptions();
        var recipe = new RecipeOptions(new FitOptions { Epochs = 10 }, "standard");
        var preprocessing = new Option<string?>("--preprocessing")
        {
            Description = $"JSON file or preset: {PreprocessingPresets.Summary}; default: preprocessing.json beside the model",
            HelpName = "P",
        };
        var distill = new Option<double>("--distill")
        {
            Description = "share of the target that is a teacher's answer; the images' classes are the rest",
            HelpName = "share",
        };
        var teacher = new Option<string?>("--teacher")
        {
            Description = "ONNX file of a network for the same images and classes that --distill asks; default: the network itself as it was at first, "
                + "for --qat-epochs as the epochs before them left it",
            HelpName = "model",
        };
        var output = new Option<string>("-o", "--output") { Description = "folder to write", Required = true, HelpName = "folder" };
        var json = new Option<bool>("--json") { Description = "print the summary as JSON" };
        var command = new Command(name, description) { model, option };
        data.AddTo(command);
        command.Options.Add(preprocessing);
        recipe.AddTo(command);
        command.Options.Add(distill);
        command.Options.Add(teacher);
        command.Options.Add(output);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            FitOptions options = constrain(parsed, recipe.Options(parsed)) with
            {
                Distillation = parsed.GetValue(distill),
                Teacher = parsed.GetValue(teacher) is { } file ? Path.GetFullPath(file) : null,
            };
            options.Check();
            if (!options.Trains)
            {
                recipe.RequireNoTraining(parsed, "nothing is trained", "");
                UselessOptions.Refuse(parsed, [distill, teacher], "without --epochs or --qat-epochs nothing is trained");
            }

            DataSource source = data.Source(parsed);
            string path = parsed.GetRequiredValue(model);
            InputPreprocessing input = FinetuneCommand.LoadPreprocessing(path, parsed.GetValue(preprocessing));
            (Examples training, Examples validation) = source.OpenSplit(options.Seed);
            RequireSameClasses(path, source.Data, training.Images.ClassNames);
            var run = new RunDescription
            {
                Network = path,
                Data = source,
                Input = input,
                Options = options,
                ClassNames = training.Images.ClassNames,
                Fingerprint = "",
            };
            byte[] network = GraphExporter.ToBytes(Fitting.Transfer.TransferModel.Import(path, input));
            using var interruption = new Interruption();
            using TrainingRun started = TrainingRun.Start(new RunFolder(parsed.GetRequiredValue(output)), run, network, training, validation);
            FitSession.Run(
                started, parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, interruption);
            return CommandHost.Success;
        });
        return command;
    }

    /// <summary>The images number the classes, and the network has outputs already: labels.txt beside it tells which is which.</summary>
    private static void RequireSameClasses(string model, string data, IReadOnlyList<string> given)
    {
        RunFolder folder = RunFolder.Of(model);
        IReadOnlyList<string> known = folder.ClassNames;
        for (int i = 0; known.Count > 0 && i < Math.Max(known.Count, given.Count); i++)
        {
            if (known.ElementAtOrDefault(i) != given.ElementAtOrDefault(i))
            {
                throw new UserException(
                    $"{data}: class {i} is {Named(given, i)}, but {Named(known, i)} in {folder.Labels}; give images of the network's own classes in its order");
            }
        }

        static string Named(IReadOnlyList<string> names, int index) => index < names.Count ? $"'{names[index]}'" : "missing";
    }
}
