using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Reference;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Parity;

/// <summary>The float executor against recorded outputs: trained networks, and ONNX's light architectures.</summary>
public sealed class FloatExecutorParityTests
{
    public static TheoryData<string> Networks => [.. SharedNetwork.Files];

    public static TheoryData<string> Architectures => SharedFolder.Exists
        ? [.. Directory.GetFiles(SharedFolder.Path("onnx-light"), "*.onnx").Select(f => Path.GetFileNameWithoutExtension(f)).Order()]
        : ["absent"];

    [SharedTheory]
    [MemberData(nameof(Networks))]
    public void Golden_outputs_are_reproduced(string file)
    {
        SharedNetwork network = SharedNetwork.Load(file);
        using var executor = new FloatExecutor(OnnxImporter.Load(network.Path));
        foreach ((string name, Tensor input, float[] expected) in network.Golden())
        {
            double difference = Closeness.Relative(expected, executor.Run(input).Floats);
            Assert.True(difference <= 1e-4, $"{name}: differs by {difference:E2}");
        }
    }

    /// <summary>ONNX records these outputs for an input that rises evenly from 0 to 1 (its test runner's generate_dummy_data).</summary>
    [SharedTheory]
    [MemberData(nameof(Architectures))]
    public void A_light_architecture_gives_its_recorded_output(string name)
    {
        ModelGraph graph = OnnxImporter.Load(SharedFolder.Path("onnx-light", $"{name}.onnx"));
        TensorProto recorded = TensorProto.Parser.ParseFrom(File.ReadAllBytes(SharedFolder.Path("onnx-light", $"{name}_output_0.pb")));
        float[] expected = recorded.RawData.Length > 0
            ? MemoryMarshal.Cast<byte, float>(recorded.RawData.Span).ToArray()
            : [.. recorded.FloatData];
        int[] shape = graph.Inputs.Single().Shape!;
        var input = new float[Tensor.Volume(shape)];
        for (int i = 0; i < input.Length; i++)
            input[i] = (float)((double)i / input.Length);

        using var executor = new FloatExecutor(graph);
        double difference = Closeness.Relative(expected, executor.Run(new Tensor(shape, input)).Floats);
        Assert.True(difference <= 1e-4, $"differs by {difference:E2}");
    }
}
