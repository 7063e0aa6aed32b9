using Edge.Training.Autograd;
using Edge.Training.Compression;
using Edge.Training.Optimization;

namespace Edge.Training.Fitting;

/// <summary>What the words of <see cref="FitOptions"/> stand for.</summary>
internal static class Recipe
{
    public static Optimizer Optimizer(FitOptions options, IReadOnlyList<Parameter<float>> parameters, Workers workers) =>
        options.Optimizer switch
        {
            "sgd" => new Sgd(parameters, workers, (float)options.Momentum, nesterov: true, (float)(options.WeightDecay ?? 1e-4)),
            "adam" => new Adam(parameters, workers, (float)(options.WeightDecay ?? 0)),
            _ => new AdamW(parameters, workers, (float)(options.WeightDecay ?? 0.01)),
        };

    /// <summary>What the weights are held to; null leaves them free.</summary>
    /// <param name="steps">Of the whole training.</param>
    public static IWeightConstraint? Constraint(FitOptions options, IReadOnlyList<Parameter<float>> parameters, long steps) =>
        options.ShareBits is { } bits ? new SharingConstraint(parameters, bits)
        : options.Keep is { } keep ? new PruningConstraint(parameters, keep, steps)
        : null;

    /// <summary>Of the quantization-aware phase: short, from weights that are good already.</summary>
    public static FitOptions QuantizationAware(FitOptions options) => options with
    {
        Epochs = options.QuantizationEpochs,
        LearningRate = LearningRate(options) / 10,
        WarmUpEpochs = 0,
        Patience = 0,
    };

    public static double LearningRate(FitOptions options) => options.LearningRate ?? (options.Optimizer == "sgd" ? 0.05 : 0.001);

    public static LearningRateSchedule Schedule(FitOptions options, int stepsPerEpoch)
    {
        float rate = (float)LearningRate(options);
        long steps = (long)options.Epochs * stepsPerEpoch;
        long warmUp = Math.Min((long)Math.Round(options.WarmUpEpochs * stepsPerEpoch), steps);
        int interval = options.StepEpochs > 0 ? options.StepEpochs : Math.Max(1, (options.Epochs + 2) / 3);
        return options.Schedule switch
        {
            "constant" => new ConstantSchedule(rate, warmUp),
            "step" => new StepSchedule(rate, (long)interval * stepsPerEpoch, WarmUpSteps: warmUp),
            _ => new CosineSchedule(rate, steps, WarmUpSteps: warmUp),
        };
    }
}
