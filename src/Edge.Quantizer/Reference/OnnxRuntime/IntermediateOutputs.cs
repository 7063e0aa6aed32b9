using Edge.Quantizer.Onnx.Schema;

namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>Makes every value that a model computes a result, so that two runs can be compared tensor by tensor.</summary>
internal static class IntermediateOutputs
{
    /// <summary>Adds all node outputs to the graph's outputs; ONNX Runtime infers their types.</summary>
    public static void Expose(ModelProto model)
    {
        var known = model.Graph.Output.Select(o => o.Name).ToHashSet();
        foreach (string name in model.Graph.Node.SelectMany(n => n.Output))
        {
            if (name.Length > 0 && known.Add(name))
                model.Graph.Output.Add(new ValueInfoProto { Name = name });
        }
    }
}
