using Edge.Quantizer;
using Edge.Quantizer.Onnx;
using Edge.Runtime.Format;
using Edge.Training.Data;
using Edge.Training.Fitting;
using Edge.Training.Networks;
using Edge.Training.Tests.Data;

namespace Edge.Training.Tests.Fitting;

/// <summary>A run that is stopped anywhere ends with the same weights as one that was not.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Classes = 4;
    private const int Side = 12;
    private const int Epochs = 3;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(13)]
    public void Stopped_after_some_steps_and_resumed_the_weights_are_the_same_to_the_bit(int stopAfter)
    {
        byte[] whole = TrainWhole("whole");
        RunFolder folder = Folder("stopped");
        using (var stop = new CancellationTokenSource())
        {
            using TrainingRun run = Start(folder);
            int steps = 0;
            run.StepDone = _ =>
            {
                if (++steps == stopAfter)
                    stop.Cancel();
            };
            Assert.Throws<OperationCanceledException>(() => run.Run(stop.Token));
        }

        Assert.Equal(whole, Resume(folder, []));
        Assert.Equal(
            WithoutTime(File.ReadAllText(Folder("whole").History)), WithoutTime(File.ReadAllText(folder.History)));
    }

    [Fact]
    public void Killed_without_a_chance_to_save_it_goes_on_from_the_last_epoch()
    {
        byte[] whole = TrainWhole("whole");
        RunFolder folder = Folder("killed");
        using (TrainingRun run = Start(folder))
        {
            int steps = 0;
            run.StepDone = _ =>
            {
                if (++steps == 9)
                    throw new InvalidOperationException("as if the process had ended here");
            };
            Assert.Throws<InvalidOperationException>(() => run.Run(CancellationToken.None));
        }

        Assert.Equal(whole, Resume(folder, []));
    }

    [Fact]
    public void Resumed_with_fewer_epochs_it_ends_earlier_and_with_the_lowest_learning_rate()
    {
        Idx.WriteBars(_folder, 80, Classes, Side);
        RunFolder folder = Folder("shorter");
        using (var stop = new CancellationTokenSource())
        {
            using TrainingRun run = Start(folder);
            run.StepDone = _ => stop.Cancel();
            Assert.Throws<OperationCanceledException>(() => run.Run(stop.Token));
        }

        using TrainingRun shorter = TrainingRun.Resume(folder, o => o with { Epochs = Epochs - 1 }, _ => { });
        shorter.Run(CancellationToken.None);

        List<EpochRecord> history = shorter.Trainer.Progress.History;
        Assert.Equal(Epochs - 1, history.Count);
        Assert.InRange(history[^1].LearningRate, 0, 0.1 * history[0].LearningRate);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_checkpoint_cut_short_gives_way_to_the_one_before_it_visibly(int length)
    {
        byte[] whole = TrainWhole("whole");
        RunFolder folder = Folder("whole");
        Truncate(folder.Checkpoint, length);
        List<string> warnings = [];
        Assert.Equal(whole, Resume(folder, warnings));
        Assert.Contains("going on from the checkpoint before it", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_anywhere_is_found()
    {
        TrainWhole("whole");
        string checkpoint = Folder("whole").Checkpoint;
        File.Delete(CheckpointFile.PreviousOf(checkpoint));
        byte[] bytes = File.ReadAllBytes(checkpoint);
        for (int i = 8; i < bytes.Length; i += bytes.Length / 13)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 4;
            File.WriteAllBytes(checkpoint, damaged);
            UserException e = Assert.Throws<UserException>(() => CheckpointFile.Load(checkpoint, _ => { }));
            Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_any_whole_checkpoint_there_is_one_clear_error()
    {
        TrainWhole("whole");
        RunFolder folder = Folder("whole");
        Truncate(folder.Checkpoint, 100);
        Truncate(CheckpointFile.PreviousOf(folder.Checkpoint), 100);
        UserException e = Assert.Throws<UserException>(() => Resume(folder, []));
        Assert.Contains("start the training anew", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_images_than_before_are_refused()
    {
        TrainWhole("whole");
        Idx.WriteBars(_folder, 60, Classes, Side);
        UserException e = Assert.Throws<UserException>(() => Resume(Folder("whole"), []));
        Assert.Contains("other images", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_a_run_is_not_overwritten()
    {
        TrainWhole("whole");
        Assert.Contains("resume", Assert.Throws<UserException>(() => Start(Folder("whole"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_leaves_nothing_behind()
    {
        Idx.WriteBars(_folder, 80, Classes, Side);
        RunFolder folder = Folder("whole");
        using TrainingRun run = Start(folder);
        byte[] before = File.ReadAllBytes(folder.Checkpoint);
        Directory.CreateDirectory(CheckpointFile.PreviousOf(folder.Checkpoint));
        Assert.ThrowsAny<IOException>(run.Save);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.new"));
        Assert.Equal(before, File.ReadAllBytes(folder.Checkpoint));
    }

    public void Dispose() => _folder.Dispose();

    private byte[] TrainWhole(string name)
    {
        Idx.WriteBars(_folder, 80, Classes, Side);
        RunFolder folder = Folder(name);
        using TrainingRun run = Start(folder);
        run.Run(CancellationToken.None);
        return File.ReadAllBytes(folder.Model);
    }

    private static byte[] Resume(RunFolder folder, List<string> warnings)
    {
        using TrainingRun run = TrainingRun.Resume(folder, o => o, warnings.Add);
        run.Run(CancellationToken.None);
        return File.ReadAllBytes(folder.Model);
    }

    private TrainingRun Start(RunFolder folder)
    {
        var source = new DataSource { Data = _folder.At("bars-images.idx") };
        var options = new FitOptions
        {
            Epochs = Epochs,
            BatchSize = 12,
            AverageDecay = 0.9,
            Clip = 1,
            LabelSmoothing = 0.1,
            BalanceClasses = true,
            Augmentation = Augmentation.Parse("shift=0.1,noise=4,mixup=0.3"),
            Threads = 1,
            Seed = 3,
        };
        (Examples training, Examples validation) = source.OpenSplit(options.Seed);
        byte[] network = GraphExporter.ToBytes(SmallNetwork.Create(Classes, Side));
        return TrainingRun.Start(folder, SmallNetwork.Describe(source, options, training, Side), network, training, validation);
    }

    private RunFolder Folder(string name) => new(Path.Combine(_folder.Path, name));

    private static void Truncate(string path, int length)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(length);
    }

    private static string WithoutTime(string history) =>
        string.Join('\n', history.Split('\n').Where(l => !l.Contains("seconds", StringComparison.Ordinal)));
}

/// <summary>A network that trains within a second.</summary>
internal static class SmallNetwork
{
    public static Edge.Quantizer.Graph.ModelGraph Create(
        int classes, int side) => NetworkCatalog.Create("mobilenet-v1-1.0-shallow", new NetworkOptions
        {
            Classes = classes,
            Height = side,
            Width = side,
            Channels = 1,
            SkippedReductions = 2,
            Seed = 1,
            Parameters = new Dictionary<string, string> { ["width"] = "0.1" },
        });

    public static RunDescription Describe(DataSource source, FitOptions options, Examples training, int side) => new()
    {
        Network = "small",
        Data = source,
        Input = new InputPreprocessing
        {
            Width = side,
            Height = side,
            Order = ChannelOrder.Luma,
            Mean = [127.5f],
            Scale = [1 / 127.5f],
            Resize = ResizeRule.Stretch,
        },
        Options = options,
        ClassNames = training.Images.ClassNames,
        Fingerprint = "",
    };
}
