using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Training.Autograd.Kernels;
using Edge.Training.Networks;

namespace Edge.Benchmarks.Training;

/// <summary>The convolutions of a network of the catalog, in order.</summary>
internal static class TrainingLayers
{
    /// <param name="network">Name in the catalog.</param>
    /// <param name="size">Height and width of its input; null for its own.</param>
    /// <exception cref="Quantizer.UserException">No such network, or a size that does not fit it.</exception>
    public static IReadOnlyList<(string Name, ConvolutionShape Shape)> Of(string network, int? size)
    {
        ModelGraph graph = NetworkCatalog.Create(network, new NetworkOptions { Height = size, Width = size });
        return [.. graph.Nodes.Where(n => n.OpType == OpTypes.Conv).Select(n => (n.Name, ShapeOf(n)))];
    }

    private static ConvolutionShape ShapeOf(Node conv)
    {
        int[] input = conv.Input(0).Shape!;
        WindowAttributes window = WindowAttributes.From(conv);
        return new ConvolutionShape
        {
            Height = input[2],
            Width = input[3],
            InputChannels = input[1],
            OutputChannels = conv.Output.Shape![1],
            Groups = conv.Attributes.Int("group", 1),
            KernelHeight = window.Kernel[0],
            KernelWidth = window.Kernel[1],
            StrideY = window.Strides[0],
            StrideX = window.Strides[1],
            DilationY = window.Dilations[0],
            DilationX = window.Dilations[1],
            PadTop = window.PadsBegin[0],
            PadLeft = window.PadsBegin[1],
            PadBottom = window.PadsEnd[0],
            PadRight = window.PadsEnd[1],
        };
    }
}
