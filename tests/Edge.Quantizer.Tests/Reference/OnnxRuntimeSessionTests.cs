using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Reference;

public sealed class OnnxRuntimeSessionTests
{
    [OnnxRuntimeFact]
    public void A_network_of_the_shared_folder_runs()
    {
        using var session = new OnnxRuntimeSession(Network());
        Assert.Equal(["input"], session.InputNames);
        Assert.Equal(["output"], session.OutputNames);

        Tensor scores = session.Run(Tensor.Zeros(1, 1, 64, 64))["output"];

        Assert.Equal([1, 7], scores.Shape);
        Assert.Equal(1, scores.Floats.Sum(), 5);
    }

    [OnnxRuntimeFact]
    public void The_optimized_graph_can_be_stored()
    {
        string path = Path.Combine(Path.GetTempPath(), $"edge-{Guid.NewGuid():N}.onnx");
        try
        {
            using var session = new OnnxRuntimeSession(Network(), OrtOptimization.Basic, optimizedModelPath: path);
            using var again = new OnnxRuntimeSession(File.ReadAllBytes(path));
            Assert.Equal(session.OutputNames, again.OutputNames);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [OnnxRuntimeFact]
    public void A_damaged_model_gives_the_library_s_message()
    {
        byte[] bytes = Network();
        var e = Assert.Throws<OnnxRuntimeException>(() => new OnnxRuntimeSession(bytes.AsSpan(0, bytes.Length / 2)));
        Assert.StartsWith("ONNX Runtime: ", e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [OnnxRuntimeFact]
    public void An_input_of_another_shape_or_name_is_refused()
    {
        using var session = new OnnxRuntimeSession(Network());
        Assert.Throws<OnnxRuntimeException>(() => session.Run(Tensor.Zeros(1, 3, 64, 64)));
        var misnamed = new Dictionary<string, OrtTensor> { ["x"] = OrtTensor.From(Tensor.Zeros(1, 1, 64, 64)) };
        Assert.Throws<OnnxRuntimeException>(() => session.Run(misnamed));
    }

    private static byte[] Network() => File.ReadAllBytes(SharedFolder.Path("models", "xception_mini_fer.onnx"));
}
