using System.CommandLine;
using Edge.Quantizer;
using Edge.Training.Data;
using Edge.Training.Fitting;

namespace Edge.Training.Commands;

/// <summary>The options that say how to train. Defaults are those of a <see cref="FitOptions"/>.</summary>
internal sealed class RecipeOptions(FitOptions defaults, string augmentation)
{
    private readonly Option<int> _epochs = New("--epochs", "passes over the training images", defaults.Epochs, "n");
    private readonly Option<int> _quantizationEpochs = New(
        "--qat-epochs", "further epochs of quantization-aware training", defaults.QuantizationEpochs, "n");
    private readonly Option<int> _batch = New("--batch", "images of a step", defaults.BatchSize, "n");
    private readonly Option<string> _optimizer = New(
        "--optimizer", string.Join(", ", FitOptions.Optimizers), defaults.Optimizer, "name");
    private readonly Option<double?> _rate = New(
        "--lr", "learning rate at its highest; default 0.05 for sgd, 0.001 for the others", defaults.LearningRate, "rate");
    private readonly Option<double?> _decay = New(
        "--weight-decay", "default 0.01 for adamw, 0.0001 for sgd, 0 for adam", defaults.WeightDecay, "x");
    private readonly Option<double> _momentum = New("--momentum", "of sgd", defaults.Momentum, "x");
    private readonly Option<string> _schedule = New(
        "--schedule", $"of the learning rate: {string.Join(", ", FitOptions.Schedules)}", defaults.Schedule, "name");
    private readonly Option<double> _warmUp = New(
        "--warmup", "epochs in which the learning rate climbs", defaults.WarmUpEpochs, "epochs");
    private readonly Option<int> _stepEpochs = New(
        "--step-epochs", "with --schedule step: a tenth after so many epochs; 0: a third of all", defaults.StepEpochs, "n");
    private readonly Option<double> _smoothing = New(
        "--label-smoothing", "share of the target spread over all classes", defaults.LabelSmoothing, "share");
    private readonly Option<string> _classWeights = New(
        "--class-weights",
        "none, or balanced: rare classes count as much as frequent ones",
        defaults.BalanceClasses ? "balanced" : "none",
        "kind");
    private readonly Option<double> _average = New(
        "--ema", "decay of a moving average of the weights, as 0.999; 0 for none", defaults.AverageDecay, "decay");
    private readonly Option<double> _clip = New("--clip", "largest norm of the gradient; 0 for any", defaults.Clip, "norm");
    private readonly Option<int> _patience = New(
        "--patience", "stop after so many epochs without a better validation; 0 for never", defaults.Patience, "epochs");
    private readonly Option<string> _augment = New("--augment", Augmentation.Summary, augmentation, "list");
    private readonly Option<ulong> _seed = New(
        "--seed", "decides split, first weights, order and variations", defaults.Seed, "n");
    private readonly Option<int> _threads = New("--threads", "0 for one per core", defaults.Threads, "n");
    private readonly Option<int> _cache = New("--cache", "memory for decoded images, megabytes", defaults.CacheMegabytes, "MB");

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[]
        {
            _epochs, _quantizationEpochs, _batch, _optimizer, _rate, _decay, _momentum, _schedule, _warmUp, _stepEpochs,
            _smoothing, _classWeights, _average, _clip, _patience, _augment, _seed, _threads, _cache,
        })
        {
            command.Options.Add(option);
        }

        _classWeights.AcceptOnlyFromAmong("none", "balanced");
    }

    /// <summary>Refuses the options that only matter to epochs, where there are none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="instead">What happens without epochs.</param>
    /// <param name="unvaried">Why no image is varied, as the end of a sentence; null where some are.</param>
    /// <exception cref="UserException">One was given.</exception>
    public void RequireNoTraining(ParseResult parsed, string instead, string? unvaried)
    {
        string why = $"without --epochs or --qat-epochs {instead}";
        UselessOptions.Refuse(
            parsed,
            [_batch, _optimizer, _rate, _decay, _momentum, _schedule, _warmUp, _stepEpochs, _smoothing, _average, _clip, _patience, _cache],
            why);
        if (unvaried is not null)
            UselessOptions.Refuse(parsed, [_augment], why + unvaried);
    }

    /// <exception cref="UserException">A number is out of range, or an option has no effect.</exception>
    public FitOptions Options(ParseResult parsed)
    {
        FitOptions options = defaults with
        {
            Epochs = parsed.GetValue(_epochs),
            QuantizationEpochs = parsed.GetValue(_quantizationEpochs),
            BatchSize = parsed.GetValue(_batch),
            Optimizer = parsed.GetRequiredValue(_optimizer),
            LearningRate = parsed.GetValue(_rate),
            WeightDecay = parsed.GetValue(_decay),
            Momentum = parsed.GetValue(_momentum),
            Schedule = parsed.GetRequiredValue(_schedule),
            WarmUpEpochs = parsed.GetValue(_warmUp),
            StepEpochs = parsed.GetValue(_stepEpochs),
            LabelSmoothing = parsed.GetValue(_smoothing),
            BalanceClasses = parsed.GetValue(_classWeights) == "balanced",
            AverageDecay = parsed.GetValue(_average),
            Clip = parsed.GetValue(_clip),
            Patience = parsed.GetValue(_patience),
            Augmentation = Augmentation.Parse(parsed.GetRequiredValue(_augment)),
            Seed = parsed.GetValue(_seed),
            Threads = parsed.GetValue(_threads),
            CacheMegabytes = parsed.GetValue(_cache),
        };
        options.Check();
        if (options.Optimizer != "sgd")
            UselessOptions.Refuse(parsed, [_momentum], $"only for --optimizer sgd, not {options.Optimizer}");
        if (options.Schedule != "step")
            UselessOptions.Refuse(parsed, [_stepEpochs], $"only for --schedule step, not {options.Schedule}");
        return options;
    }

    private static Option<T> New<T>(string name, string description, T value, string helpName) =>
        new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = helpName };
}
