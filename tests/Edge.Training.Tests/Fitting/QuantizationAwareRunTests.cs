using System.Text.Json;
using Edge.Quantizer.Graph;
using Edge.Runtime.Format;
using Edge.Training.Commands;
using Edge.Training.Fitting;
using Edge.Training.Tests.Autograd;
using Edge.Training.Tests.Data;

namespace Edge.Training.Tests.Fitting;

/// <summary>Quantization-aware runs as a user sees them: what is told, exported and packed.</summary>
public sealed class QuantizationAwareRunTests : IDisposable
{
    private const int Classes = 4;
    private const int Side = 12;
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_accuracy_told_is_that_of_the_exported_and_of_the_packed_network()
    {
        string images = Idx.WriteBars(_folder, 240, Classes, Side), output = _folder.At("aware"), package = _folder.At("aware.edge");
        JsonElement told = Run(
            $"fit {CoarseNetwork()} --data {images} --epochs 0 --qat-epochs 8 --batch 8 --lr 0.1 --augment none --threads 1 --json "
            + $"-o {output}");
        string[] quantize = [.. told.GetProperty("next").GetString()!.Split(' ').Skip(1), "--sensitivity-images", "0", "-o", package];
        using var error = new StringWriter();
        Assert.True(Edge.Quantizer.Commands.CommandLine.Run(quantize, TextWriter.Null, error) == 0, error.ToString());

        JsonElement exported = Evaluate($"{output}/model.onnx", images);
        AssertClose(told, exported);
        AssertClose(told, Evaluate(package, images));
        Assert.InRange(told.GetProperty("validationAccuracy").GetDouble(), 0.6, 1);
        Assert.Equal(exported.GetProperty("accuracy").GetDouble(), told.GetProperty("floatValidationAccuracy").GetDouble(), Tolerance);
        Assert.Equal(Loss(exported), Loss(Evaluate($"{output}/checkpoint", images)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Epochs_that_only_do_harm_leave_the_first_weights_unrounded(int floatEpochs)
    {
        string images = Idx.WriteBars(_folder, 80, Classes, Side), trained = _folder.At("trained"), further = _folder.At("further");
        Run($"fit {CoarseNetwork()} --data {images} --epochs 2 --batch 16 --augment none --threads 1 --json -o {trained}");
        JsonElement told = Run(
            $"fit {trained}/model.onnx --data {images} --epochs {floatEpochs} --qat-epochs 1 --optimizer sgd --lr 100 --clip 1 --batch 16 "
            + $"--augment none --threads 1 --json -o {further}");
        Assert.Equal(0, told.GetProperty("bestEpoch").GetInt32());
        Assert.Equal(Loss(Evaluate($"{trained}/model.onnx", images)), Loss(Evaluate($"{further}/model.onnx", images)), Tolerance);
    }

    [Fact]
    public void The_epoch_told_is_the_float_one_that_was_exported_where_no_quantization_aware_one_is_better()
    {
        string images = Idx.WriteBars(_folder, 240, Classes, Side), output = _folder.At("both");
        JsonElement told = Run(
            $"fit {CoarseNetwork()} --data {images} --epochs 2 --qat-epochs 1 --batch 16 --lr 0.001 --augment none --threads 1 --json -o {output}");
        string alone = _folder.At("alone");
        JsonElement floatAlone = Run($"fit {CoarseNetwork()} --data {images} --epochs 2 --batch 16 --lr 0.001 --augment none --threads 1 --json -o {alone}");
        Assert.InRange(floatAlone.GetProperty("bestEpoch").GetInt32(), 1, 2);
        bool same = Loss(Evaluate($"{alone}/model.onnx", images)) == Loss(Evaluate($"{output}/model.onnx", images));
        Assert.Equal(same ? floatAlone.GetProperty("bestEpoch").GetInt32() : 3, told.GetProperty("bestEpoch").GetInt32());
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// A network whose second convolution has some three bits for its weights: those on a channel that is always 0 are so large that the
    /// others are a few steps of the common scale.
    /// </summary>
    private string CoarseNetwork()
    {
        var g = new GraphSketch(1, Side, Side);
        Value stem = g.Conv(g.Input, 8, 3, pad: 1), deep = g.Conv(g.Relu(stem), 16, 3, stride: 2);
        ModelGraph graph = g.EndInSoftmax(g.Classifier(g.Relu(deep), Classes));
        stem.Producer!.Input(1).Constant!.Floats.AsSpan(0, 9).Clear();
        stem.Producer.Input(2).Constant!.Floats[0] = -1;
        Tensor weights = deep.Producer!.Input(1).Constant!;
        for (int o = 0; o < weights.Shape[0]; o++)
            weights.Floats[o * weights.Count / weights.Shape[0]] = 10;

        var folder = new RunFolder(_folder.At("coarse/"));
        folder.WriteModel(graph);
        folder.WriteDescription([.. Enumerable.Range(0, Classes).Select(c => $"{c}")], new InputPreprocessing
        {
            Width = Side,
            Height = Side,
            Order = ChannelOrder.Luma,
            Mean = [127.5f],
            Scale = [1 / 127.5f],
            Resize = ResizeRule.Stretch,
        });
        return folder.Model;
    }

    /// <summary>Two of 72 images and 2 % of the loss: rounding of activations.</summary>
    private static void AssertClose(JsonElement told, JsonElement found)
    {
        (double accuracy, double share) = (told.GetProperty("validationAccuracy").GetDouble(), found.GetProperty("accuracy").GetDouble());
        Assert.True(Math.Abs(accuracy - share) < 2.5 / 72, $"{told}\n{found}");
        double loss = told.GetProperty("validationLoss").GetDouble();
        Assert.InRange(Loss(found), 0.98 * loss, 1.02 * loss);
    }

    private static double Loss(JsonElement evaluation) => evaluation.GetProperty("loss").GetDouble();

    private static JsonElement Evaluate(string model, string images) => Run($"evaluate {model} --data {images} --held-out --json");

    private static JsonElement Run(string arguments)
    {
        using StringWriter output = new(), error = new();
        Assert.True(CommandLine.Run(arguments.Split(' '), output, error) == 0, error.ToString());
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
