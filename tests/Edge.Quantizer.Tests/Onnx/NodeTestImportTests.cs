using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;

namespace Edge.Tests.Onnx;

/// <summary>
/// ONNX's own node tests (Debian package libonnx-testdata): every model of supported operators imports, or says why not.
/// </summary>
public class NodeTestImportTests
{
    /// <summary>What some of the models ask for and Edge does not claim, as import puts it.</summary>
    private static readonly string[] NotClaimed =
    [
        "training_mode is not supported",
        "is not a tensor, which is not supported",
        "an optional output of MaxPool",
        "at run time this operator takes Float32 only",
        "element type String is not supported",
        "mode 'cubic' is not supported",
        "coordinate_transformation_mode 'tf_crop_and_resize' is not supported",
    ];

    [NodeTestFact]
    public void Every_model_of_supported_operators_imports_with_the_recorded_output_shapes()
    {
        var failures = new List<string>();
        var refusals = new List<string>();
        int imported = 0;
        foreach (string folder in Folders())
        {
            ModelProto model = OnnxFile.Read(Path.Combine(folder, "model.onnx"));
            if (!model.Graph.Node.All(n => OperatorTable.Supported.Contains(n.OpType) && OnnxFile.IsStandardDomain(n.Domain)))
                continue;
            try
            {
                ModelGraph graph = OnnxImporter.Import(model, Path.GetFileName(folder), folder, Recorded(model.Graph, folder));
                imported++;
                failures.AddRange(WrongShapes(graph, folder));
            }
            catch (UserException e)
            {
                (NotClaimed.Any(e.Message.Contains) ? refusals : failures).Add(e.Message);
            }
        }

        Assert.Empty(failures);
        Assert.All(
            NotClaimed, reason => Assert.Contains(refusals, message => message.Contains(reason, StringComparison.Ordinal)));
        Assert.InRange(imported, 200, int.MaxValue);
    }

    /// <summary>
    /// All but those of CastLike to and from bfloat16: their recorded inputs have other shapes than their models say.
    /// </summary>
    private static IEnumerable<string> Folders() =>
        Directory.GetDirectories(NodeTestFactAttribute.Folder)
            .Where(f => !f.Contains("test_castlike", StringComparison.Ordinal)).Order();

    private static ImportOptions Recorded(GraphProto graph, string folder)
    {
        var shapes = new Dictionary<string, int[]>();
        var constants = new Dictionary<string, Tensor>();
        HashSet<string> wanted = ConstantInputs.Of(graph);
        for (int i = 0; i < graph.Input.Count; i++)
        {
            string path = Path.Combine(folder, "test_data_set_0", $"input_{i}.pb");
            if (graph.Input[i].Type.TensorType is null || !File.Exists(path))
                continue;
            TensorProto recorded = TensorProto.Parser.ParseFrom(File.ReadAllBytes(path));
            if (wanted.Contains(graph.Input[i].Name))
                constants[graph.Input[i].Name] = new TensorReader(folder).Read(recorded);
            else
                shapes[graph.Input[i].Name] = [.. recorded.Dims.Select(d => (int)d)];
        }

        return new ImportOptions { InputShapes = shapes, Constants = constants };
    }

    private static IEnumerable<string> WrongShapes(ModelGraph graph, string folder)
    {
        for (int i = 0; i < graph.Outputs.Count; i++)
        {
            TensorProto recorded = TensorProto.Parser.ParseFrom(
                File.ReadAllBytes(Path.Combine(folder, "test_data_set_0", $"output_{i}.pb")));
            if (!recorded.Dims.SequenceEqual(graph.Outputs[i].Shape!.Select(d => (long)d)))
                yield return $"{Path.GetFileName(folder)}: {graph.Outputs[i]}, recorded [{string.Join(", ", recorded.Dims)}]";
        }
    }
}

/// <summary>A fact about ONNX's node tests; skipped, visibly, where the package is not installed.</summary>
internal sealed class NodeTestFactAttribute : FactAttribute
{
    public const string Folder = "/usr/share/libonnx-testdata/data/node";

    public NodeTestFactAttribute()
    {
        if (!Directory.Exists(Folder))
            Skip = "ONNX's node tests are not installed (Debian package libonnx-testdata)";
    }
}
