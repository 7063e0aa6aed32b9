using Edge.Quantizer.Compression;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;

namespace Edge.Quantizer.Passes;

/// <summary>A trained network as the quantizer works on it.</summary>
public static class OptimizedModel
{
    /// <summary>Imports an ONNX model, or a Deep Compression file (.net), and runs all passes: images are NHWC afterwards.</summary>
    /// <exception cref="UserException">The file can't be read or holds what is not supported.</exception>
    public static ModelGraph Load(string path, ImportOptions? options = null)
    {
        ModelGraph graph = DeepCompressionFile.Is(path) ? DeepCompressionFile.Load(path) : OnnxImporter.Load(path, options);
        Pipeline().Run(graph);
        return graph;
    }

    /// <summary>All passes in their order.</summary>
    public static PassPipeline Pipeline() => PassPipeline.Create();
}
