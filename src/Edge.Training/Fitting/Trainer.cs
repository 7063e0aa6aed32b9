using System.Diagnostics;
using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;
using Edge.Training.Autograd;
using Edge.Training.Compression;
using Edge.Training.Data;
using Edge.Training.Fitting.Transfer;
using Edge.Training.Optimization;
using Edge.Training.Quantization;

namespace Edge.Training.Fitting;

/// <summary>
/// The training loop. What a step does depends on the weights, the optimizer's memory and (seed, epoch, step) alone: a run that
/// is stopped and restored ends with the same weights to the bit as one that was not, for the same number of threads and
/// instruction set.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const int CalibrationBatches = 16;

    private readonly ModelGraph _graph;
    private readonly FitOptions _options;
    private readonly Workers _workers;
    private readonly TrainingNetwork _network;
    private readonly bool _quantized;
    private readonly TrainingNetwork? _teacher;
    private readonly Optimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly ExponentialMovingAverage? _average;
    private readonly BatchLoader _training;
    private readonly BatchLoader? _validation;
    private readonly IWeightConstraint? _constraint;
    private readonly float[]? _classWeights;
    private readonly float[] _logitsGradient;
    private readonly float[] _mixedGradient;
    private readonly List<(string Name, float[] Data)> _best;

    /// <param name="graph">
    /// A network that ends in softmax; its constants are the first weights. Not changed before <see cref="Export"/>.
    /// </param>
    /// <param name="training">Images to train on.</param>
    /// <param name="validation">Images to judge by; may be empty: then the last weights count.</param>
    /// <param name="input">The network's preprocessing.</param>
    /// <param name="options">How.</param>
    /// <param name="quantized">
    /// Compute as the int8 network does; the graph is one that <see cref="QuantizationAware.Fold"/> made.
    /// </param>
    public Trainer(
        ModelGraph graph,
        Examples training,
        Examples validation,
        InputPreprocessing input,
        FitOptions options,
        bool quantized = false)
    {
        options.Check();
        Network = graph.Name;
        (_graph, _options, _quantized, Validation) = (graph, options, quantized, validation);
        _workers = new Workers(options.Threads);
        long cache = (long)options.CacheMegabytes << 20;
        _training = new BatchLoader(
            training, input, options.Augmentation, options.BatchSize, options.Seed, _workers.Count, cache);
        if (validation.Count > 0)
            _validation = new BatchLoader(
                validation, input, Augmentation.None, options.BatchSize, options.Seed, _workers.Count, cache / 2);
        var kind = new TrainingNetworkOptions
        {
            Quantization = quantized ? new QuantizationAware { InputRange = PostTrainingQuantizer.InputRange(input) } : null,
        };
        _network = new TrainingNetwork(graph, options.BatchSize, _workers, kind)
        {
            FreezeStatistics = options.FreezeStatistics,
            TrackRanges = quantized,
        };
        _teacher = options.Distillation > 0 ? Teacher(input) : null;
        _optimizer = Recipe.Optimizer(options, _network.Parameters, _workers);
        _schedule = Recipe.Schedule(options, _training.Steps);
        _average = options.AverageDecay > 0 ? new ExponentialMovingAverage(_network, (float)options.AverageDecay) : null;
        _constraint = Recipe.Constraint(options, _network.Parameters, (long)options.Epochs * _training.Steps);
        _classWeights = options.BalanceClasses ? training.BalancedWeights() : null;
        _logitsGradient = new float[options.BatchSize * _network.Classes];
        _mixedGradient = new float[_logitsGradient.Length];
        _best = [.. Weights().Select(t => ("best/" + t.Name, (float[])t.Data.Clone()))];
    }

    /// <summary>What messages call it.</summary>
    public string Network { get; init; }

    public Examples Validation { get; }

    public TrainingProgress Progress { get; private set; } = new();

    public int StepsPerEpoch => _training.Steps;

    /// <summary>Called after every step.</summary>
    public Action<StepReport>? StepDone { get; set; }

    /// <summary>Called after every epoch, when a checkpoint should be written, too.</summary>
    public Action<EpochRecord>? EpochDone { get; set; }

    private bool IsDone => Progress.Epoch >= _options.Epochs || Progress.StoppedEarly;

    /// <summary>Trains to the end. The weights that it began with stay the best ones until an epoch does better.</summary>
    /// <exception cref="OperationCanceledException">
    /// Cancelled, between two steps; <see cref="Snapshot"/> then holds where to go on.
    /// </exception>
    /// <exception cref="UserException">The loss is no number, or no number any more.</exception>
    public void Run(CancellationToken cancellation)
    {
        if (Progress is { Epoch: 0, Step: 0 } && Evaluate(cancellation) is { } before)
        {
            if (!double.IsFinite(before.Loss))
                throw new UserException($"{Network}: its validation loss is no number before any training; take a network whose weights are sound");
            (Progress.StartAccuracy, Progress.StartLoss) = (before.Accuracy, before.Loss);
        }

        while (!IsDone)
        {
            long start = Stopwatch.GetTimestamp();
            TrainEpoch(cancellation);
            ClassificationResult? result = WithAverage(() => Evaluate(cancellation));
            if (result is not null && !double.IsFinite(result.Loss))
                throw NoNumber("validation loss");
            FinishEpoch(result, Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>
    /// Answers for the validation images with the weights as they are; null without such images. With quantization the ranges of all
    /// activations are found anew before, as calibration will find them for the exported network.
    /// </summary>
    public ClassificationResult? Evaluate(CancellationToken cancellation)
    {
        if (_quantized)
            Calibrate(cancellation);
        return Evaluate(_network, cancellation);
    }

    /// <summary>Answers of the graph in float, which <see cref="Export"/> wrote; null without validation images.</summary>
    public ClassificationResult? EvaluateFloat(CancellationToken cancellation) =>
        Evaluate(new TrainingNetwork(_graph, _options.BatchSize, _workers), cancellation);

    /// <summary>
    /// Takes the best weights and writes them into the graph's constants: with quantization rounded, or as they were where no epoch was
    /// better.
    /// </summary>
    public ModelGraph Export()
    {
        Copy(_best, [.. Weights()]);
        _network.CopyTo(_graph, rounded: Progress.BestEpoch > 0);
        return _graph;
    }

    /// <summary>Where the run is: live arrays, to be written before the next step.</summary>
    public (TrainingProgress Progress, IReadOnlyList<(string Name, float[] Data)> Tensors) Snapshot()
    {
        Progress.OptimizerSteps = _optimizer.StepCount;
        Progress.AverageSteps = _average?.StepCount ?? 0;
        return (Progress, Tensors());
    }

    /// <summary>Goes on where a snapshot of the same network, data and options was taken.</summary>
    /// <exception cref="UserException">The snapshot is of another network.</exception>
    public void Restore(TrainingProgress progress, IReadOnlyList<(string Name, float[] Data)> tensors)
    {
        Copy(tensors, Tensors());
        Progress = progress;
        if (_constraint is not null)
            Constrain(((long)progress.Epoch * StepsPerEpoch) + progress.Step);
        _optimizer.StepCount = progress.OptimizerSteps;
        _average?.StepCount = progress.AverageSteps;
    }

    /// <summary>
    /// Holds restored weights to the constraint. With fewer epochs than before, the weights that were best may be of a time when they were
    /// not to have their final form yet: then the present ones, which get it now, count until an epoch is done.
    /// </summary>
    private void Constrain(long step)
    {
        _constraint!.Attach(step);
        Dictionary<Parameter<float>, float[]> best = _network.Parameters.Zip(_best).ToDictionary(p => p.First, p => p.Second.Data);
        if (step < _constraint.FinalStep || _constraint.IsFinal(p => best[p]))
            return;
        Copy([.. Weights().Select(t => ("best/" + t.Name, t.Data))], _best);
        (Progress.BestEpoch, Progress.BestIsResumed) = (0, true);
    }

    /// <summary>A copy of a validation image as the network sees it.</summary>
    public Edge.Imaging.PixelBuffer ValidationPixels(int place) => _validation!.Pixels(place);

    public void Dispose()
    {
        _training.Dispose();
        _validation?.Dispose();
        _workers.Dispose();
    }

    private TrainingNetwork Teacher(InputPreprocessing input)
    {
        ModelGraph graph = _options.Teacher is { } path ? TransferModel.Import(path, input) : _graph;
        var teacher = new TrainingNetwork(graph, _options.BatchSize, _workers);
        return teacher.Classes == _network.Classes
            ? teacher
            : throw new UserException($"{_options.Teacher}: has {teacher.Classes} classes, the network {_network.Classes}; give a teacher of the same classes");
    }

    /// <summary>Finds the ranges of all activations, on varied training images, the same ones each time.</summary>
    private void Calibrate(CancellationToken cancellation)
    {
        _network.ResetRanges();
        foreach (Batch batch in _training.Training(epoch: -1).Take(CalibrationBatches))
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Copy(batch.Images, _network.Input, batch.Count * batch.InputLength);
            _network.Calibrate(batch.Count);
        }
    }

    private ClassificationResult? Evaluate(TrainingNetwork network, CancellationToken cancellation)
    {
        if (_validation is null)
            return null;
        var result = new ClassificationResult(network.Classes);
        foreach (Batch batch in _validation.Evaluation())
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Copy(batch.Images, network.Input, batch.Count * batch.InputLength);
            network.Forward(batch.Count, ForwardMode.Evaluation);
            for (int i = 0; i < batch.Count; i++)
                result.Add(batch.Classes[i], network.Logits.AsSpan(i * network.Classes, network.Classes));
        }

        return result;
    }

    private void TrainEpoch(CancellationToken cancellation)
    {
        foreach (Batch batch in _training.Training(Progress.Epoch, Progress.Step))
        {
            cancellation.ThrowIfCancellationRequested();
            double loss = Step(batch);
            if (!double.IsFinite(loss))
                throw NoNumber("loss");

            Progress.LossSum += loss * batch.Count;
            Progress.Seen += batch.Count;
            Progress.Right += CountRight(batch);
            Progress.Step++;
            StepDone?.Invoke(new StepReport(Progress.Epoch, Progress.Step, StepsPerEpoch, batch.Count, Progress));
        }
    }

    private UserException NoNumber(string loss) =>
        new($"the {loss} is no number any more in epoch {Progress.Epoch + 1}: train with a lower --lr, or with --clip 1");

    private double Step(Batch batch)
    {
        long step = ((long)Progress.Epoch * StepsPerEpoch) + Progress.Step;
        Array.Copy(batch.Images, _network.Input, batch.Count * batch.InputLength);
        _network.Seed(_options.Seed, step);
        _network.Forward(batch.Count, ForwardMode.Training);
        if (_teacher is not null)
        {
            Array.Copy(batch.Images, _teacher.Input, batch.Count * batch.InputLength);
            _teacher.Forward(batch.Count, ForwardMode.Evaluation);
        }

        double loss = Loss(batch);
        _network.ZeroGradients();
        _network.Backward(batch.Count, _logitsGradient);
        _constraint?.BeforeStep();
        if (_options.Clip > 0)
            GradientClipping.ByGlobalNorm(_network.Parameters, _options.Clip);
        _optimizer.Step(_schedule.At(step));
        _constraint?.AfterStep(step + 1);
        _average?.Update();
        return loss;
    }

    private double Loss(Batch batch)
    {
        double loss = Loss(batch.Classes, batch.Count, _logitsGradient);
        if (batch.Share == 1)
            return loss;

        // The loss is linear in the target, and mixup's target is a mixture of two.
        double mixedLoss = Loss(batch.MixedClasses, batch.Count, _mixedGradient);
        for (int i = 0; i < batch.Count * _network.Classes; i++)
            _logitsGradient[i] = (batch.Share * _logitsGradient[i]) + ((1 - batch.Share) * _mixedGradient[i]);
        return (batch.Share * loss) + ((1 - batch.Share) * mixedLoss);
    }

    private double Loss(int[] labels, int count, float[] gradient) => SoftmaxCrossEntropy.Compute<float>(
        _network.Logits, labels, count, _network.Classes, (float)_options.LabelSmoothing, _classWeights, gradient,
        _teacher is null ? [] : _teacher.Logits, (float)_options.Distillation);

    private int CountRight(Batch batch)
    {
        int right = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            int truth = batch.Share < 0.5f ? batch.MixedClasses[i] : batch.Classes[i];
            ReadOnlySpan<float> logits = _network.Logits.AsSpan(i * _network.Classes, _network.Classes);
            right += ClassificationResult.Likeliest(logits) == truth ? 1 : 0;
        }

        return right;
    }

    private void FinishEpoch(ClassificationResult? result, TimeSpan time)
    {
        float rate = _schedule.At((((long)Progress.Epoch + 1) * StepsPerEpoch) - 1);
        int seen = Math.Max(1, Progress.Seen);
        var record = new EpochRecord(
            Progress.Epoch + 1,
            rate,
            Progress.LossSum / seen,
            (double)Progress.Right / seen,
            result?.Loss,
            result?.Accuracy,
            time.TotalSeconds);
        if (IsBest(record))
        {
            Progress.BestEpoch = record.Epoch;
            WithAverage(() => Copy([.. Weights().Select(t => ("best/" + t.Name, t.Data))], _best));
        }

        Progress.History.Add(record);
        Progress.StoppedEarly = _options.Patience > 0 && record.Epoch - Progress.BestEpoch >= _options.Patience;
        (Progress.Epoch, Progress.Step, Progress.LossSum, Progress.Seen, Progress.Right) = (record.Epoch, 0, 0, 0, 0);
        EpochDone?.Invoke(record);
    }

    /// <summary>Higher accuracy, or the same with a lower loss. Without validation images the last epoch is the best.</summary>
    private bool IsBest(EpochRecord record)
    {
        EpochRecord? best = Progress.History.Find(r => r.Epoch == Progress.BestEpoch);
        double? bestAccuracy = best?.ValidationAccuracy ?? Progress.StartAccuracy;
        return IsUnfinished(record.Epoch)
            || IsUnfinished(Progress.BestEpoch)
            || record.ValidationAccuracy is not { } accuracy
            || bestAccuracy is null
            || accuracy > bestAccuracy
            || (accuracy == bestAccuracy && record.ValidationLoss < (best?.ValidationLoss ?? Progress.StartLoss));
    }

    /// <summary>Whether the weights had not their final form yet at the end of an epoch.</summary>
    private bool IsUnfinished(int epoch) => (long)epoch * StepsPerEpoch < _constraint?.FinalStep;

    /// <summary>Does something with the averaged weights in the network's place, where there are such.</summary>
    private T WithAverage<T>(Func<T> work)
    {
        _average?.Swap();
        try
        {
            return work();
        }
        finally
        {
            _average?.Swap();
        }
    }

    private void WithAverage(Action work) => WithAverage(() =>
    {
        work();
        return true;
    });

    private IEnumerable<(string Name, float[] Data)> Weights() =>
        _network.Parameters.Select(p => ("parameter/" + p.Name, p.Value)).Concat(
            _network.State.Select(s => ("state/" + s.Name, s.Value)));

    private List<(string Name, float[] Data)> Tensors() =>
    [
        .. Weights(),
        .. _optimizer.State.Select(t => ("optimizer/" + t.Name, t.Data)),
        .. (_average?.State ?? []).Select(t => ("average/" + t.Name, t.Data)),
        .. _best,
    ];

    private static void Copy(IReadOnlyList<(string Name, float[] Data)> from, List<(string Name, float[] Data)> to)
    {
        if (from.Count != to.Count)
            throw new UserException($"the checkpoint holds {from.Count} tensors, the network has {to.Count}");
        for (int i = 0; i < to.Count; i++)
        {
            if (from[i].Data.Length != to[i].Data.Length)
                throw new UserException($"the checkpoint's '{from[i].Name}' does not fit '{to[i].Name}'");
            from[i].Data.CopyTo(to[i].Data, 0);
        }
    }
}

/// <summary>How far the epoch that runs is.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Of the epoch.</param>
/// <param name="Images">Of this step.</param>
/// <param name="Progress">Sums of the epoch.</param>
public readonly record struct StepReport(int Epoch, int Step, int Steps, int Images, TrainingProgress Progress);
