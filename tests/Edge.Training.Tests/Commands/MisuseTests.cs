using System.Text.Json;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Runtime.Format;
using Edge.Training.Commands;
using Edge.Training.Fitting;
using Edge.Training.Tests.Data;
using Edge.Training.Tests.Fitting;

namespace Edge.Training.Tests.Commands;

/// <summary>What contradicts itself, has no effect or would harm ends in one line, and nothing is written.</summary>
public sealed class MisuseTests : IDisposable
{
    private const string Network = "mobilenet-v1-1.0-shallow --set width=0.1 --skip-reductions 2";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("finetune {model} --data {idx} --views 0 --threads 1 --seed 5")]
    [InlineData("prune {model} --keep 0.3 --epochs 0 --data {idx} --threads 1")]
    [InlineData("fit {model} --data {idx} --epochs 0 --threads 1")]
    public void A_folder_with_a_model_stays_as_it_is(string arguments)
    {
        string run = Path.GetDirectoryName(Model())!;
        File.Delete(Path.Combine(run, "checkpoint"));
        Dictionary<string, byte[]> before = Files();
        Assert.Contains($"{run}: holds a model already", Fail($"{arguments} -o {run}"), StringComparison.Ordinal);
        Assert.Equal(before, Files());

        Dictionary<string, byte[]> Files() => Directory.GetFiles(run).ToDictionary(f => f, File.ReadAllBytes);
    }

    [Theory]
    [InlineData("--epochs 1", 1)]
    [InlineData("--qat-epochs 1", 1)]
    [InlineData("", 0)]
    public void Finetune_tells_splits_and_probes_and_what_it_wrote(string training, int epochs)
    {
        string own = _folder.At("own");
        JsonElement told = JsonDocument.Parse(
            Run($"finetune {{model}} --data {{idx}} --views 0 --threads 1 --splits 2 --probes {training} --json -o {own}")).RootElement;
        Assert.Equal(epochs, told.GetProperty("epochs").GetInt32());
        Assert.Equal(epochs > 0, File.Exists(Path.Combine(own, "history.json")));
        Assert.Equal(2, told.GetProperty("splits").GetArrayLength());
        Assert.Equal(JsonValueKind.Number, told.GetProperty("splits")[1].GetProperty("nearestClassMean").ValueKind);
        Assert.Equal(Path.Combine(own, "model.onnx"), told.GetProperty("model").GetString());
        Assert.True(File.Exists(told.GetProperty("report").GetString()));
        Assert.StartsWith("edge-quantizer quantize", told.GetProperty("next").GetString());
    }

    [Fact]
    public void Without_validation_images_JSON_has_null_and_no_other_word()
    {
        string told = Run($"finetune {{model}} --data {{idx}} --views 0 --threads 1 --validation 0 --probes --json -o {_folder.At("own")}");
        Assert.DoesNotContain("\"NaN\"", told, StringComparison.Ordinal);
        JsonElement split = JsonDocument.Parse(told).RootElement.GetProperty("splits")[0];
        Assert.Equal(JsonValueKind.Null, split.GetProperty("accuracy").ValueKind);
        Assert.Equal(JsonValueKind.Null, split.GetProperty("logisticRegression").ValueKind);
    }

    [Theory]
    [InlineData("--epochs 2", "--epochs 1", "2 epochs are done")]
    [InlineData("--epochs 1 --qat-epochs 1", "--epochs 5", "quantization-aware epochs")]
    [InlineData("--epochs 9 --patience 1 --optimizer sgd --lr 50 --clip 1", "--epochs 20", "stopped early")]
    public void Resume_refuses_epochs_that_change_nothing(string training, string epochs, string expected)
    {
        string run = _folder.At("run");
        Run($"fit {{model}} --data {{idx}} --batch 16 --augment none --threads 1 {training} -o {run}");
        byte[] model = File.ReadAllBytes(Path.Combine(run, "model.onnx"));
        string line = Fail($"resume {run} {epochs}");
        Assert.Contains($"{run}: {epochs} would change nothing", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Equal(model, File.ReadAllBytes(Path.Combine(run, "model.onnx")));
    }

    [Fact]
    public void A_run_is_resumed_with_the_teacher_that_it_began_with()
    {
        string pruned = _folder.At("pruned"), teacher = _folder.At("teacher.onnx");
        File.Copy(Model(), teacher);
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), teacher);
        Run($"prune {{model}} --keep 0.5 --epochs 1 --distill 0.5 --teacher {relative} --data {{idx}} --batch 16 --threads 1 -o {pruned}");
        Assert.Equal(teacher, CheckpointFile.Load(Path.Combine(pruned, "checkpoint"), _ => { }).Run.Options.Teacher);
        Run($"resume {pruned}");

        File.WriteAllBytes(teacher, GraphExporter.ToBytes(SmallNetwork.Create(5, 12)));
        Assert.Contains($"{teacher}: is another network than the teacher", Fail($"resume {pruned}"), StringComparison.Ordinal);
        File.Delete(teacher);
        Assert.Contains($"{teacher}: there is no such file", Fail($"resume {pruned}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("finetune {model} --data {idx} --lr 0.1", "--lr: without --epochs or --qat-epochs")]
    [InlineData("finetune {model} --data {idx} --patience 3 --ema 0.9", "--ema, --patience: without --epochs or --qat-epochs")]
    [InlineData("finetune {model} --data {idx} --views 0 --augment flip", "--augment: without --epochs or --qat-epochs")]
    [InlineData("finetune {model} --data {idx} --penalty 0", "--penalty 0: must be above 0")]
    [InlineData("fit squeezenet-1.1 --data {idx} --preprocessing grey-8 --size 64 --grey", "--size, --grey: --preprocessing says")]
    [InlineData("fit {model} --data {idx} --size 64 --set width=0.5", "--size, --set: only for networks by name")]
    [InlineData("fit {model} --data {idx} --skip-reductions 1", "--skip-reductions: only for networks by name")]
    [InlineData("fit {model} --data {idx} --resize crop", "--resize: the preprocessing of ")]
    [InlineData("fit squeezenet-1.1 --data {idx} --resize crop", "--resize: the images of IDX files are stretched")]
    [InlineData("fit squeezenet-1.1 --data {idx} --train-per-class 3 --validation 0.2", "--validation: with --train-per-class")]
    [InlineData("fit squeezenet-1.1 --data {idx} --validation-data {idx} --validation 0.2", "--validation: --validation-data names")]
    [InlineData("fit squeezenet-1.1 --data {idx} --validation-data {idx} --train-per-class 2", "--train-per-class: --validation-data names")]
    [InlineData("fit squeezenet-1.1 --data {idx} --validation-labels {idx}", "--validation-labels: only for --validation-data")]
    [InlineData("fit squeezenet-1.1 --data {idx} --validation-data {idx}", "trains as well; give other images to validate with")]
    [InlineData("fit squeezenet-1.1 --data {photos} --validation-data {listed}", "cat/a.png trains as well; give other images")]
    [InlineData("fit squeezenet-1.1 --data {idx} --label-column class", "--label-column class: IDX files have no columns")]
    [InlineData("fit mobilenet-v1-1.0 --set width=0.2 --set width=0.1 --data {idx}", "--set width=0.1: this setting is given twice")]
    [InlineData("finetune {model} --data {idx} --augment flip,mixup=0.5", "--augment mixup: the head is fitted on single images")]
    [InlineData("export {model} --classes 99 --set width=3", "--classes, --set: only for networks by name")]
    [InlineData("fit squeezenet-1.1 --data {photos} --labels foo", "foo: only for IDX files")]
    [InlineData("fit squeezenet-1.1 --data {photos} --class-names {names}", "class 0 is 'cat', not 'dog'; leave --class-names out")]
    [InlineData("fit squeezenet-1.1 --data {idx} --optimizer adam --momentum 0.5", "--momentum: only for --optimizer sgd")]
    [InlineData("fit squeezenet-1.1 --data {idx} --step-epochs 5", "--step-epochs: only for --schedule step")]
    [InlineData("fit squeezenet-1.1 --data {idx} --epochs 1000001", "--epochs 1000001: must be 0 to 1000000")]
    [InlineData("fit squeezenet-1.1 --data {idx} --size 100000", "100000x100000 pixels is too large")]
    public void Contradictions_and_options_without_effect_are_refused(string arguments, string expected)
    {
        string output = Path.Combine(_folder.Path, "out");
        Assert.Contains(expected, Fail($"{arguments} -o {output}"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(output));
    }

    [Theory]
    [InlineData("evaluate {model} --data {idx} --validation 0.2 --seed 3", "--validation, --seed: only for --held-out")]
    [InlineData("evaluate {model} --data {idx} --train-per-class 3", "--train-per-class: only for --held-out")]
    [InlineData("evaluate {model} --data {idx} --held-out --validation 0", "nothing is held out")]
    [InlineData("evaluate {checkpoint} --data {idx} --preprocessing grey-8", "a checkpoint carries its preprocessing; leave --preprocessing out")]
    [InlineData("summary {model} --size 64", "--size: only for networks by name")]
    [InlineData("evaluate missing.edge --data {idx} --label-offset 1", "--label-offset: only for networks; a package carries its own")]
    [InlineData("evaluate {model} --data {idx} --label-offset 1", "has 4 outputs for 4 classes")]
    [InlineData("evaluate {model} --data {idx} --label-offset -1", "--label-offset -1")]
    [InlineData("evaluate missing.onnx --data {idx}", "missing.onnx: there is no such file")]
    [InlineData("evaluate missing/model.onnx --data {idx} --preprocessing grey-8", "missing/model.onnx: there is no such file")]
    public void Evaluate_refuses_what_it_would_not_use(string arguments, string expected) =>
        Assert.Contains(expected, Fail(arguments), StringComparison.Ordinal);

    [Theory]
    [InlineData("-4")]
    [InlineData("257")]
    public void Threads_have_bounds(string threads)
    {
        using StringWriter error = new();
        Assert.Equal(Edge.Quantizer.Commands.CommandHost.UsageError, CommandLine.Run(["evaluate", "missing.edge", "--data", ".", "--threads", threads], TextWriter.Null, error));
        Assert.Contains($"--threads takes a number from 0 to 256, not {threads}", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_cannot_be_read_leaves_the_folder_free()
    {
        string photos = Photos(), run = _folder.At("run"), empty = Path.Combine(photos, "cat/empty.png");
        File.WriteAllBytes(empty, []);
        string fit = $"fit {Network} --data {photos} --size 8 --epochs 1 --validation 0 --threads 1 -o {run}";
        Assert.Contains($"{empty}: is empty", Fail(fit), StringComparison.Ordinal);

        File.Delete(empty);
        Run(fit);
        Assert.True(File.Exists(Path.Combine(run, "model.onnx")));
    }

    [Fact]
    public void The_next_command_is_one_that_a_shell_takes()
    {
        string run = _folder.At("first run"), list = Listed();
        string[] words = ["fit", "mobilenet-v1-1.0-shallow", "--set", "width=0.1", "--size", "32", "--data", list, "--epochs", "1", "--validation", "0", "--threads", "1", "--json", "-o", run];
        using StringWriter output = new(), error = new();
        Assert.True(CommandLine.Run(words, output, error) == 0, error.ToString());
        string next = JsonDocument.Parse(output.ToString()).RootElement.GetProperty("next").GetString()!;

        using var shell = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"for word in {next}; do echo \"$word\"; done"]) { RedirectStandardOutput = true })!;
        string[] told = shell.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        shell.WaitForExit();

        Assert.Equal(["edge-quantizer", "quantize", Path.Combine(run, "model.onnx")], told[..3]);
        string package = _folder.At("package.edge");
        Assert.True(
            Edge.Quantizer.Commands.CommandLine.Run([.. told[1..], "--sensitivity-images", "0", "-o", package], TextWriter.Null, error) == 0, error.ToString());
    }

    [Theory]
    [InlineData("out/model.onnx", "out/model.onnx")]
    [InlineData("it's new", @"'it'\''s new'")]
    [InlineData("$HOME", "'$HOME'")]
    [InlineData("", "''")]
    public void Words_of_a_shell_are_quoted_where_they_must(string text, string expected) => Assert.Equal(expected, Shell.Word(text));

    [Fact]
    public void Evaluate_leaves_outputs_in_front_of_the_classes_out()
    {
        string images = Idx.WriteBars(_folder, 160, 4), background = _folder.At("background.idx"), run = _folder.At("run");
        Idx.Write(background, [160], [.. Enumerable.Range(0, 160).Select(i => (byte)(1 + (i % 4)))]);
        Run($"fit {Network} --data {images} --labels {background} --epochs 8 --batch 16 --lr 0.005 --augment none --threads 1 -o {run}");
        Assert.True(Accuracy("--label-offset 1") > 0.9);
        Assert.True(Accuracy("") < 0.5);

        double Accuracy(string option) => JsonDocument.Parse(Run($"evaluate {run}/model.onnx --data {images} {option} --json"))
            .RootElement.GetProperty("accuracy").GetDouble();
    }

    [Theory]
    [InlineData("finetune", "are not all finite; take a network whose weights are sound")]
    [InlineData("fit", "its validation loss is no number")]
    public void Weights_that_are_no_numbers_are_refused(string command, string expected)
    {
        ModelGraph graph = SmallNetwork.Create(4, 12);
        Array.Fill(graph.Nodes.First(n => n.OpType == OpTypes.Conv).Input(1).Constant!.Floats, float.NaN);
        string model = _folder.At("nan/model.onnx"), own = _folder.At("own");
        File.WriteAllBytes(model, GraphExporter.ToBytes(graph));
        File.Copy(RunFolder.Of(Model()).Preprocessing, RunFolder.Of(model).Preprocessing);
        string epochs = command == "fit" ? "--epochs 0" : "";
        string line = Fail($"{command} {model} --data {{idx}} {epochs} --threads 1 -o {own}");
        Assert.Contains(model, line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(own, "model.onnx")));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A network of four classes as a run wrote it.</summary>
    private string Model()
    {
        string run = _folder.At("trained"), model = Path.Combine(run, "model.onnx");
        if (!File.Exists(model))
            Run($"fit {Network} --data {{idx}} --epochs 0 --threads 1 -o {run}");
        return model;
    }

    private string Run(string arguments)
    {
        using StringWriter output = new(), error = new();
        Assert.True(CommandLine.Run(Words(arguments), output, error) == 0, error.ToString());
        return output.ToString();
    }

    /// <summary>The one line that says what went wrong.</summary>
    private string Fail(string arguments)
    {
        using StringWriter error = new();
        Assert.Equal(1, CommandLine.Run(Words(arguments), TextWriter.Null, error));
        string line = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("edge-train: ", line);
        return line;
    }

    private string[] Words(string arguments) =>
        [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w switch
        {
            "{idx}" => Idx.WriteBars(_folder, 80, 4),
            "{model}" => Model(),
            "{photos}" => Photos(),
            "{listed}" => Listed(),
            "{checkpoint}" => RunFolder.Of(Model()).Checkpoint,
            "{names}" => Names(),
            _ => w,
        })];

    private string Photos()
    {
        foreach (string name in new[] { "photos/cat/a.png", "photos/dog/b.png" })
            File.WriteAllBytes(_folder.At(name), PngEncoder.Encode(new PixelBuffer(4, 4, 3)));
        return _folder.At("photos");
    }

    /// <summary>A list in another folder.</summary>
    private string Listed()
    {
        string photos = Photos(), list = _folder.At("lists/validation.csv");
        File.WriteAllText(list, $"file,class\n{photos}/cat/a.png,cat\n{photos}/dog/b.png,dog\n");
        return list;
    }

    private string Names()
    {
        File.WriteAllText(_folder.At("names.txt"), "dog\ncat\n");
        return _folder.At("names.txt");
    }
}
