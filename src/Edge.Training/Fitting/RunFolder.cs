using System.Text.Json;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Runtime.Format;
using Edge.Training.Data;

namespace Edge.Training.Fitting;

/// <summary>The folder that a run writes. Every file is whole at any moment: written beside its place, then renamed.</summary>
/// <param name="path">Made where it is missing.</param>
public sealed class RunFolder(string path)
{
    private const int CalibrationImages = 300;

    public string Path => path;

    /// <summary>The folder that a model lies in.</summary>
    public static RunFolder Of(string model) => new(System.IO.Path.GetDirectoryName(model) ?? "");

    /// <summary>The trained network, for edge-quantizer.</summary>
    public string Model => At("model.onnx");

    /// <summary>Class names in output order.</summary>
    public string Labels => At("labels.txt");

    /// <summary>What <see cref="Labels"/> holds; nothing where it is missing.</summary>
    public IReadOnlyList<string> ClassNames => File.Exists(Labels) ? [.. File.ReadAllLines(Labels).Where(l => l.Length > 0)] : [];

    /// <summary>How the network wants its images.</summary>
    public string Preprocessing => At("preprocessing.json");

    public string History => At("history.json");

    public string Checkpoint => At("checkpoint");

    public string Report => At("report.html");

    /// <summary>The next thing to do with what was trained, for a shell.</summary>
    public string NextCommand(string calibration) =>
        $"edge-quantizer quantize {Shell.Word(Model)} --preprocessing {Shell.Word(Preprocessing)} --labels {Shell.Word(Labels)} --calibration {Shell.Word(calibration)}";

    /// <summary>Goes on with the run, for a shell.</summary>
    public string ResumeCommand => $"edge-train resume {Shell.Word(path)}";

    /// <exception cref="UserException">The folder cannot be made, or holds another run or a model.</exception>
    public void Create()
    {
        if (File.Exists(Checkpoint))
            throw new UserException(
                $"{path}: holds a run already; go on with it by {ResumeCommand}, or name another folder");
        if (File.Exists(Model))
            throw new UserException($"{path}: holds a model already ({System.IO.Path.GetFileName(Model)}); name another folder");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be made: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Forgets a run in which nothing was trained.</summary>
    public void Abandon() => File.Delete(Checkpoint);

    public void WriteDescription(IReadOnlyList<string> classNames, InputPreprocessing input)
    {
        WholeFile.Write(Labels, string.Concat(classNames.Select(n => n + "\n")));
        WholeFile.Write(Preprocessing, PreprocessingDocument.Of(input).Json + "\n");
    }

    public void WriteModel(ModelGraph graph) => GraphExporter.Save(graph, Model);

    public void WriteHistory(List<EpochRecord> history) =>
        WholeFile.Write(History, JsonSerializer.Serialize(history, TrainingJson.Default.ListEpochRecord) + "\n");

    /// <summary>
    /// The folder that edge-quantizer can calibrate with: the images' own, or one of some hundred training images written here, for
    /// edge-quantizer reads neither IDX files nor lists of any name.
    /// </summary>
    public string CalibrationFolder(Examples training)
    {
        if (Directory.Exists(training.Images.Source))
            return training.Images.Source;
        if (System.IO.Path.GetFileName(training.Images.Source) == ImageFolder.LabelFile)
            return System.IO.Path.GetDirectoryName(training.Images.Source)!;
        string folder = At("calibration");
        Directory.CreateDirectory(folder);
        using var reader = new ImageReader();
        var pixels = new PixelBuffer();
        int step = Math.Max(1, training.Count / CalibrationImages);
        for (int place = 0; place < training.Count && place / step < CalibrationImages; place += step)
        {
            training.Images.Read(training.Indices[place], reader, pixels);
            File.WriteAllBytes(System.IO.Path.Combine(folder, $"{place:000000}.png"), PngEncoder.Encode(pixels));
        }

        return folder;
    }

    private string At(string name) => System.IO.Path.Combine(path, name);
}
