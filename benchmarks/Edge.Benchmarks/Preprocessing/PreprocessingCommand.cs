using System.CommandLine;
using Edge.Benchmarks.Reporting;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;
using Edge.Runtime.Format;
using Edge.Tests;

namespace Edge.Benchmarks.Preprocessing;

/// <summary>The command <c>preprocessing</c>: camera frames to quantized inputs.</summary>
internal static class PreprocessingCommand
{
    private const int DefaultRounds = 20;
    private const int DefaultRuns = 25;

    /// <summary>The section of the results: speed only.</summary>
    public static ResultPart Part { get; } = new("preprocessing", _ => Measure(DefaultRounds, DefaultRuns, null, null));

    public static Command Create()
    {
        var rounds = Number("--rounds", "rounds of everything", DefaultRounds);
        var runs = Number("--runs", "timed runs of each per round", DefaultRuns);
        var images = new Option<string>("--images")
        {
            Description = "photographs, with labels for --package",
            HelpName = "folder",
        };
        var package = new Option<string>("--package")
        {
            Description = "a trained network that classifies --images after full and after scaled decoding of JPEG frames",
            HelpName = "model.edge",
        };
        var command = new Command(
            "preprocessing",
            """
            Times the way from a raw camera frame and from a Motion JPEG frame to the quantized input of a network, one thread,
            beside copying the frame.

            Examples:
              preprocessing
              preprocessing --package squeezenet.edge --images photographs
            """)
        {
            rounds, runs, images, package,
        };
        command.SetAction(parsed =>
        {
            Section section = Measure(
                parsed.GetValue(rounds), parsed.GetValue(runs), parsed.GetValue(images), parsed.GetValue(package));
            SectionText.Print(section, parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int usual)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < 1)
                result.AddError($"{name} takes a number from 1 on");
        });
        return option;
    }

    private static Section Measure(int rounds, int runs, string? images, string? package)
    {
        try
        {
            images ??= SharedFolder.Exists ? SharedFolder.Path("images", "val") : null;
            List<Grid> grids = [FrameTimes.Measure(rounds, runs)];
            if (images is not null)
            {
                ImageFolder folder = ImageFolder.Open(images);
                using ImageReader reader = new();
                PixelBuffer photograph = new();
                reader.Read(folder.Images[0].Path, photograph);
                grids.Add(MjpegTimes.Measure(photograph, rounds, runs));
                if (package is not null)
                    grids.Add(new MjpegAccuracy(EdgeModel.Load(package), Path.GetFileNameWithoutExtension(package)).Measure(folder));
            }
            else if (package is not null)
            {
                throw new UserException("--package needs --images, a folder of labelled photographs");
            }

            return new Section(
                "Preprocessing",
                [
                    "From a camera frame to the quantized input in one pass: convert, resize, normalise, quantize. Medians are",
                    "those of the quietest of the interleaved rounds. Noise of the machine slows copying and computing alike.",
                ],
                grids);
        }
        catch (Exception e) when (e is ImagingException or ModelFormatException or IOException or UnauthorizedAccessException)
        {
            throw new UserException(e.Message, e);
        }
    }
}
