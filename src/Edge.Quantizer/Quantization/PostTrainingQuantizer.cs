using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <param name="Lowered">Operators and constants.</param>
/// <param name="Technique">How it was quantized.</param>
/// <param name="BiasCorrections">What was added to each layer's bias, per output channel, real values.</param>
/// <param name="Weights">Codes of the layers whose weights were not simply rounded to the nearest.</param>
/// <param name="Scores">Every technique tried, best first; one entry when there was no choice.</param>
public sealed record QuantizedNetwork(
    LoweredModel Lowered,
    QuantizationPlan Plan,
    Technique Technique,
    IReadOnlyDictionary<Node, float[]> BiasCorrections,
    IReadOnlyDictionary<Node, QuantizedWeights> Weights,
    IReadOnlyList<TechniqueScore> Scores)
{
    /// <summary>How an accuracy budget was met; null without one.</summary>
    public Fallback? Fallback { get; init; }

    /// <summary>Layers with images enough to learn their rounding; null where learning was not asked for.</summary>
    public int? LearnableLayers { get; init; }

    /// <summary>The images that judged, by their index in the calibration set.</summary>
    public IReadOnlyDictionary<int, HeldOutImage> HeldOut { get; init; } = new Dictionary<int, HeldOutImage>();
}

/// <summary>Progress of long work: a phase, and how far it is.</summary>
public delegate void QuantizationProgress(string phase, int done, int total);

/// <summary>
/// Post-training quantization: runs the float network over the calibration set, equalizes channels, chooses ranges, rounds weights
/// and corrects biases. What is left to choose is fitted on every second image and judged on the others; the choice is then fitted on
/// all images but those of a certificate. A network that has to hold a budget is the very one that was judged. Looks at calibration
/// data only.
/// </summary>
public sealed class PostTrainingQuantizer(ModelGraph graph, ICalibrationSet images, PackageDescription description, QuantizationOptions options)
{
    /// <summary>Images that judge a technique: their logits are kept.</summary>
    private const int MaxJudged = 128;

    private readonly NetworkQuantizer _quantizer = new(graph, description, options);
    private readonly LogitJudge _judge = new(graph, images, description, options.Classes, options.Threads);
    private QuantizationProgress? _progress;
    private int _observed, _toObserve;
    private int? _learnable;

    /// <summary>
    /// Quantizes the network. Where equalization was chosen the graph has equalized weights afterwards: it computes the same
    /// result, and is what the int8 network is to be compared with layer by layer.
    /// </summary>
    /// <exception cref="UserException">No calibration images, or a network that the runtime can't execute.</exception>
    public QuantizedNetwork Run(QuantizationProgress? progress = null)
    {
        if (images.Count == 0)
            throw new UserException("there are no calibration images; give a folder with some dozen typical photographs");
        string[] methods = options.Method == "auto" ? [.. RangeEstimator.All.Select(e => e.Name)] : [RangeEstimator.Named(options.Method).Name];

        // Every second image fits, the others judge. A single image has to do both.
        int[] fit = [.. Indices(0)], rest = [.. Indices(1)];
        int[] judging = rest.Length > 0 ? rest[..Math.Min(rest.Length, MaxJudged)] : fit;
        if (options.MaxDrop is not null && rest.Length == 0)
            throw new UserException("an accuracy budget is judged on images that fit nothing; give two calibration images or more");
        if (options.CertificateImages > 0 && rest.Length == 0)
            throw new UserException("a certificate is made of images that fit nothing; give two calibration images or more");
        bool equalize = options.Equalization != Choice.Off;
        (_progress, _observed, _toObserve) = (progress, 0, judging.Length + (fit.Length * (equalize ? 2 : 1)) + rest.Length);
        _judge.Prepare(judging, Observed);

        var plain = new ActivationStatistics(graph, Rounds);
        ChannelStatistics? channels = equalize ? CrossLayerEqualization.Statistics(graph) : null;
        Observe(fit, plain, channels);
        CrossLayerEqualization? equalization = channels is null ? null : CrossLayerEqualization.Create(graph, channels);
        bool canEqualize = equalization is { Layers: > 0 };
        var scores = new List<TechniqueScore>();
        if (!canEqualize || options.Equalization == Choice.Auto)
            Try(methods, plain, equalized: false, alone: !canEqualize, scores);

        ActivationStatistics? equalized = null;
        if (canEqualize)
        {
            equalization!.Apply();
            equalized = new ActivationStatistics(graph, Rounds);
            Observe(fit, equalized, null);
            Try(methods, equalized, equalized: true, alone: options.Equalization == Choice.On, scores);
        }

        scores.Sort((a, b) => b.LogitSqnr.CompareTo(a.LogitSqnr));
        Technique best = scores[0].Technique;
        if (canEqualize && !best.Equalized)
            equalization!.Undo();
        (QuantizationChoices choices, ActivationStatistics statistics) = Refine(new QuantizationChoices(best), best.Equalized ? equalized! : plain, fit, scores);
        JudgeChosen(choices, statistics, scores);
        QuantizedNetwork result;
        if (options.MaxDrop is null)
        {
            Observe([.. rest.Except(CertificateImages(_judge.Images, options.CertificateImages))], statistics, null);
            result = _quantizer.Quantize(choices, statistics);
        }
        else
        {
            result = HoldBudget(_quantizer.Quantize(choices, statistics));
        }

        return result with { Scores = scores, LearnableLayers = _learnable, HeldOut = _judge.Images };
    }

    /// <summary>
    /// Images that prove a package's accuracy on the device, spread evenly over those that judged; where classes are known, those that
    /// have one.
    /// </summary>
    /// <param name="judged">Images that judged.</param>
    /// <param name="count">How many are wanted; no more than there are.</param>
    public static int[] CertificateImages(IReadOnlyDictionary<int, HeldOutImage> judged, int count)
    {
        int[] labelled = [.. judged.Where(i => i.Value.Class is not null).Select(i => i.Key)], all = labelled.Length > 0 ? labelled : [.. judged.Keys];
        count = Math.Min(count, all.Length);
        return [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Length / count)])];
    }

    /// <summary>
    /// The values whose noise decides the answer: the input of the final softmax, or the first output where there is none.
    /// </summary>
    public static Value LogitsOf(ModelGraph graph)
    {
        Value value = graph.Outputs[0];
        for (Value v = value; v.Producer is { } node; v = node.Input(0))
        {
            if (node.OpType == OpTypes.Softmax)
                return node.Input(0);
            if (node.OpType is not (OpTypes.Reshape or OpTypes.Transpose))
                break;
        }

        return value;
    }

    /// <summary>
    /// Adds one technique after the other to the best so far: kept where it is on, or where the judging images gain by it.
    /// </summary>
    private (QuantizationChoices Choices, ActivationStatistics Statistics) Refine(
        QuantizationChoices choices, ActivationStatistics statistics, int[] fit, List<TechniqueScore> scores)
    {
        (choices, statistics) = Absorb(choices, statistics, fit, scores);
        if (options.MethodPerTensor != Choice.Off)
        {
            QuantizedNetwork start = _quantizer.Quantize(choices, statistics);
            var chooser = new LogitJudge(graph, images, description, [], options.Threads);
            chooser.Prepare(fit[..Math.Min(fit.Length, TensorMethods.Images)], () => { });
            IReadOnlyDictionary<Value, string> methods = new TensorMethods(graph, chooser).Choose(
                start, (value, estimator) => _quantizer.RangeOf(value, estimator, statistics), _quantizer.IsSettled, _progress);
            QuantizationChoices refined = choices with { Technique = choices.Technique with { PerTensor = true }, Methods = methods };
            choices = methods.Count > 0 && Gains(choices, refined, statistics, options.MethodPerTensor, scores) ? refined : choices;
        }

        if (options.LearnedRounding > TimeSpan.Zero)
        {
            var rounding = new LearnedRounding(graph, images, fit, description, options);
            _learnable = rounding.Layers.Count;
            IReadOnlyDictionary<Node, QuantizedWeights> learned = rounding.Run(_quantizer.Quantize(choices, statistics), _progress);
            QuantizationChoices refined = choices with { Technique = choices.Technique with { Learned = true }, Learned = learned };
            choices = learned.Count > 0 && Gains(choices, refined, statistics, Choice.Auto, scores) ? refined : choices;
        }

        return (choices, statistics);
    }

    /// <summary>Moves high biases on where there are any.</summary>
    private (QuantizationChoices Choices, ActivationStatistics Statistics) Absorb(
        QuantizationChoices choices, ActivationStatistics statistics, int[] fit, List<TechniqueScore> scores)
    {
        Value[] candidates = options.BiasAbsorption == Choice.Off ? [] : [.. BiasAbsorption.Candidates(graph)];
        if (candidates.Length == 0)
            return (choices, statistics);
        var channels = new ChannelStatistics(candidates);
        Observe(fit, null, channels);
        BiasAbsorption absorption = BiasAbsorption.Create(graph, channels);
        if (absorption.Channels == 0)
            return (choices, statistics);
        double before = Score(choices, statistics, scores);
        absorption.Apply();
        var absorbed = new ActivationStatistics(graph, Rounds);
        Observe(fit, absorbed, null);
        QuantizationChoices refined = choices with { Technique = choices.Technique with { Absorbed = true } };
        if (Score(refined, absorbed, scores) > before || options.BiasAbsorption == Choice.On)
            return (refined, absorbed);
        absorption.Undo();
        return (choices, statistics);
    }

    private bool Gains(
        QuantizationChoices before, QuantizationChoices refined, ActivationStatistics statistics, Choice choice, List<TechniqueScore> scores) =>
        Score(refined, statistics, scores) > Score(before, statistics, scores) || choice == Choice.On;

    /// <summary>What choices are worth on the judging images; judged once.</summary>
    private double Score(QuantizationChoices choices, ActivationStatistics statistics, List<TechniqueScore> scores)
    {
        int known = scores.FindIndex(s => s.Technique == choices.Technique);
        if (known >= 0 && !double.IsNaN(scores[known].LogitSqnr))
            return scores[known].LogitSqnr;
        _progress?.Invoke($"judging {choices.Technique}", 0, 1);
        var score = new TechniqueScore(choices.Technique, _judge.LogitSqnr(_quantizer.Quantize(choices, statistics).Lowered));
        if (known >= 0)
            scores.RemoveAt(known);
        scores.Add(score);
        scores.Sort((a, b) => b.LogitSqnr.CompareTo(a.LogitSqnr));
        return score.LogitSqnr;
    }

    /// <summary>Judges what was chosen where nothing else competed, and what it owes to bias correction.</summary>
    private void JudgeChosen(QuantizationChoices choices, ActivationStatistics statistics, List<TechniqueScore> scores)
    {
        Score(choices, statistics, scores);
        if (!options.BiasCorrection)
            return;
        _progress?.Invoke("judging without bias correction", 0, 1);
        int chosen = scores.FindIndex(s => s.Technique == choices.Technique);
        scores[chosen] = scores[chosen] with
        {
            Uncorrected = _judge.LogitSqnr(_quantizer.Quantize(choices, statistics, biasCorrection: false).Lowered),
        };
    }

    /// <summary>Keeps layers in float32 until the budget holds on all images that judge, and on those that will certify it.</summary>
    private QuantizedNetwork HoldBudget(QuantizedNetwork network)
    {
        int[] certifying = CertificateImages(_judge.Images, options.CertificateImages);
        (IReadOnlyList<Node> layers, Fallback report) = new FloatFallback(graph, _judge, description, options).Run(
            chosen => _quantizer.WithFloat(network, chosen).Lowered,
            certifying,
            _progress);
        return (layers.Count == 0 ? network : _quantizer.WithFloat(network, layers)) with { Fallback = report };
    }

    /// <summary>What pixels from 0 to 255 become.</summary>
    public static ValueRange InputRange(InputPreprocessing p)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        for (int c = 0; c < p.Channels; c++)
        {
            float black = (0 - p.Mean[c]) * p.Scale[c], white = (255 - p.Mean[c]) * p.Scale[c];
            (low, high) = (MathF.Min(low, MathF.Min(black, white)), MathF.Max(high, MathF.Max(black, white)));
        }

        return new ValueRange(low, high);
    }

    private bool Rounds => options.CompensatedRounding != Choice.Off;

    private IEnumerable<int> Indices(int parity)
    {
        for (int i = parity; i < images.Count; i += 2)
            yield return i;
    }

    private void Observed() => _progress?.Invoke("running the float network", ++_observed, _toObserve);

    private void Observe(int[] indices, ActivationStatistics? statistics, ChannelStatistics? channels)
    {
        using var reference = new FloatExecutor(graph, options.Threads);
        var input = Tensor.Zeros(graph.Inputs[0].Shape!);
        foreach (int index in indices)
        {
            images.Read(index, input.Floats);
            Keep(graph.Inputs[0], input);
            reference.Run(input, Keep);
            Observed();
        }

        void Keep(Value value, Tensor data)
        {
            statistics?.Observe(value, data);
            channels?.Observe(value, data);
        }
    }

    /// <summary>
    /// Judges every method, and the best one also with weights rounded to the nearest. A score is NaN where there is nothing to
    /// choose yet.
    /// </summary>
    /// <param name="alone">Whether no other form of the network competes.</param>
    private void Try(string[] methods, ActivationStatistics statistics, bool equalized, bool alone, List<TechniqueScore> scores)
    {
        if (alone && methods.Length == 1 && options.CompensatedRounding != Choice.Auto)
        {
            scores.Add(new TechniqueScore(new Technique(methods[0], equalized, Rounds), double.NaN));
            return;
        }

        int first = scores.Count;
        foreach (string method in methods)
            Score(new Technique(method, equalized, Rounds));
        if (options.CompensatedRounding == Choice.Auto)
            Score(scores.Skip(first).MaxBy(s => s.LogitSqnr)!.Technique with { Compensated = false });

        void Score(Technique technique)
        {
            _progress?.Invoke($"judging {technique}", scores.Count - first, methods.Length + 1);
            scores.Add(new TechniqueScore(technique, _judge.LogitSqnr(_quantizer.Quantize(new QuantizationChoices(technique), statistics).Lowered)));
        }
    }
}
