using System.CommandLine;
using System.Globalization;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.SignRenderer.Cameras;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Output;
using Edge.SignRenderer.Rendering;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Commands;

/// <summary>edge-signs frames: a few pictures to try a classifier on.</summary>
internal static class FramesCommand
{
    private const int JpegQuality = 88;

    public static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "folder for the JPEG files", Required = true };
        Option<string> signs = RenderOptions.Signs(), cache = RenderOptions.Cache();
        var classes = new Option<int[]>("--classes")
        {
            Description = "classes to show, 0 to 43",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 2, 12, 13, 14, 17, 25, 31, 38, 40],
        };
        var side = new Option<int>("--side") { Description = "width and height in pixels", DefaultValueFactory = _ => 240 };
        var fill = new Option<float>("--fill")
        {
            Description = "how much of the picture's side the sign takes, 0.1 to 1",
            DefaultValueFactory = _ => 0.75f,
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "the same seed gives the same pictures",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command(
            "frames",
            """
            Renders pictures of single signs by daylight, NN-name.jpg.

            Example:
              edge-signs frames -o samples
            """)
        {
            output, signs, cache, classes, side, fill, seed,
        };
        fill.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<float>() is not (>= 0.1f and <= 1))
                result.AddError("--fill must be 0.1 to 1");
        });
        side.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 32 or > 2048)
                result.AddError("--side must be 32 to 2048");
        });
        classes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>()!.Any(label => label is < 0 or > SignLibrary.None))
                result.AddError("--classes must be 0 to 43");
        });
        command.SetAction(parsed =>
        {
            SignLibrary library = SignLibrary.Load(
                parsed.GetValue(signs)!, new TrainingStyle().Drawings, new SvgRasterizer(parsed.GetValue(cache)!));
            SignScene scene = new(library);
            int pixels = parsed.GetValue(side);
            float share = parsed.GetValue(fill);
            Write(
                library, parsed.GetValue(classes)!, parsed.GetValue(seed), parsed.GetValue(output)!,
                (canvas, label, random) => scene.PaintPhotograph(canvas, label, pixels, share, random));
        });
        return command;
    }

    private static void Write(SignLibrary library, int[] classes, ulong seed, string folder, ScenePainter paint)
    {
        Directory.CreateDirectory(folder);
        Canvas canvas = new();
        using BayerCamera camera = new(LightConditions.Good);
        using JpegEncoder encoder = new();
        PixelBuffer pixels = new();
        foreach (int label in classes)
        {
            SampleRandom random = new(seed, label);
            Framing framing = paint(canvas, label, random);
            camera.Shoot(canvas, framing, random, pixels);
            string file = string.Create(CultureInfo.InvariantCulture, $"{label:00}-{library.Names[label]}.jpg");
            string path = Path.Combine(folder, file), partial = path + ".partial";
            File.WriteAllBytes(partial, encoder.Encode(pixels, JpegQuality, halfChroma: true));
            File.Move(partial, path, overwrite: true);
        }
    }
}
