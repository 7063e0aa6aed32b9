using System.Text.Json;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;

namespace Edge.Tests.Onnx;

public class SharedModelTests
{
    public static TheoryData<string> Models() => [.. Files("models")];

    public static TheoryData<string> Architectures() => [.. Files("onnx-light")];

    [SharedTheory]
    [MemberData(nameof(Models))]
    public void A_trained_model_imports_with_the_operators_and_shapes_that_its_facts_state(string file)
    {
        JsonElement facts = Facts(file);

        ModelGraph graph = OnnxImporter.Load(SharedFolder.Path("models", file));

        Value input = Assert.Single(graph.Inputs);
        Assert.Equal(facts.GetProperty("input").GetProperty("shape").Deserialize<int[]>(), input.Shape!);
        Assert.Equal(facts.GetProperty("output").GetProperty("shape").Deserialize<int[]>(), Assert.Single(graph.Outputs).Shape!);
        Assert.Equal(
            facts.GetProperty("operators").Deserialize<Dictionary<string, int>>()!.OrderBy(p => p.Key),
            graph.Nodes.GroupBy(n => n.OpType).Select(g => KeyValuePair.Create(g.Key, g.Count())).OrderBy(p => p.Key));
        // Bounds of Clip and scales of Resize are float inputs in the file and attributes here.
        long weights = graph.Nodes.SelectMany(n => n.Inputs).OfType<Value>().Where(v => v.IsConstant).Distinct()
            .Sum(v => (long)v.Constant!.Count);
        long attributes = graph.Nodes.Sum(n => n.OpType == OpTypes.Clip ? 2 : n.Attributes.Floats("scales")?.Length ?? 0);
        Assert.Equal(facts.GetProperty("float_parameters").GetInt64(), weights + attributes);
    }

    [SharedTheory]
    [MemberData(nameof(Architectures))]
    public void A_published_architecture_imports_with_every_shape_known(string file)
    {
        ModelGraph graph = OnnxImporter.Load(SharedFolder.Path("onnx-light", file));

        graph.Check();
        Assert.Equal(1000, Tensor.Volume(Assert.Single(graph.Outputs).Shape!));
        Assert.All(graph.Nodes, node => Assert.All(node.Outputs, output => Assert.NotNull(output.Shape!)));
        Assert.DoesNotContain(graph.Nodes, node => node.Inputs.All(v => v is { IsConstant: true }));
    }

    private static string[] Files(string folder) => SharedFolder.Exists
        ? [.. Directory.GetFiles(SharedFolder.Path(folder), "*.onnx").Select(f => Path.GetFileName(f)).Order()]
        : ["absent"];

    private static JsonElement Facts(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("models", "models.json")));
        return document.RootElement.GetProperty("models").EnumerateArray()
            .Single(m => m.GetProperty("file").GetString() == file).Clone();
    }
}
