using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Quantizer.Tests.Passes;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Onnx;

public sealed class GraphExporterTests
{
    public static TheoryData<string> Files => SharedFolder.Exists
        ? [.. from folder in (string[])["models", "onnx-light"]
              from file in Directory.GetFiles(SharedFolder.Path(folder), "*.onnx").Order(StringComparer.Ordinal)
              select Path.Combine(folder, Path.GetFileName(file))]
        : ["absent"];

    [SharedTheory]
    [MemberData(nameof(Files))]
    public void An_exported_network_imports_as_the_same_graph_and_computes_the_same(string file)
    {
        ModelGraph original = OnnxImporter.Load(SharedFolder.Path(file));
        ModelGraph again = Import(GraphExporter.ToBytes(original));

        Assert.Equal(original.Nodes.Select(n => n.OpType), again.Nodes.Select(n => n.OpType));
        Assert.Equal(original.Outputs.Select(o => o.Name), again.Outputs.Select(o => o.Name));
        Tensor image = Noise(original.Inputs[0].Shape!);
        Assert.Equal(Run(original, image), Run(again, image));
    }

    [OnnxRuntimeFact]
    public void Onnx_runtime_computes_every_operator_of_the_canonical_form_as_we_do()
    {
        ModelGraph graph = EveryOperator();
        Tensor image = Noise(graph.Inputs[0].Shape!);
        float[] ours = Run(graph, image);
        using var session = new OnnxRuntimeSession(GraphExporter.ToBytes(graph));
        var inputs = new Dictionary<string, OrtTensor> { [graph.Inputs[0].Name] = OrtTensor.From(image) };
        float[] theirs = session.Run(inputs)[graph.Outputs[0].Name].Floats;

        Assert.InRange(Closeness.Relative(theirs, ours), 0, 1e-5);
        Assert.Equal(ours, Run(Import(GraphExporter.ToBytes(graph)), image));
    }

    [Fact]
    public void A_shuffle_becomes_reshape_transpose_reshape_that_the_passes_recognise()
    {
        var build = new GraphBuilder();
        Value shuffled = build.Op(OpTypes.ChannelShuffle, [build.Input(1, 6, 4, 4)], ("group", 3));
        ModelGraph graph = Import(GraphExporter.ToBytes(build.Build(shuffled)));

        Assert.Equal([OpTypes.Reshape, OpTypes.Transpose, OpTypes.Reshape], graph.Nodes.Select(n => n.OpType));
        PassPipeline.Create().Run(graph);
        Assert.Equal(3, graph.Nodes.Single(n => n.OpType == OpTypes.ChannelShuffle).Attributes.Int("group", 0));
    }

    [Fact]
    public void A_graph_that_went_through_the_passes_is_refused_and_no_file_is_written()
    {
        var build = new GraphBuilder();
        ModelGraph graph = build.Build(build.Op(OpTypes.GlobalAveragePool, [build.Input(1, 6, 4, 4)]));
        PassPipeline.Create().Run(graph);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");

        UserException error = Assert.Throws<UserException>(() => GraphExporter.Save(graph, path));
        Assert.Contains("passes", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Saving_replaces_a_file_and_leaves_nothing_else_behind()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edge-export-");
        try
        {
            string path = Path.Combine(folder.FullName, "net.onnx");
            File.WriteAllText(path, "old");
            var build = new GraphBuilder();
            GraphExporter.Save(build.Build(build.Op(OpTypes.Relu, [build.Input(1, 2)])), path);

            Assert.Equal(OpTypes.Relu, OnnxImporter.Load(path).Nodes.Single().OpType);
            Assert.Single(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One node of every kind that import can leave behind, in a chain.</summary>
    private static ModelGraph EveryOperator()
    {
        var b = new GraphBuilder();
        Value shuffled = b.Op(OpTypes.ChannelShuffle, [b.Input(1, 6, 8, 8)], ("group", 2));
        Value[] parts = b.Ops(OpTypes.Split, 2, [shuffled], ("axis", 1), ("split", new[] { 2, 4 }));
        Value x = b.Op(OpTypes.Concat, [parts[1], parts[0]], ("axis", 1));
        x = b.Pad(x, 1, 0, 0, 2, 0.5f);
        x = b.Pad(x, 1, 1, 0, 0, mode: "reflect");
        x = b.Op(
            OpTypes.Slice, [x], ("starts", new[] { 0, 5, 1, 9 }), ("steps", new[] { 1, -1, 1, -1 }),
            ("sizes", new[] { 1, 6, 9, 10 }));
        x = b.BatchNormalization(b.Conv(x, 8, 3, stride: 2, pad: 1, group: 2));
        Value y = b.Op(OpTypes.Lrn, [x], ("size", 3), ("alpha", 0.2f), ("beta", 0.6f), ("bias", 1.5f));
        x = b.Op(OpTypes.Add, [b.Relu(x), b.Op(OpTypes.LeakyRelu, [y], ("alpha", 0.3f))]);
        x = b.Op(OpTypes.Sub, [x, b.Op(OpTypes.PRelu, [y, b.Weights([8, 1, 1])])]);
        x = b.Op(OpTypes.Mul, [x, b.Op(OpTypes.Sigmoid, [x])]);
        x = b.Op(OpTypes.Div, [x, b.Weights([8, 1, 1], 1, 2)]);
        Value gate = b.Op(OpTypes.HardSigmoid, [x], ("alpha", 0.3f), ("beta", 0.4f));
        x = b.Op(OpTypes.Sum, [b.Op(OpTypes.Tanh, [x]), b.Op(OpTypes.HardSwish, [x]), gate]);
        x = b.Op(OpTypes.Max, [x, b.Op(OpTypes.Min, [y, b.Weights([8, 1, 1])])]);
        x = b.Op(OpTypes.Clip, [b.Op(OpTypes.Clip, [x], ("min", -2f))], ("max", 3f));
        x = b.Pool(OpTypes.MaxPool, x, 3, 2, ceil: true);
        x = b.Pool(OpTypes.AveragePool, x, 2, 1, pad: 1, countPad: true);
        int[] size = x.Shape!;
        x = b.Op(
            OpTypes.Resize, [x], ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"), ("nearest_mode", "floor"),
            ("sizes", new[] { 1, 8, size[2] * 2, size[3] * 3 }), ("scales", new[] { 1f, 1f, 2f, 3f }));
        Value pooled = b.Op(OpTypes.Add, [b.Op(OpTypes.GlobalAveragePool, [x]), b.Op(OpTypes.GlobalMaxPool, [x])]);
        Value mean = b.Op(OpTypes.ReduceMean, [x], ("axes", new[] { 2, 3 }), ("keepdims", 0));
        Value row = b.Op(OpTypes.Squeeze, [pooled], ("axes", new[] { 2, 3 }));
        row = b.Op(OpTypes.Add, [row, b.Reshape(mean, 1, 8)]);
        row = b.Gemm(b.Op(OpTypes.Dropout, [row], ("ratio", 0.2f)), 5);
        row = b.Op(OpTypes.MatMul, [row, b.Weights([5, 4])]);
        row = b.Op(OpTypes.Identity, [b.Transpose(row, 1, 0)]);
        row = b.Op(OpTypes.Flatten, [b.Op(OpTypes.Unsqueeze, [row], ("axes", new[] { 0 }))], ("axis", 1));
        return b.Build(b.Op(OpTypes.Softmax, [row], ("axis", 1)));
    }

    private static Tensor Noise(int[] shape)
    {
        var random = new Random(3);
        return new Tensor(shape, [.. Enumerable.Range(0, Tensor.Volume(shape)).Select(_ => (random.NextSingle() * 4) - 2)]);
    }

    private static float[] Run(ModelGraph graph, Tensor image)
    {
        using var executor = new FloatExecutor(graph);
        return executor.Run(image).Floats;
    }

    private static ModelGraph Import(byte[] bytes) =>
        OnnxImporter.Import(ModelProto.Parser.ParseFrom(bytes), "exported", "", new ImportOptions());
}
