using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;

namespace Edge.Quantizer.Passes;

/// <summary>An ONNX file as the quantizer works on it.</summary>
public static class OptimizedModel
{
    /// <summary>Imports a model and runs all passes: images are NHWC afterwards.</summary>
    /// <exception cref="UserException">The file can't be read or holds what is not supported.</exception>
    public static ModelGraph Load(string path, ImportOptions? options = null)
    {
        ModelGraph graph = OnnxImporter.Load(path, options);
        Pipeline().Run(graph);
        return graph;
    }

    /// <summary>All passes in their order.</summary>
    public static PassPipeline Pipeline() => PassPipeline.Create();
}
