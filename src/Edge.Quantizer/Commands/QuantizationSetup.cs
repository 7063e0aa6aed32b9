using System.CommandLine;
using System.Security.Cryptography;
using Edge.Imaging;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reports;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Commands;

/// <summary>What every command that makes an int8 package of a float network asks for.</summary>
internal sealed class QuantizationSetup
{
    private readonly Option<string[]> _inputShape = ModelInput.InputShape();

    private readonly Option<string?> _preprocessing = new("--preprocessing")
    {
        Description = $"JSON file or preset: {PreprocessingPresets.Summary}",
        HelpName = "P",
    };

    private readonly Option<string?> _calibration = new("--calibration") { Description = "folder of typical photographs, some dozen or more", HelpName = "folder" };
    private readonly Option<string?> _labels = new("--labels") { Description = "text file, one class name per line in output order", HelpName = "file" };
    private readonly Option<int> _offset = new("--label-offset") { Description = "outputs in front of the first real class (1 where output 0 is background)", HelpName = "n" };
    private readonly Option<string?> _name = new("--name") { Description = "what the network is called; default: the model's file name", HelpName = "text" };
    private readonly Option<int> _threads = NumberOption.Threads();

    /// <param name="required">Whether the command always needs calibration images and preprocessing.</param>
    public QuantizationSetup(bool required) => _preprocessing.Required = _calibration.Required = required;

    public IEnumerable<Option> Options => [_inputShape, _calibration, _preprocessing, _labels, _offset, _name, _threads];

    /// <summary>The files and folders that <see cref="Load"/> reads.</summary>
    public (string What, string? Path)[] Sources(ParseResult parsed, string model) =>
    [
        ("the model", model),
        ("the preprocessing", parsed.GetValue(_preprocessing)),
        ("the label file", parsed.GetValue(_labels)),
        ("the calibration folder", parsed.GetValue(_calibration)),
    ];

    /// <summary>Reads the network and all that belongs to it.</summary>
    /// <param name="needsImages">Whether the network can't be packed without calibration images.</param>
    /// <param name="labelColumn">Column of the calibration folder's labels.csv with the class; null for the usual one.</param>
    /// <exception cref="UserException">Something is missing or does not fit.</exception>
    public QuantizationInputs Load(ParseResult parsed, string path, bool needsImages, string? labelColumn = null)
    {
        string preprocessing = parsed.GetValue(_preprocessing)
            ?? throw new UserException($"{path}: give --preprocessing: a package says how its images are made");
        InputPreprocessing input = PreprocessingFile.Load(preprocessing);
        string[] names = parsed.GetValue(_labels) is { } file ? Labels(file) : [];
        string? calibration = parsed.GetValue(_calibration);
        if (calibration is null && needsImages)
            throw new UserException($"{path}: give --calibration: an int8 package needs typical photographs");
        ImageFolder? folder = calibration is null ? null : ImageFolder.Open(calibration, labelColumn);
        string[] files = [.. (folder?.Images ?? []).Select(i => i.Path)];
        ModelGraph graph = OptimizedModel.Load(path, ModelInput.Options(parsed.GetValue(_inputShape)));
        RequireInput(graph, input, path);
        int offset = parsed.GetValue(_offset), outputs = Tensor.Volume(graph.Outputs[0].Shape!);
        if (offset < 0 || offset >= outputs)
            throw new UserException($"--label-offset {offset}: the network has {outputs} outputs; give 0 to {outputs - 1}");
        if (names.Length > 0)
            names = ClassNames(graph, names, offset);
        string name = parsed.GetValue(_name) ?? Path.GetFileNameWithoutExtension(path);
        return new QuantizationInputs(
            graph,
            new PackageDescription(name, input, names, offset, Provenance(path, files)),
            new ImageCalibrationSet(files, input),
            folder,
            parsed.GetValue(_threads) is > 0 and var n ? n : Environment.ProcessorCount);
    }

    /// <exception cref="UserException">The preprocessing makes other images than the network takes.</exception>
    public static void RequireInput(ModelGraph graph, InputPreprocessing input, string path)
    {
        int[] wanted = [1, input.Height, input.Width, input.Channels];
        if (graph.Inputs.Count == 1 && graph.Inputs[0].Shape is { } shape && !shape.SequenceEqual(wanted))
        {
            throw new UserException(
                $"{path}: the network's input is {Tables.Shape(shape)} (height x width x channels after the batch), the preprocessing makes {Tables.Shape(wanted)}; give one that fits");
        }
    }

    /// <summary>The names behind the offset: a file may name the outputs in front of the first class, or start with it.</summary>
    private static string[] ClassNames(ModelGraph graph, string[] names, int offset)
    {
        int outputs = graph.Outputs[0].Shape![^1];
        if (names.Length == outputs)
            return names[Math.Min(offset, outputs)..];
        if (names.Length + offset == outputs)
            return names;
        throw new UserException($"there are {names.Length} labels for {outputs} outputs with a label offset of {offset}; give one line per output");
    }

    private static string[] Labels(string file)
    {
        string[] lines = File.ReadAllLines(file);
        int end = Array.FindLastIndex(lines, l => l.Trim().Length > 0) + 1;
        return end > 0 ? Array.ConvertAll(lines[..end], l => l.Trim()) : throw new UserException($"{file}: holds no labels");
    }

    private static Provenance Provenance(string model, string[] files)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files.Order(StringComparer.Ordinal))
            all.AppendData(Hash(file));
        return new Provenance
        {
            Source = Path.GetFileName(model),
            SourceSha256 = Convert.ToHexStringLower(Hash(model)),
            CalibrationSha256 = Convert.ToHexStringLower(all.GetHashAndReset()),
            CalibrationImages = files.Length,
            Tool = $"edge-quantizer {typeof(QuantizationSetup).Assembly.GetName().Version!.ToString(3)}",
        };
    }

    private static byte[] Hash(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return SHA256.HashData(stream);
    }
}

/// <summary>A float network with everything that a package says beside it.</summary>
/// <param name="Graph">After all passes.</param>
/// <param name="Images">Calibration images; none where there is no need for them.</param>
/// <param name="Folder">Where they come from.</param>
internal sealed record QuantizationInputs(
    ModelGraph Graph, PackageDescription Description, ImageCalibrationSet Images, ImageFolder? Folder, int Threads) : IDisposable
{
    /// <summary>Outputs behind the label offset.</summary>
    public int Classes => Tensor.Volume(Graph.Outputs[0].Shape!) - Description.LabelOffset;

    public void Dispose() => Images.Dispose();
}
