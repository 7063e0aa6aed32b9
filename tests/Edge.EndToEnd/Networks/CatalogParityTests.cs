using Edge.Imaging;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Reference.Comparison;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Quantizer.Reports;
using Edge.Runtime.Format;
using Edge.Tests;
using Edge.Training.Networks;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Edge.EndToEnd.Networks;

/// <summary>
/// Every network of the catalog with random weights, at reduced size: exported to ONNX it computes in ONNX Runtime what our float
/// executor computes, in every operator; quantized, every operator gives the bytes that the arithmetic contract promises.
/// </summary>
public sealed class CatalogParityTests(ITestOutputHelper report)
{
    private const double Tolerance = 1e-4;
    private const int Classes = 10;
    private const int CalibrationImages = 2;

    public static TheoryData<string> Networks => [.. NetworkCatalog.Names];

    [OnnxRuntimeTheory]
    [MemberData(nameof(Networks))]
    public void A_network_of_the_catalog_agrees_with_onnx_runtime_in_float_and_in_int8(string name)
    {
        (NetworkFamily family, NetworkPreset preset) = NetworkCatalog.Find(name);
        int size = ReducedSize(family, preset);
        var images = new NoiseImages(CalibrationImages + 1, size, preset.Channels);
        var options = new NetworkOptions { Classes = Classes, Height = size, Width = size, Seed = 1 };
        ModelGraph network = NetworkCatalog.Create(name, options);
        var image = new Tensor([1, preset.Channels, size, size], images.Nchw(0));
        SaneStatistics.Fill(network, image, seed: 2);
        byte[] exported = GraphExporter.ToBytes(network);

        CompareFloat(exported, image);
        CompareInt8(name, exported, images);
    }

    /// <summary>Large enough that every layer sees more than one pixel of the image, and small enough for a test.</summary>
    private static int ReducedSize(NetworkFamily family, NetworkPreset preset) => preset.Size
        ?? (family.Size > 227 ? 139 : 64);

    private void CompareFloat(byte[] exported, Tensor image)
    {
        ModelProto exposed = ModelProto.Parser.ParseFrom(exported);
        IntermediateOutputs.Expose(exposed);
        IReadOnlyDictionary<string, OrtTensor> expected;
        using (var session = new OnnxRuntimeSession(exposed.ToByteArray()))
            expected = session.Run(new Dictionary<string, OrtTensor> { ["input"] = OrtTensor.From(image) });

        // The whole network, and every operator alone on ONNX Runtime's inputs: random networks amplify rounding errors from
        // layer to layer, so that a tensor in the middle says little about the operator that computes it.
        ModelGraph graph = Import(exported);
        using (var executor = new FloatExecutor(graph))
        {
            double whole = Closeness.Relative(expected["output"].Floats, executor.Run(image).Floats);
            report.WriteLine($"float: probabilities differ by {whole:E2}");
            Assert.True(whole <= Tolerance, $"the probabilities differ by {whole:E2}");
        }

        Tensor? Known(Value? value) => value is null ? null
            : value.Constant ?? (value == graph.Inputs[0] ? image : ToTensor(expected[value.Name]));
        (double Difference, string Tensor) worst = (0, "none");
        float largest = 0;
        foreach (Node node in graph.Nodes)
        {
            Tensor?[] inputs = [.. node.Inputs.Select(Known)];
            IReadOnlyList<Tensor> ours = FloatExecutor.Evaluate(node, inputs);
            for (int i = 0; i < ours.Count; i++)
            {
                float[] theirs = expected[node.Outputs[i].Name].Floats;
                largest = Math.Max(largest, theirs.Max(Math.Abs));
                double difference = Closeness.Relative(theirs, ours[i].Floats);
                if (difference > worst.Difference)
                    worst = (difference, node.Outputs[i].Name);
            }
        }

        report.WriteLine(
            $"float: largest value {largest}, operators alone differ by at most {worst.Difference:E2}, '{worst.Tensor}'");
        Assert.True(worst.Difference <= Tolerance, $"'{worst.Tensor}' differs by {worst.Difference:E2}");
        Assert.InRange(largest, 1, 1e4);
    }

    private static Tensor ToTensor(OrtTensor tensor) => new(tensor.Shape, tensor.Floats);

    private void CompareInt8(string name, byte[] exported, NoiseImages images)
    {
        ModelGraph graph = Import(exported);
        PassPipeline.Create().Run(graph);
        var provenance = new Provenance
        {
            Source = name,
            SourceSha256 = new string('0', 64),
            CalibrationSha256 = new string('0', 64),
            CalibrationImages = CalibrationImages,
            Tool = "tests",
        };
        var description = new PackageDescription(name, images.Preprocessing, [], 0, provenance);
        var options = new QuantizationOptions { Method = "minmax" };
        QuantizedNetwork quantized = new PostTrainingQuantizer(graph, images, description, options).Run();
        using var comparison = new OnnxRuntimeComparison(PackageAssembler.InMemory(quantized.Lowered, description));
        PixelBuffer unseen = images.Image(CalibrationImages);
        comparison.Add(unseen);

        ComparisonReport result = ComparisonReport.Of(name, comparison);
        report.WriteLine($"int8: logits {quantized.Scores.Single(s => s.Technique == quantized.Technique).LogitSqnr:F1} dB");
        foreach (KindComparison kind in result.Kinds)
            report.WriteLine($"{kind.Kind}: {kind.Operators} operators, {kind.Different} of {kind.Elements} elements differ");
        string[] broken = [.. result.Layers.Where(l => !l.Holds).Select(l => $"{l.Name} ({l.Kind}): {l.Alone}")];
        Assert.True(broken.Length == 0 || !result.HostIsExact, string.Join('\n', broken));
    }

    private static ModelGraph Import(byte[] bytes) =>
        OnnxImporter.Import(ModelProto.Parser.ParseFrom(bytes), "exported", "", new ImportOptions());
}
