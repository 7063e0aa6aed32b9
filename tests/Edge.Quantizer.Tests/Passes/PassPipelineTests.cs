using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Passes;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Passes;

public class PassPipelineTests
{
    /// <summary>What remains of each network, as operator × count.</summary>
    public static TheoryData<string, string> Networks => new()
    {
        { "models/mobilenet_v1_0.25_128.onnx", "Conv 28, GlobalAveragePool 1, Reshape 1, Softmax 1" },
        { "models/mobilenet_v1_0.25_224_bn.onnx", "Conv 28, GlobalAveragePool 1, Reshape 1, Softmax 1" },
        { "models/mobilenet_v1_0.25_96_vww.onnx", "Conv 27, Gemm 1, GlobalAveragePool 1, Reshape 1, Softmax 1" },
        { "models/mobilenet_v1_0.5_160.onnx", "Conv 28, GlobalAveragePool 1, Reshape 1, Softmax 1" },
        { "models/mobilenet_v1_1.0_224.onnx", "Conv 28, GlobalAveragePool 1, Reshape 1, Softmax 1" },
        { "models/mobilenet_v2_1.0_224.onnx", "Add 10, Conv 53, GlobalAveragePool 1, Reshape 1, Softmax 1" },
        { "models/mobilenet_v2_1.0_224_inat_birds.onnx", "Add 10, Conv 52, Gemm 1, GlobalAveragePool 1, Reshape 1, Softmax 1" },
        {
            "models/shufflenet_v2_1.0_nanodet.onnx",
            "Add 4, ChannelShuffle 16, Concat 16, Conv 73, GlobalMaxPool 3, LeakyRelu 48, Max 2, MaxPool 1, Reshape 3, Resize 4, "
            + "Sigmoid 3, Slice 29"
        },
        { "models/squeezenet1_0_deepcomp.onnx", "Concat 8, Conv 26, GlobalAveragePool 1, MaxPool 3, Reshape 1, Softmax 1" },
        { "models/squeezenet1_1.onnx", "Concat 8, Conv 26, GlobalAveragePool 1, MaxPool 3, Reshape 1, Softmax 1" },
        { "models/xception_mini_fer.onnx", "Add 4, Conv 23, GlobalAveragePool 1, MaxPool 4, Reshape 1, Softmax 1" },
        { "models/xception_small_fer.onnx", "Add 2, Conv 13, GlobalAveragePool 1, MaxPool 2, Relu 1, Reshape 1, Softmax 1" },
        { "onnx-light/light_bvlc_alexnet.onnx", "Conv 5, Gemm 3, LRN 2, MaxPool 3, Reshape 1" },
        { "onnx-light/light_densenet121.onnx", "AveragePool 3, Concat 58, Conv 183, GlobalAveragePool 1, MaxPool 1, Reshape 1" },
        {
            "onnx-light/light_inception_v1.onnx",
            "Concat 9, Conv 57, Gemm 1, GlobalAveragePool 1, LRN 2, MaxPool 13, Reshape 1"
        },
        {
            "onnx-light/light_inception_v2.onnx",
            "AveragePool 7, Concat 10, Conv 69, Gemm 1, GlobalAveragePool 1, MaxPool 5, Reshape 1"
        },
        { "onnx-light/light_resnet50.onnx", "Add 16, Conv 53, Gemm 1, GlobalAveragePool 1, MaxPool 1, Reshape 1" },
        {
            "onnx-light/light_shufflenet.onnx",
            "Add 13, AveragePool 3, ChannelShuffle 16, Concat 3, Conv 49, Gemm 1, GlobalAveragePool 1, MaxPool 1, Reshape 1"
        },
        { "onnx-light/light_squeezenet.onnx", "Concat 8, Conv 26, GlobalAveragePool 1, MaxPool 3, Reshape 1" },
        { "onnx-light/light_vgg19.onnx", "Conv 16, Gemm 3, MaxPool 5, Reshape 1" },
        { "onnx-light/light_zfnet512.onnx", "Conv 5, Gemm 3, LRN 2, MaxPool 3, Reshape 1" },
    };

    [SharedTheory]
    [MemberData(nameof(Networks))]
    public void A_network_computes_the_same_with_the_operators_that_must_remain(string file, string operators)
    {
        ModelGraph graph = Load(file);
        int[] input = graph.Inputs[0].Shape!;

        PassAssert.Preserves(graph, () => PassPipeline.Create().Run(graph));

        IEnumerable<string> remaining = graph.Nodes.CountBy(n => n.OpType).Select(p => $"{p.Key} {p.Value}");
        Assert.Equal(operators, string.Join(", ", remaining.Order(StringComparer.Ordinal)));
        Assert.Equal([1, input[2], input[3], input[1]], graph.Inputs[0].Shape!);
        Assert.All(graph.Nodes, n => Assert.InRange(n.Output.Shape!.Length, 2, 4));
        Assert.All(graph.Nodes.Where(n => n.OpType == OpTypes.MaxPool), n => Assert.False(n.Attributes.Has(OpTypes.FusedLow)));
    }

    private static ModelGraph Load(string file)
    {
        string path = SharedFolder.Path(file.Split('/'));
        ModelProto model = OnnxFile.Read(path);
        bool light = file.StartsWith("onnx-light", StringComparison.Ordinal);
        if (light)
            RandomWeights.Fill(model, seed: 1);
        ModelGraph graph = OnnxImporter.Import(model, file, Path.GetDirectoryName(path)!, new ImportOptions());
        if (light)
            CutSoftmax(graph);
        return graph;
    }

    /// <summary>
    /// Makes the logits the output. Those of random weights are large, and Softmax turns their absolute error into a relative
    /// one of its result: rounding alone would exceed the tolerance.
    /// </summary>
    private static void CutSoftmax(ModelGraph graph)
    {
        if (graph.Nodes.SingleOrDefault(n => n.OpType == OpTypes.Softmax) is not { } softmax)
            return;
        graph.Outputs[0] = softmax.Input(0);
        graph.RemoveDeadNodes();
    }
}
