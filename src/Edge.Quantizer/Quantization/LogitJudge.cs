using Edge.Quantizer.Calibration;
using Edge.Quantizer.Evaluation;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>What an int8 network is worth on images that fitted nothing.</summary>
/// <param name="LogitSqnr">Signal to quantization noise ratio of the logits, dB.</param>
/// <param name="SquaredErrors">Squared distance of the logits from float's, of every judging image.</param>
/// <param name="Answers">Class of every judging image, counted behind the label offset.</param>
internal sealed record Judgement(double LogitSqnr, IReadOnlyList<double> SquaredErrors, IReadOnlyDictionary<int, int> Answers)
{
    /// <summary>
    /// Whether this network is closer to float than another by more than chance: its mean squared error is smaller by more than the
    /// standard error of the images' differences (the one-standard-error rule; Breiman, Friedman, Olshen and Stone, Classification and
    /// Regression Trees, 1984, 3.4.3). A single image shows nothing.
    /// </summary>
    /// <param name="other">Judged on the same images.</param>
    public bool IsClearlyCloserThan(Judgement other)
    {
        double[] gains = [.. other.SquaredErrors.Zip(SquaredErrors, (theirs, ours) => theirs - ours)];
        if (gains.Length < 2)
            return false;
        double mean = gains.Average(), variance = gains.Sum(g => (g - mean) * (g - mean)) / (gains.Length - 1);
        return mean > Math.Sqrt(variance / gains.Length);
    }
}

/// <summary>An image that fitted nothing.</summary>
/// <param name="Logits">Of the float network.</param>
/// <param name="Answer">The float network's class, counted behind the label offset.</param>
/// <param name="Class">What it shows, null where unknown.</param>
public sealed record HeldOutImage(float[] Logits, int Answer, int? Class);

/// <summary>
/// Says how close the logits of an int8 network are to those of the float network, on images set aside for that. Keeps every image's
/// logits and int8 input.
/// </summary>
/// <param name="graph">Float network.</param>
/// <param name="images">Calibration images.</param>
/// <param name="description">Of the packages to judge.</param>
/// <param name="classes">Class of every image, counted behind the label offset, null where unknown; empty when no class is known.</param>
/// <param name="threads">Threads of every run.</param>
internal sealed class LogitJudge(
    ModelGraph graph, ICalibrationSet images, PackageDescription description, IReadOnlyList<int?> classes, int threads)
{
    private readonly Value _logits = PostTrainingQuantizer.LogitsOf(graph);
    private readonly Dictionary<int, HeldOutImage> _heldOut = [];
    private readonly Dictionary<int, sbyte[]> _codes = [];
    private QuantizationParameters _parameters;

    /// <summary>Images that judge, by their index in the calibration set.</summary>
    public IReadOnlyDictionary<int, HeldOutImage> Images => _heldOut;

    /// <summary>What <see cref="Drop"/> counts: right answers where classes are known, else agreement with float.</summary>
    public string Measure => _heldOut.Values.Any(i => i.Class is not null) ? "labels" : "agreement";

    /// <summary>Runs the float network, as the graph is now, over the images that will judge.</summary>
    /// <param name="indices">Images that fit nothing.</param>
    /// <param name="observed">Called after every image.</param>
    public void Prepare(IEnumerable<int> indices, Action observed)
    {
        using var reference = new FloatExecutor(graph, threads);
        var input = Tensor.Zeros(graph.Inputs[0].Shape!);
        foreach (int index in indices)
        {
            images.Read(index, input.Floats);
            reference.Run(input, (value, data) =>
            {
                if (value == _logits)
                    _heldOut[index] = new HeldOutImage([.. data.Floats], Top(data.Floats), index < classes.Count ? classes[index] : null);
            });
            observed();
        }
    }

    /// <summary>Signal to quantization noise ratio of the logits over all judging images, dB.</summary>
    public double LogitSqnr(LoweredModel lowered) => Judge(lowered).LogitSqnr;

    /// <summary>Runs an int8 network over the judging images.</summary>
    /// <param name="lowered">The network.</param>
    /// <param name="most">How many images to take, spread evenly; all by default.</param>
    public Judgement Judge(LoweredModel lowered, int most = int.MaxValue)
    {
        var noise = new SignalToNoise();
        var errors = new List<double>();
        var answers = new Dictionary<int, int>();
        int step = Math.Max(1, (_heldOut.Count + most - 1) / most);
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), threads);
        int logits = lowered.TensorOf(_logits);
        foreach ((int index, HeldOutImage image) in _heldOut.Where((_, place) => place % step == 0))
        {
            Codes(index, network).CopyTo(network.Input);
            network.Run(
                (_, values) =>
                {
                    errors.Add(noise.Add(image.Logits, values));
                    answers[index] = Top(values);
                },
                [logits]);
        }

        return new Judgement(noise.Decibels, errors, answers);
    }

    /// <summary>
    /// Top-1 lost against the float network, points of a hundred: right answers net of gained ones over images whose class is known,
    /// else answers that differ.
    /// </summary>
    /// <param name="judgement">Of all images that judge.</param>
    /// <param name="indices">Images to count; null for all.</param>
    public double Drop(Judgement judgement, IEnumerable<int>? indices = null)
    {
        int[] counted = [.. (indices ?? _heldOut.Keys).Where(i => Measure == "agreement" || _heldOut[i].Class is not null)];
        int lost = counted.Sum(i => _heldOut[i] switch
        {
            { Class: { } truth } image => (image.Answer == truth ? 1 : 0) - (judgement.Answers[i] == truth ? 1 : 0),
            { } image => image.Answer == judgement.Answers[i] ? 0 : 1,
        });
        return counted.Length == 0 ? 0 : 100.0 * lost / counted.Length;
    }

    private int Top(ReadOnlySpan<float> logits) => Ranking.Best(logits, description.LabelOffset, 1)[0];

    /// <summary>The image as the package's input, read and prepared once.</summary>
    private sbyte[] Codes(int index, Int8Network network)
    {
        QuantizationParameters parameters = new(network.InputDefinition.Scale, network.InputDefinition.ZeroPoint);
        if (parameters != _parameters)
            _codes.Clear();
        _parameters = parameters;
        if (!_codes.TryGetValue(index, out sbyte[]? codes))
        {
            _codes[index] = codes = new sbyte[network.Input.Length];
            images.Read(index, parameters, codes);
        }

        return codes;
    }
}
