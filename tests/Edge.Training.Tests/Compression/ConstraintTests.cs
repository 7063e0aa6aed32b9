using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Training.Autograd;
using Edge.Training.Commands;
using Edge.Training.Compression;
using Edge.Training.Data;
using Edge.Training.Fitting;
using Edge.Training.Tests.Data;
using Edge.Training.Tests.Fitting;

namespace Edge.Training.Tests.Compression;

/// <summary>Networks that keep few weights, or few different ones, while they train.</summary>
public sealed class ConstraintTests : IDisposable
{
    private const int Classes = 4;
    private const int Side = 12;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Pruned_and_shared_a_network_still_knows_its_classes()
    {
        string images = Idx.WriteBars(_folder, 240, Classes), trained = _folder.At("trained"), pruned = _folder.At("pruned"), shared = _folder.At("shared");
        const string Recipe = "--batch 16 --augment none --threads 1";
        Run($"fit mobilenet-v1-1.0-shallow --set width=0.1 --skip-reductions 2 --data {images} --epochs 8 --lr 0.005 {Recipe} -o {trained}");
        Run($"prune {trained}/model.onnx --keep 0.3 --data {images} --epochs 8 --lr 0.005 {Recipe} -o {pruned}");
        Run($"share {pruned}/model.onnx --bits 3 --data {images} --epochs 2 --lr 0.001 {Recipe} -o {shared}");

        float[][] sparse = Weights($"{pruned}/model.onnx"), few = Weights($"{shared}/model.onnx");
        Assert.Equal(0.3, Density(sparse), 0.01);
        Assert.Equal(sparse.Select(l => l.Select(w => w == 0)), few.Select(l => l.Select(w => w == 0)));
        Assert.All(few, l => Assert.InRange(l.Where(w => w != 0).Distinct().Count(), 0, 8));
        Assert.True(Accuracy(pruned, images) > 0.85);
        Assert.True(Accuracy(shared, images) > 0.85);
    }

    [Theory]
    [InlineData("--epochs 0 --qat-epochs 1")]
    [InlineData("--epochs 1")]
    public void Epochs_that_only_do_harm_leave_the_weights_of_a_network_that_is_thin_already(string epochs)
    {
        string images = Idx.WriteBars(_folder, 240, Classes), trained = _folder.At("trained"), thin = _folder.At("thin"), further = _folder.At("further");
        const string Recipe = "--batch 16 --augment none --threads 1";
        Run($"fit mobilenet-v1-1.0-shallow --set width=0.1 --skip-reductions 2 --data {images} --epochs 8 --lr 0.005 {Recipe} -o {trained}");
        Run($"prune {trained}/model.onnx --keep 0.5 --data {images} --epochs 4 --lr 0.005 {Recipe} -o {thin}");

        string told = Run($"prune {thin}/model.onnx --keep 0.5 --data {images} {epochs} --optimizer sgd --lr 100 --clip 1 {Recipe} --json -o {further}");

        Assert.Equal(0, System.Text.Json.JsonDocument.Parse(told).RootElement.GetProperty("bestEpoch").GetInt32());
        Assert.Equal(Accuracy(thin, images), Accuracy(further, images));
    }

    [Fact]
    public void Training_moves_shared_values_together()
    {
        FitOptions options = Options with { ShareBits = 2 };
        float[][] before = Weights(Train("start", options with { Epochs = 0 }, stopAfter: null, validation: 0).Model);
        float[][] after = Weights(Train("moved", options, stopAfter: null, validation: 0).Model);

        Assert.NotEqual(before, after);
        for (int layer = 0; layer < before.Length; layer++)
        {
            Assert.All(
                before[layer].Zip(after[layer]).GroupBy(p => p.First),
                members => Assert.Single(members.Select(m => m.Second).Distinct()));
        }
    }

    [Theory]
    [InlineData(0, 256)]
    [InlineData(7, 255)]
    public void Zeros_and_shared_values_together_fit_a_codebook(int zeros, int expected)
    {
        float[] values = [.. Enumerable.Range(0, 5000).Select(i => i < zeros ? 0 : i - 2500.5f)];
        var weights = new Parameter<float>("weights", new Tensor([5000], values), decay: true, trainable: true);

        _ = new SharingConstraint([weights], 8);

        Assert.Equal(expected, weights.Value.Where(w => w != 0).Distinct().Count());
        Assert.Equal(zeros, weights.Value.Count(w => w == 0));
    }

    [Theory]
    [InlineData(0.2, null, 0.7)]
    [InlineData(null, 3, 0)]
    public void Stopped_and_resumed_the_weights_are_the_same_to_the_bit(double? keep, int? bits, double distillation)
    {
        FitOptions options = Options with { Keep = keep, ShareBits = bits, Distillation = distillation };
        byte[] whole = File.ReadAllBytes(Train("whole", options, stopAfter: null).Model);
        RunFolder folder = Train("stopped", options, stopAfter: 11);
        using TrainingRun resumed = TrainingRun.Resume(folder, o => o, _ => { });
        resumed.Run(CancellationToken.None);
        Assert.Equal(whole, File.ReadAllBytes(folder.Model));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0.5, false)]
    [InlineData(0, false)]
    public void Taught_by_its_former_self_alone_a_network_does_not_look_at_the_classes(double distillation, bool same)
    {
        string wrong = _folder.At("wrong-labels.idx");
        Idx.Write(wrong, [80], [.. Enumerable.Range(1, 80).Select(i => (byte)(i % Classes))]);
        FitOptions options = Options with { Epochs = 1, Keep = 0.5, Distillation = distillation };

        float[][] right = Weights(Train("right", options, stopAfter: null, validation: 0).Model);

        Assert.Equal(same, Weights(Train("wrong", options, stopAfter: null, validation: 0, wrong).Model).SelectMany(w => w).SequenceEqual(right.SelectMany(w => w)));
        Assert.NotEqual(Weights(Train("pruned", options with { Epochs = 0 }, stopAfter: null, validation: 0).Model), right);
    }

    [Fact]
    public void A_teacher_is_asked_in_place_of_the_network_itself()
    {
        FitOptions options = Options with { Epochs = 1, Keep = 0.5, Distillation = 1 };
        string other = Train("other", Options with { Epochs = 2 }, stopAfter: null).Model;

        float[][] taughtByItself = Weights(Train("itself", options, stopAfter: null, validation: 0).Model);
        float[][] taughtByOther = Weights(Train("by-other", options with { Teacher = other }, stopAfter: null, validation: 0).Model);
        string copy = Train("copy", Options with { Epochs = 0 }, stopAfter: null, validation: 0).Model;

        Assert.NotEqual(taughtByItself, taughtByOther);
        Assert.Equal(taughtByItself, Weights(Train("by-copy", options with { Teacher = copy }, stopAfter: null, validation: 0).Model));
    }

    [Fact]
    public void A_teacher_of_other_classes_is_refused()
    {
        string other = _folder.At("other.onnx");
        File.WriteAllBytes(other, GraphExporter.ToBytes(SmallNetwork.Create(Classes + 1, Side)));
        UserException e = Assert.Throws<UserException>(
            () => Train("refused", Options with { Keep = 0.5, Distillation = 0.5, Teacher = other }, stopAfter: null));
        Assert.Equal($"{other}: has 5 classes, the network 4; give a teacher of the same classes", e.Message);
    }

    [Fact]
    public void Epochs_before_the_last_pruning_are_never_the_best()
    {
        float[][] weights = Weights(Train("pruned", Options with { Keep = 0.1, LearningRate = 1e-6 }, stopAfter: null).Model);
        Assert.Equal(0.1, Density(weights), 0.01);
    }

    [Fact]
    public void Without_epochs_a_network_is_pruned_at_once()
    {
        float[][] weights = Weights(Train("pruned", Options with { Keep = 0.3, Epochs = 0 }, stopAfter: null).Model);
        Assert.Equal(0.3, Density(weights), 0.01);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(3, 0)]
    [InlineData(2, 0)]
    public void Resumed_behind_the_last_step_of_pruning_a_network_is_pruned_all_the_same(int epochs, int expectedBest)
    {
        // In the fourth of ten epochs; pruning would go on to the end of the seventh.
        RunFolder folder = Train("shorter", Options with { Keep = 0.1, Epochs = 10 }, stopAfter: 17);
        using (TrainingRun resumed = TrainingRun.Resume(folder, o => o with { Epochs = epochs }, _ => { }))
        {
            Assert.Equal((3, 5), (resumed.Trainer.Progress.Epoch, resumed.Trainer.StepsPerEpoch));
            resumed.Run(CancellationToken.None);
            Assert.Equal(expectedBest, resumed.Trainer.Progress.BestEpoch);
        }

        Assert.Equal(0.1, Density(Weights(folder.Model)), 0.01);
    }

    [Fact]
    public void Weights_of_the_resumption_are_told_from_the_first_ones()
    {
        RunFolder folder = Train("shorter", Options with { Keep = 0.1, Epochs = 10 }, stopAfter: 17);
        using StringWriter output = new(), error = new();
        Assert.Equal(0, CommandLine.Run(["resume", folder.Path, "--epochs", "2"], output, error));
        Assert.Contains("(the weights it was resumed with)", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("warning: 3 epochs are done already, more than --epochs 2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 2 1 3", "class 1 is '1', but '2' in ")]
    [InlineData("0 1 2", "class 3 is '3', but missing in ")]
    [InlineData("0 1 2 3 4", "class 4 is missing, but '4' in ")]
    public void Images_with_other_classes_than_the_networks_are_refused(string labels, string expected)
    {
        string images = Idx.WriteBars(_folder, 40, Classes), trained = _folder.At("trained"), pruned = _folder.At("pruned");
        Run($"fit mobilenet-v1-1.0-shallow --set width=0.1 --skip-reductions 2 --data {images} --epochs 0 --threads 1 -o {trained}");
        File.WriteAllLines($"{trained}/labels.txt", labels.Split(' '));
        using var error = new StringWriter();

        Assert.Equal(1, CommandLine.Run($"prune {trained}/model.onnx --keep 0.5 --epochs 0 --data {images} -o {pruned}".Split(' '), TextWriter.Null, error));

        Assert.StartsWith($"edge-train: {images}: {expected}{trained}/labels.txt; give", Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.False(Directory.Exists(pruned));
    }

    [Theory]
    [InlineData("prune model.onnx --keep 1 --data . -o out", "--keep 1")]
    [InlineData("prune model.onnx --keep 0.5 --teacher model.onnx --data . -o out", "--distill 0: must be above 0 with --teacher")]
    [InlineData("prune model.onnx --keep 0.5 --distill 1.5 --data . -o out", "--distill 1.5")]
    [InlineData("share model.onnx --bits 9 --data . -o out", "--bits 9")]
    [InlineData("share model.onnx --bits 4 --ema 0.9 --data . -o out", "--ema 0.9")]
    [InlineData("share model.onnx --bits 4 --qat-epochs 2 --data . -o out", "--qat-epochs 2: must be 0: folded batch norms")]
    [InlineData("prune model.onnx --keep 0.5 --epochs 0 --lr 3 --data . -o out", "--lr: without --epochs or --qat-epochs nothing is trained")]
    [InlineData("prune model.onnx --keep 0.5 --epochs 0 --augment flip --data . -o out", "--augment: without --epochs or --qat-epochs nothing is trained")]
    [InlineData("share model.onnx --bits 4 --epochs 0 --distill 0.5 --data . -o out", "--distill: without --epochs or --qat-epochs nothing is trained")]
    public void Mistakes_end_in_one_line(string arguments, string expected)
    {
        using var error = new StringWriter();
        Assert.Equal(1, CommandLine.Run(arguments.Split(' '), TextWriter.Null, error));
        Assert.Contains(expected, Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static FitOptions Options => new() { Epochs = 4, BatchSize = 12, Threads = 1, Seed = 3 };

    /// <param name="validation">Share of the images that judge; without any the last weights count.</param>
    /// <param name="labels">Null for the right ones.</param>
    private RunFolder Train(
        string name, FitOptions options, int? stopAfter, double validation = DataSource.DefaultValidation, string? labels = null)
    {
        var source = new DataSource { Data = Idx.WriteBars(_folder, 80, Classes, Side), Labels = labels, Validation = validation };
        (Examples training, Examples judging) = source.OpenSplit(options.Seed);
        byte[] network = GraphExporter.ToBytes(SmallNetwork.Create(Classes, Side));
        var folder = new RunFolder(_folder.At(name));
        using TrainingRun run = TrainingRun.Start(folder, SmallNetwork.Describe(source, options, training, Side), network, training, judging);
        using var stop = new CancellationTokenSource();
        int steps = 0;
        run.StepDone = _ =>
        {
            if (++steps == stopAfter)
                stop.Cancel();
        };
        if (stopAfter is null)
            run.Run(stop.Token);
        else
            Assert.Throws<OperationCanceledException>(() => run.Run(stop.Token));
        return folder;
    }

    private static double Accuracy(string run, string images) =>
        System.Text.Json.JsonDocument.Parse(Run($"evaluate {run}/model.onnx --data {images} --json")).RootElement.GetProperty("accuracy").GetDouble();

    private static float[][] Weights(string model) =>
        [.. OnnxImporter.Load(model).Nodes.Where(n => n.OpType is OpTypes.Conv or OpTypes.Gemm).Select(n => n.Input(1).Constant!.Floats)];

    private static double Density(float[][] layers) => layers.Sum(l => l.Count(w => w != 0)) / (double)layers.Sum(l => l.Length);

    private static string Run(string arguments)
    {
        using StringWriter output = new(), error = new();
        Assert.True(CommandLine.Run(arguments.Split(' '), output, error) == 0, error.ToString());
        return output.ToString();
    }
}
