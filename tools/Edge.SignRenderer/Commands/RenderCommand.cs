using System.CommandLine;
using System.Diagnostics;
using Edge.Quantizer;
using Edge.SignRenderer.Output;
using Edge.SignRenderer.Rendering;
using Edge.SignRenderer.Signs;
using Spectre.Console;

namespace Edge.SignRenderer.Commands;

/// <summary>edge-signs render: a data set as IDX files.</summary>
internal static class RenderCommand
{
    public static Command Create()
    {
        RenderOptions shared = new();
        var output = new Option<string>("--output", "-o") { Description = "folder for the files", Required = true };
        var count = new Option<int>("--count") { Description = "samples", Required = true };
        var name = new Option<string>("--name")
        {
            Description = "first part of the files' names",
            DefaultValueFactory = _ => "train",
        };
        var command = new Command(
            "render",
            """
            Renders a data set: NAME-images-idx4-ubyte with bytes [n, size, size, 3], R G B, and NAME-labels-idx1-ubyte with the
            classes 0 to 42 and 43 for none of these.

            Example:
              edge-signs render -o artifacts/signs --count 60000 --size 48 --seed 1
            """)
        {
            output, count, name,
        };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            int samples = parsed.GetValue(count);
            if (samples < 1)
                throw new UserException("--count must be at least 1");
            (RenderStyle style, SignLibrary library) = shared.Load(parsed);
            TextWriter log = parsed.InvocationConfiguration.Output;
            int size = shared.Size(parsed);
            using IdxFiles files = new(parsed.GetValue(output)!, parsed.GetValue(name)!, samples, size);
            long start = Stopwatch.GetTimestamp();
            DatasetRenderer renderer = new(style, library, shared.Seed(parsed), size);
            IAnsiConsole console = AnsiConsole.Create(
                new AnsiConsoleSettings { Out = new AnsiConsoleOutput(parsed.InvocationConfiguration.Error) });
            console.Progress().AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(context =>
                {
                    ProgressTask task = context.AddTask("rendering", maxValue: samples);
                    renderer.Render(files, samples, done => task.Value = done, cancellation);
                });
            files.Complete();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            log.WriteLine($"{samples} samples of {size} × {size} in {seconds:0.0} s, {samples / seconds:0} a second");
            return Task.CompletedTask;
        });
        return command;
    }
}
