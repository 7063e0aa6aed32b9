using System.CommandLine;
using Edge.SignRenderer.Output;
using Edge.SignRenderer.Rendering;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Commands;

/// <summary>edge-signs sheet: a contact sheet to look at.</summary>
internal static class SheetCommand
{
    public static Command Create()
    {
        RenderOptions shared = new();
        var output = new Option<string>("--output", "-o") { Description = "PNG file", Required = true };
        var columns = new Option<int>("--columns") { Description = "samples of each class", DefaultValueFactory = _ => 16 };
        var classes = new Option<int[]>("--classes")
        {
            Description = "classes to show; all when not given",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. Enumerable.Range(0, SignLibrary.SignClasses + 1)],
        };
        var command = new Command(
            "sheet",
            """
            Draws a contact sheet: a row of samples for each class.

            Example:
              edge-signs sheet -o sheet.png --columns 24 --size 48
            """)
        {
            output, columns, classes,
        };
        columns.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 200)
                result.AddError("--columns must be 1 to 200");
        });
        classes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>()!.Any(label => label is < 0 or > SignLibrary.None))
                result.AddError("--classes must be 0 to 43");
        });
        shared.AddTo(command);
        command.SetAction(parsed =>
        {
            (RenderStyle style, SignLibrary library) = shared.Load(parsed);
            using SampleRenderer renderer = new(style, library, shared.Seed(parsed), shared.Size(parsed));
            PngWriter.Write(
                parsed.GetValue(output)!,
                ContactSheet.Draw(renderer, parsed.GetValue(classes)!, parsed.GetValue(columns), shared.Size(parsed)));
        });
        return command;
    }
}
