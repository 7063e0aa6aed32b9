using System.Buffers.Binary;
using Edge.Quantizer.Compression;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Passes;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Compression;

public sealed class DeepCompressionFileTests
{
    [SharedFact]
    public void The_published_file_holds_the_weights_of_the_onnx_model()
    {
        IReadOnlyList<DeepCompressionLayer> layers = DeepCompressionFile.Read(File.ReadAllBytes(Published), "published");

        Node[] convolutions = [.. OnnxImporter.Load(SharedFolder.Path("models", "squeezenet1_0_deepcomp.onnx")).Nodes.Where(n => n.OpType == OpTypes.Conv)];
        Assert.Equal(convolutions.Length, layers.Count);
        for (int i = 0; i < layers.Count; i++)
        {
            Assert.StartsWith(layers[i].Name, convolutions[i].Name, StringComparison.Ordinal);
            Assert.Equal(convolutions[i].Input(1).Constant!.Shape, layers[i].Weights.Shape);
            Assert.Equal(convolutions[i].Input(1).Constant!.Floats, layers[i].Weights.Floats);
            Assert.Equal(convolutions[i].Input(2).Constant!.Floats, layers[i].Bias);
        }
    }

    [SharedFact]
    public void The_network_around_the_weights_is_that_of_the_onnx_model()
    {
        ModelGraph read = OptimizedModel.Load(Published), onnx = OptimizedModel.Load(SharedFolder.Path("models", "squeezenet1_0_deepcomp.onnx"));

        Assert.Equal(onnx.Nodes.Select(n => n.OpType), read.Nodes.Select(n => n.OpType));
        Assert.Equal(onnx.Nodes.Select(n => n.Output.Shape), read.Nodes.Select(n => n.Output.Shape));
    }

    [Fact]
    public void A_file_of_another_length_is_refused()
    {
        byte[] file = Empty();
        Assert.NotEmpty(DeepCompressionFile.Read(file, "empty"));
        Refused(file[..^1], "the file is damaged");
        Refused([.. file, 0], "the file is damaged");
        Refused(file[..50], "too few");
        Refused([], "too few");
    }

    [Fact]
    public void More_entries_than_weights_are_refused()
    {
        byte[] file = Empty();
        BinaryPrimitives.WriteUInt32LittleEndian(file, uint.MaxValue);
        Refused(file, "layer conv1 has 4294967295 entries for 14112 weights");
    }

    [Fact]
    public void A_value_that_is_not_finite_is_refused()
    {
        byte[] file = Empty();
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(26 * 4), float.NaN);
        Refused(file, "not finite");
    }

    private static string Published => SharedFolder.Path("models", "compressed_SqueezeNet.net");

    private static void Refused(byte[] file, string reason) =>
        Assert.Contains(reason, Assert.Throws<UserException>(() => DeepCompressionFile.Read(file, "test.net")).Message, StringComparison.Ordinal);

    /// <summary>A file without entries: every weight is 0.</summary>
    private static byte[] Empty() => new byte[(26 * 4) + (26 * 256 * 4) + (3976 * 4)];
}
