using System.CommandLine;
using Edge.Camera.Classification;
using Edge.Imaging;
using Edge.Runtime.Execution;

namespace Edge.Camera.Commands;

/// <summary><c>edge-camera classify [model.edge] image… | folder…</c>.</summary>
internal static class ClassifyCommand
{
    private const int DefaultTop = 5;
    private const int MaxTop = 1_000_000;

    private sealed record Request(ModelSource Model, string[] Images, int Top, int Threads, bool Json, bool Profile, bool Quiet);

    public static Command Create()
    {
        Argument<string[]> paths = new("paths")
        {
            Description = "The packed network (.edge; without one, the built-in traffic signs), then JPEG, PNG, PPM or PGM files,"
                + " or folders of JPEG and PNG files.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "[model.edge] images",
        };
        paths.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && ModelSource.IsModel(result.Tokens[0].Value))
                result.AddError($"name the images behind {result.Tokens[0].Value}");

            // An argument that takes many values swallows mistyped options too.
            if (result.Tokens.FirstOrDefault(t => t.Value.StartsWith('-') && !Path.Exists(t.Value)) is { } unknown)
                result.AddError($"unknown option {unknown.Value}");
        });
        Option<int> top = SharedArguments.Number("--top", 1, MaxTop, DefaultTop, "How many classes to print per image.");
        Option<int> threads = SharedArguments.Threads();
        Option<bool> json = new("--json") { Description = "Print one JSON document instead of text." };
        Option<bool> profile = new("--profile") { Description = "Add a table of every layer's time and GMAC/s." };
        Option<bool> quiet = new("--quiet", "-q") { Description = "Don't say at start which model and kernels are used." };
        Command command = new("classify", "Classifies photographs: the most likely classes of each, and the time it took.")
        {
            paths, top, threads, json, profile, quiet,
        };
        command.SetAction(parsed =>
        {
            string[] given = parsed.GetValue(paths)!;
            bool named = ModelSource.IsModel(given[0]);
            Request request = new(
                named ? ModelSource.File(given[0]) : ModelSource.BuiltIn,
                named ? given[1..] : given,
                parsed.GetValue(top), parsed.GetValue(threads),
                parsed.GetValue(json), parsed.GetValue(profile), parsed.GetValue(quiet));
            return Run(request, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    private static int Run(Request request, TextWriter output, TextWriter error)
    {
        using Classifier classifier = Classifier.Load(request.Model, request.Threads);
        if (!request.Quiet && !request.Json)
        {
            string network = classifier.Model.Manifest.Network;
            error.WriteLine($"{network}: {classifier.InstructionSet} kernels, {classifier.Threads} thread(s)");
        }

        Profile? profile = request.Profile ? classifier.CreateProfile() : null;
        using IReport report = request.Json
            ? new JsonReport(output, request.Model.Name, classifier)
            : new TextReport(output, classifier.ScoreName);

        int failures = 0, total = 0;
        foreach (string argument in request.Images)
        {
            foreach ((string path, string? problem) in Expand(argument))
            {
                total++;
                string? failure = problem;
                try
                {
                    if (problem is null)
                        report.Add(path, classifier.Classify(path, request.Top, profile));
                }
                catch (ImageFormatException e)
                {
                    failure = e.Message;
                }

                if (failure is null)
                    continue;
                failures++;
                error.WriteLine($"{CommandLine.ProgramName}: {failure}");
                report.AddFailure(path, failure);
            }
        }

        report.Finish(profile);
        if (failures > 0 && total > 1)
            error.WriteLine($"{CommandLine.ProgramName}: {failures} of {total} images could not be classified");
        return failures > 0 ? ExitCode.ImageFailed : ExitCode.Success;
    }

    /// <summary>The files that an argument stands for; a folder that cannot be listed counts as one failed image.</summary>
    private static (string Path, string? Problem)[] Expand(string argument)
    {
        if (!Directory.Exists(argument))
            return [(argument, null)];
        try
        {
            return Array.ConvertAll([.. ImageFolder.OpenUnlabelled(argument).Images], i => (i.Path, (string?)null));
        }
        catch (ImageFormatException e)
        {
            return [(argument, e.Message)];
        }
    }
}
