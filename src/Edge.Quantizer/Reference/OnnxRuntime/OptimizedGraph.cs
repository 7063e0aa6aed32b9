using Edge.Quantizer.Onnx.Schema;

namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>What ONNX Runtime makes of a model before it runs it.</summary>
public static class OptimizedGraph
{
    /// <summary>Number of nodes by operator after all of the library's rewrites, for example QLinearConv: 26.</summary>
    /// <exception cref="OnnxRuntimeException">The library refuses the model.</exception>
    public static IReadOnlyDictionary<string, int> CountOperators(ReadOnlySpan<byte> model)
    {
        string path = Path.Combine(Path.GetTempPath(), $"edge-optimized-{Guid.NewGuid():N}.onnx");
        try
        {
            // Above Extended the library also changes to layouts of this machine; the operators are the same.
            using (new OnnxRuntimeSession(model, OrtOptimization.Extended, threads: 1, optimizedModelPath: path))
            {
                return new SortedDictionary<string, int>(
                    ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Node
                        .GroupBy(n => n.OpType)
                        .ToDictionary(g => g.Key, g => g.Count()),
                    StringComparer.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
