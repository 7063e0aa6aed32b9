using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <param name="Lowered">Operators and constants.</param>
/// <param name="Technique">How it was quantized.</param>
/// <param name="BiasCorrections">What was added to each layer's bias, per output channel, real values.</param>
/// <param name="Weights">Codes of the layers whose weights were not simply rounded to the nearest.</param>
/// <param name="Scores">Every technique that was judged, best first.</param>
public sealed record QuantizedNetwork(
    LoweredModel Lowered,
    QuantizationPlan Plan,
    Technique Technique,
    IReadOnlyDictionary<Node, float[]> BiasCorrections,
    IReadOnlyDictionary<Node, QuantizedWeights> Weights,
    IReadOnlyList<TechniqueScore> Scores)
{
    /// <summary>What makes up for the rounding of each layer's own weights, where <see cref="BiasCorrections"/> do for more than that.</summary>
    public IReadOnlyDictionary<Node, float[]> OwnCorrections { get; init; } = BiasCorrections;

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
/// Post-training quantization: runs the float network over the calibration set, equalizes channels, chooses ranges, rounds weights,
/// corrects biases and matches mean outputs. What is left to choose is fitted on every second image and judged on the others: the method
/// that comes closest to float, and every departure from compensated rounding, corrected biases and matched means that comes clearly
/// closer (<see cref="Judgement.IsClearlyCloserThan"/>), so that chance seldom decides. The choice is then fitted on all images but those
/// of a certificate. A network that has to hold a budget is the very one that was judged. Looks at calibration data only.
/// </summary>
public sealed class PostTrainingQuantizer(ModelGraph graph, ICalibrationSet images, PackageDescription description, QuantizationOptions options)
{
    /// <summary>Images that judge a technique: their logits are kept.</summary>
    private const int MaxJudged = 128;

    private readonly NetworkQuantizer _quantizer = new(graph, description, options);
    private readonly LogitJudge _judge = new(graph, images, description, options.Classes, options.Threads);
    private readonly Dictionary<Technique, Judgement> _judged = [];
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
        if (options.MeanMatching == Choice.On && fit.Length < MeanMatching.MinImages)
            throw new UserException($"mean matching needs {(2 * MeanMatching.MinImages) - 1} calibration images or more, for a half of them judges; there are {images.Count}");
        bool equalize = options.Equalization != Choice.Off;
        (_progress, _observed, _toObserve) = (progress, 0, judging.Length + (fit.Length * (equalize ? 2 : 1)) + rest.Length);
        _judge.Prepare(judging, Observed);

        var plain = new ActivationStatistics(graph, Rounds, options.Threads);
        ChannelStatistics? channels = equalize ? CrossLayerEqualization.Statistics(graph) : null;
        Observe(fit, plain, channels);
        CrossLayerEqualization? equalization = channels is null ? null : CrossLayerEqualization.Create(graph, channels);
        bool canEqualize = equalization is { Layers: > 0 };
        QuantizationChoices? choices = canEqualize && options.Equalization == Choice.On ? null : BestMethod(methods, plain, equalized: false);
        ActivationStatistics statistics = plain;
        if (canEqualize)
        {
            Judgement? unequalized = choices is null ? null : Judge(choices, plain);
            equalization!.Apply();
            var equalized = new ActivationStatistics(graph, Rounds, options.Threads);
            Observe(fit, equalized, null);
            QuantizationChoices other = BestMethod(methods, equalized, equalized: true);
            if (unequalized is null || Judge(other, equalized).IsClearlyCloserThan(unequalized))
                (choices, statistics) = (other, equalized);
            else
                equalization.Undo();
        }

        (choices, statistics) = Refine(choices!, statistics, fit);
        choices = KeepOrDropCorrections(choices, statistics);
        QuantizedNetwork result = MatchMeans(choices, statistics, fit);
        (choices, result) = LearnRounding(choices, result, statistics, fit);
        if (options.MaxDrop is null)
        {
            int[] more = [.. rest.Except(CertificateImages(_judge.Images, options.CertificateImages))];
            Observe(more, statistics, null);
            QuantizedNetwork fitted = _quantizer.Quantize(choices, statistics);
            result = result.Technique.Matched ? Matched(fitted, [.. fit, .. more]) : fitted;
        }
        else
        {
            result = HoldBudget(result);
        }

        TechniqueScore[] scores = [.. _judged.Select(j => new TechniqueScore(j.Key, j.Value.LogitSqnr)).OrderByDescending(s => s.LogitSqnr)];
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
    /// Adds one technique after the other to the best so far: kept where it is on, or where the judging images clearly gain by it.
    /// </summary>
    private (QuantizationChoices Choices, ActivationStatistics Statistics) Refine(
        QuantizationChoices choices, ActivationStatistics statistics, int[] fit)
    {
        (choices, statistics) = Absorb(choices, statistics, fit);
        if (options.MethodPerTensor != Choice.Off)
        {
            QuantizedNetwork start = _quantizer.Quantize(choices, statistics);
            var chooser = new LogitJudge(graph, images, description, [], options.Threads);
            chooser.Prepare(fit[..Math.Min(fit.Length, TensorMethods.Images)], () => { });
            IReadOnlyDictionary<Value, string> methods = new TensorMethods(graph, chooser).Choose(
                start, (value, estimator) => _quantizer.RangeOf(value, estimator, statistics), _quantizer.IsSettled, _progress);
            QuantizationChoices refined = choices with { Technique = choices.Technique with { PerTensor = true }, Methods = methods };
            choices = methods.Count > 0 && Gains(choices, refined, statistics, options.MethodPerTensor) ? refined : choices;
        }

        return (choices, statistics);
    }

    /// <summary>Moves high biases on where there are any.</summary>
    private (QuantizationChoices Choices, ActivationStatistics Statistics) Absorb(
        QuantizationChoices choices, ActivationStatistics statistics, int[] fit)
    {
        Value[] candidates = options.BiasAbsorption == Choice.Off ? [] : [.. BiasAbsorption.Candidates(graph)];
        if (candidates.Length == 0)
            return (choices, statistics);
        var channels = new ChannelStatistics(candidates);
        Observe(fit, null, channels);
        BiasAbsorption absorption = BiasAbsorption.Create(graph, channels);
        if (absorption.Channels == 0)
            return (choices, statistics);
        Judgement before = Judge(choices, statistics);
        absorption.Apply();
        var absorbed = new ActivationStatistics(graph, Rounds, options.Threads);
        Observe(fit, absorbed, null);
        QuantizationChoices refined = choices with { Technique = choices.Technique with { Absorbed = true } };
        if (Judge(refined, absorbed).IsClearlyCloserThan(before) || options.BiasAbsorption == Choice.On)
            return (refined, absorbed);
        absorption.Undo();
        return (choices, statistics);
    }

    private bool Gains(QuantizationChoices before, QuantizationChoices refined, ActivationStatistics statistics, Choice choice) =>
        Judge(refined, statistics).IsClearlyCloserThan(Judge(before, statistics)) || choice == Choice.On;

    /// <summary>Judges what was chosen, and what it owes to bias correction, which is left out where it does harm.</summary>
    private QuantizationChoices KeepOrDropCorrections(QuantizationChoices choices, ActivationStatistics statistics)
    {
        Judgement chosen = Judge(choices, statistics);
        if (options.BiasCorrection == Choice.Off)
            return choices;
        QuantizationChoices uncorrected = choices with { Technique = choices.Technique with { Corrected = false } };
        bool harms = Judge(uncorrected, statistics).IsClearlyCloserThan(chosen);
        return harms && options.BiasCorrection == Choice.Auto ? uncorrected : choices;
    }

    /// <summary>The chosen network, its mean outputs matched with float's unless that does harm.</summary>
    private QuantizedNetwork MatchMeans(QuantizationChoices choices, ActivationStatistics statistics, int[] fit)
    {
        QuantizedNetwork network = _quantizer.Quantize(choices, statistics);
        if (options.MeanMatching == Choice.Off || fit.Length < MeanMatching.MinImages)
            return network;
        QuantizedNetwork matched = Matched(network, fit);
        Judgement judgement = Judge(matched);
        bool harms = Judge(choices, statistics).IsClearlyCloserThan(judgement);
        return harms && options.MeanMatching == Choice.Auto ? network : matched;
    }

    /// <summary>The network with its rounding learned, and matched again if it was, where that clearly helps.</summary>
    private (QuantizationChoices Choices, QuantizedNetwork Network) LearnRounding(
        QuantizationChoices choices, QuantizedNetwork network, ActivationStatistics statistics, int[] fit)
    {
        if (options.LearnedRounding <= TimeSpan.Zero)
            return (choices, network);
        var rounding = new LearnedRounding(graph, images, fit, description, options);
        _learnable = rounding.Layers.Count;
        IReadOnlyDictionary<Node, QuantizedWeights> learned = rounding.Run(network, _progress);
        if (learned.Count == 0)
            return (choices, network);
        QuantizationChoices refined = choices with { Technique = choices.Technique with { Learned = true }, Learned = learned };
        QuantizedNetwork other = _quantizer.Quantize(refined, statistics);
        other = network.Technique.Matched ? Matched(other, fit) : other;
        return Judge(other).IsClearlyCloserThan(_judged[network.Technique]) ? (refined, other) : (choices, network);
    }

    private QuantizedNetwork Matched(QuantizedNetwork network, int[] indices)
    {
        Dictionary<Node, float[]> corrections = new MeanMatching(graph, images, indices, description, options.Threads).Run(network, _progress);
        return _quantizer.WithBiases(network, corrections) with
        {
            Technique = network.Technique with { Matched = true },
        };
    }

    /// <summary>What choices are worth on the judging images; every technique is judged once.</summary>
    /// <param name="choices">For the graph as it is, if not judged before.</param>
    /// <param name="place">Of this judgement in a row of them.</param>
    /// <param name="count">Length of the row.</param>
    private Judgement Judge(QuantizationChoices choices, ActivationStatistics statistics, int place = 0, int count = 1)
    {
        if (_judged.TryGetValue(choices.Technique, out Judgement? known))
            return known;
        return Judge(_quantizer.Quantize(choices, statistics), place, count);
    }

    private Judgement Judge(QuantizedNetwork network, int place = 0, int count = 1)
    {
        _progress?.Invoke($"judging {network.Technique}", place, count);
        return _judged[network.Technique] = _judge.Judge(network.Lowered);
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
    /// The best method, judged where there are several, with weights that make up for each other's errors unless they clearly do better
    /// rounded to the nearest.
    /// </summary>
    private QuantizationChoices BestMethod(string[] methods, ActivationStatistics statistics, bool equalized)
    {
        QuantizationChoices[] candidates =
        [
            .. methods.Select(m => new QuantizationChoices(new Technique(m, equalized, Rounds) { Corrected = options.BiasCorrection != Choice.Off })),
        ];
        QuantizationChoices best = candidates[0];
        for (int i = 0; i < candidates.Length && candidates.Length > 1; i++)
            best = Judge(candidates[i], statistics, i, candidates.Length).LogitSqnr > Judge(best, statistics).LogitSqnr ? candidates[i] : best;
        if (options.CompensatedRounding != Choice.Auto)
            return best;
        QuantizationChoices nearest = best with { Technique = best.Technique with { Compensated = false } };
        return Judge(nearest, statistics).IsClearlyCloserThan(Judge(best, statistics)) ? nearest : best;
    }
}
