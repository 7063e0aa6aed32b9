using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Tests;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Edge.EndToEnd.Parity;

/// <summary>
/// Our float executor against ONNX Runtime without optimization, on every tensor of every network: max|a − b| ≤ 1e-4 · max|b|.
/// </summary>
public sealed class FloatParityTests(ITestOutputHelper report)
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Networks => [.. SharedNetwork.Files];

    public static TheoryData<string> Architectures => SharedFolder.Exists
        ? [.. Directory.GetFiles(SharedFolder.Path("onnx-light"), "*.onnx").Select(f => Path.GetFileName(f)).Order()]
        : ["absent"];

    [OnnxRuntimeTheory]
    [MemberData(nameof(Networks))]
    public void Trained_networks_agree_in_every_tensor(string file)
    {
        SharedNetwork network = SharedNetwork.Load(file);
        CompareEveryTensor(OnnxFile.Read(network.Path), network.Golden().First().Input);
    }

    [OnnxRuntimeTheory]
    [MemberData(nameof(Architectures))]
    public void Published_architectures_agree_in_every_tensor_with_their_own_constants(string file)
    {
        ModelProto model = OnnxFile.Read(SharedFolder.Path("onnx-light", file));
        CompareEveryTensor(model, RandomImage(model));
    }

    [OnnxRuntimeTheory]
    [MemberData(nameof(Architectures))]
    public void Published_architectures_agree_in_every_tensor_with_random_weights(string file)
    {
        ModelProto model = OnnxFile.Read(SharedFolder.Path("onnx-light", file));
        RandomWeights.Fill(model, seed: 1);
        CompareEveryTensor(model, RandomImage(model));
    }

    private void CompareEveryTensor(ModelProto model, Tensor input)
    {
        ModelProto exposed = model.Clone();
        IntermediateOutputs.Expose(exposed);
        IReadOnlyDictionary<string, OrtTensor> expected;
        using (var session = new OnnxRuntimeSession(exposed.ToByteArray()))
            expected = session.Run(new Dictionary<string, OrtTensor> { [session.InputNames[0]] = OrtTensor.From(input) });

        using var executor = new FloatExecutor(OnnxImporter.Import(model, "model", "", new ImportOptions()));
        int compared = 0;
        (double Difference, string Tensor) worst = (0, "none");
        executor.Run(input, (value, ours) =>
        {
            if (!expected.TryGetValue(value.Name, out OrtTensor? theirs) || theirs.Type != OrtElementType.Float32)
                return;
            compared++;
            double difference = Closeness.Relative(theirs.Floats, ours.Floats);
            if (difference > worst.Difference)
                worst = (difference, value.Name);
        });

        report.WriteLine($"{compared} tensors, largest relative difference {worst.Difference:E2} in '{worst.Tensor}'");
        Assert.True(worst.Difference <= Tolerance, $"'{worst.Tensor}' differs by {worst.Difference:E2}");
        Assert.True(compared > 10, $"only {compared} tensors have the same name in both");
    }

    private static Tensor RandomImage(ModelProto model)
    {
        var initializers = model.Graph.Initializer.Select(i => i.Name).ToHashSet();
        ValueInfoProto image = model.Graph.Input.Single(i => !initializers.Contains(i.Name));
        int[] shape = [.. image.Type.TensorType.Shape.Dim.Select(d => (int)d.DimValue)];
        var random = new Random(2);
        return new Tensor(shape, [.. Enumerable.Range(0, Tensor.Volume(shape)).Select(_ => (random.NextSingle() * 4) - 2)]);
    }
}
