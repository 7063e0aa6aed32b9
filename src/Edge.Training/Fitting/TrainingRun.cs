using System.Security.Cryptography;
using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Training.Data;
using Edge.Training.Quantization;

namespace Edge.Training.Fitting;

/// <summary>A <see cref="Trainer"/> with its folder: checkpoints while it trains, model, report and history at the end.</summary>
public sealed class TrainingRun : IDisposable
{
    /// <summary>A long epoch is saved in between: so much time is lost at most.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(5);

    private byte[] _network;
    private long _saved = System.Diagnostics.Stopwatch.GetTimestamp();

    private TrainingRun(RunFolder folder, RunDescription description, byte[] network, Examples training, Examples validation)
    {
        (Folder, Description, _network, Training, Validation) = (folder, description, network, training, validation);
        Trainer = CreateTrainer();
    }

    private Trainer CreateTrainer()
    {
        (RunDescription description, byte[] network) = (Description, _network);
        ModelGraph graph = CheckpointNetwork.FromBytes(network, description.Network);
        if (graph.Outputs is not [var output] || output.Shape![^1] != description.ClassNames.Count)
        {
            throw new UserException(
                $"{description.Network}: its output is not one score for each of the {description.ClassNames.Count} classes");
        }

        bool quantized = description.FloatHistory is not null;
        FitOptions options = quantized ? Recipe.QuantizationAware(description.Options) : description.Options;
        return new Trainer(
            graph, Training, Validation, description.Input, options, quantized)
        {
            Network = description.Network,
            StepDone = OnStep,
            EpochDone = OnEpoch,
        };
    }

    public RunFolder Folder { get; }

    public RunDescription Description { get; private set; }

    public Examples Training { get; }

    public Examples Validation { get; }

    /// <summary>Of the phase that runs.</summary>
    public Trainer Trainer { get; private set; }

    /// <summary>
    /// After quantization-aware epochs: answers of the exported network in float for the validation images, which should be close to
    /// those that <see cref="Run"/> gives. Null without such epochs or without validation images, and before the end.
    /// </summary>
    public ClassificationResult? FloatResult { get; private set; }

    /// <summary>All epochs so far, those of the quantization-aware phase counted on.</summary>
    public List<EpochRecord> History
    {
        get
        {
            List<EpochRecord> before = Description.FloatHistory ?? [];
            return [.. before, .. Trainer.Progress.History.Select(r => r with { Epoch = before.Count + r.Epoch })];
        }
    }

    /// <summary>
    /// Whose weights are the best, by its number in <see cref="History"/>; 0 for those that the run began with or was resumed with
    /// (<see cref="BestIsResumed"/>).
    /// </summary>
    public int BestEpoch =>
        Trainer.Progress.BestEpoch is > 0 and var epoch ? (Description.FloatHistory?.Count ?? 0) + epoch : Description.FloatBestEpoch;

    /// <inheritdoc cref="TrainingProgress.BestIsResumed"/>
    public bool BestIsResumed => Trainer.Progress.BestIsResumed || Description.FloatBestIsResumed;

    /// <summary>Called after every step.</summary>
    public Action<StepReport>? StepDone { get; set; }

    /// <summary>Called after every epoch.</summary>
    public Action<EpochRecord>? EpochDone { get; set; }

    /// <param name="folder">Must hold no run yet.</param>
    /// <param name="description">What tells images and teacher apart is filled in here.</param>
    /// <param name="network">As ONNX, with the first weights.</param>
    /// <param name="training">Images to train on.</param>
    /// <param name="validation">Images to judge by; may be empty.</param>
    public static TrainingRun Start(
        RunFolder folder, RunDescription description, byte[] network, Examples training, Examples validation)
    {
        description = description with
        {
            Fingerprint = Fingerprint(training, validation),
            TeacherSha256 = DigestOf(description.Options.Teacher),
        };
        var run = new TrainingRun(folder, description, network, training, validation);
        folder.Create();
        folder.WriteDescription(description.ClassNames, description.Input);
        run.Save();
        return run;
    }

    /// <summary>Goes on from the newest whole checkpoint.</summary>
    /// <param name="folder">Of an earlier run.</param>
    /// <param name="change">Changes of options that don't touch what was trained already: more epochs, threads.</param>
    /// <param name="warn">Receives what the user should know.</param>
    /// <exception cref="UserException">There is no checkpoint, images or teacher are others, or other epochs change nothing.</exception>
    public static TrainingRun Resume(RunFolder folder, Func<FitOptions, FitOptions> change, Action<string> warn)
    {
        Checkpoint checkpoint = CheckpointFile.Load(folder.Checkpoint, warn);
        RunDescription description = checkpoint.Run with { Options = change(checkpoint.Run.Options) };
        description.Options.Check();
        if (description.Options.Epochs != checkpoint.Run.Options.Epochs)
            RequireEffect(folder, checkpoint, description.Options.Epochs, warn);
        (Examples training, Examples validation) = description.Data.OpenSplit(description.Options.Seed);
        if (Fingerprint(training, validation) != description.Fingerprint)
            throw new UserException($"{description.Data.Data}: holds other images than when the run began; start a new run");
        if (description.TeacherSha256 is { } digest && DigestOf(description.Options.Teacher) != digest)
        {
            throw new UserException(
                $"{description.Options.Teacher}: is another network than the teacher that the run began with; put that one back, or start a new run");
        }

        var run = new TrainingRun(folder, description, checkpoint.Network, training, validation);
        run.Trainer.Restore(checkpoint.Progress, checkpoint.Tensors);
        return run;
    }

    /// <summary>Trains to the end and writes the model. Saves a checkpoint when it is cancelled.</summary>
    /// <returns>
    /// Answers for the validation images with the exported weights, after quantization-aware epochs those of the int8 network; null without
    /// such images.
    /// </returns>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint is written.</exception>
    /// <exception cref="ImagingException">An image cannot be read. Where nothing was trained yet the folder holds no run.</exception>
    public ClassificationResult? Run(CancellationToken cancellation)
    {
        try
        {
            Trainer.Run(cancellation);
            if (Description is { FloatHistory: null, Options.QuantizationEpochs: > 0 })
            {
                BeginQuantizationAware();
                Trainer.Run(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }
        catch when (Description.FloatHistory is null && Trainer.Progress is { Epoch: 0, Step: 0 })
        {
            // An unreadable image, for one: the folder is free again for when it is gone.
            Folder.Abandon();
            throw;
        }

        Folder.WriteModel(Trainer.Export());
        FloatResult = Description.FloatHistory is null ? null : Trainer.EvaluateFloat(cancellation);
        return Trainer.Evaluate(cancellation);
    }

    public void Save()
    {
        (TrainingProgress progress, IReadOnlyList<(string, float[])> tensors) = Trainer.Snapshot();
        CheckpointFile.Save(Folder.Checkpoint, new Checkpoint(Description, progress, _network, tensors));
        _saved = System.Diagnostics.Stopwatch.GetTimestamp();
    }

    public void Dispose() => Trainer.Dispose();

    /// <summary>Goes on with the best float weights, batch norms folded, in the arithmetic of the int8 network.</summary>
    private void BeginQuantizationAware()
    {
        ModelGraph folded = QuantizationAware.Fold(Trainer.Export());
        (Description, _network) = (Description with { FloatHistory = History, FloatBestEpoch = BestEpoch, FloatBestIsResumed = BestIsResumed }, GraphExporter.ToBytes(folded));
        Trainer.Dispose();
        Trainer = CreateTrainer();
        Save();
    }

    /// <summary>Refuses another number of epochs where the run would end as it would without.</summary>
    private static void RequireEffect(RunFolder folder, Checkpoint checkpoint, int epochs, Action<string> warn)
    {
        TrainingProgress progress = checkpoint.Progress;
        string? why = checkpoint.Run.FloatHistory is not null ? "the run is in its quantization-aware epochs or behind them"
            : progress.StoppedEarly ? $"the run stopped early (--patience {checkpoint.Run.Options.Patience})"
            : progress.Epoch >= Math.Max(epochs, checkpoint.Run.Options.Epochs) ? $"{progress.Epoch} epochs are done and the run is at its end"
            : null;
        if (why is not null)
            throw new UserException($"{folder.Path}: --epochs {epochs} would change nothing: {why}; leave it out");
        if (progress.Epoch > epochs)
            warn($"{progress.Epoch} epochs are done already, more than --epochs {epochs}; the run ends here");
    }

    private static string? DigestOf(string? teacher)
    {
        if (teacher is null)
            return null;
        try
        {
            using FileStream file = File.OpenRead(teacher);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{teacher}: there is no such file; the run needs it as its teacher", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{teacher}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static string Fingerprint(Examples training, Examples validation) => training.Images == validation.Images
        ? training.Images.Fingerprint()
        : $"{training.Images.Fingerprint()}-{validation.Images.Fingerprint()}";

    private void OnStep(StepReport report)
    {
        StepDone?.Invoke(report);
        if (System.Diagnostics.Stopwatch.GetElapsedTime(_saved) > SaveInterval)
            Save();
    }

    private void OnEpoch(EpochRecord record)
    {
        Save();
        Folder.WriteHistory(History);
        EpochDone?.Invoke(History[^1]);
    }
}
