using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx.Schema;

namespace Edge.Quantizer.Onnx;

/// <summary>
/// Reads ONNX files, opset 7 to 21, into the canonical form of <see cref="OpTypes"/>: shapes all known, shape arithmetic
/// folded, an open batch bound to 1. Nodes that no output depends on are left out.
/// </summary>
public static class OnnxImporter
{
    /// <summary>
    /// Every supported operator is understood from here on; older models import when theirs did not change since.
    /// </summary>
    public const int FirstOpset = 7;
    public const int LastOpset = 21;

    /// <exception cref="UserException">The file is damaged or asks for something that is not supported: one line that says what
    /// and where.</exception>
    public static ModelGraph Load(string path, ImportOptions? options = null) =>
        Import(OnnxFile.Read(path), path, Path.GetDirectoryName(Path.GetFullPath(path))!, options ?? new ImportOptions());

    /// <summary>
    /// Imports a parsed model. Raw weight data is dropped from <paramref name="model"/> once it is read, to save memory.
    /// </summary>
    /// <param name="model">The file's content.</param>
    /// <param name="source">Name for error messages.</param>
    /// <param name="folder">Where external data lies.</param>
    /// <param name="options">What the file leaves open.</param>
    internal static ModelGraph Import(ModelProto model, string source, string folder, ImportOptions options)
    {
        long opset = OnnxFile.Opset(model);
        if (opset is < 1 or > LastOpset)
        {
            throw new UserException(
                $"{source}: opset {opset} is not supported: convert the model to opset {FirstOpset} to {LastOpset}");
        }

        GraphProto graph = model.Graph;
        var tensors = new TensorReader(folder);
        var context = new ImportContext(source, tensors, graph, (int)opset);
        try
        {
            InputBinder.Bind(context, graph, options);
            foreach (NodeProto node in NodeOrder.Sort(graph))
                OperatorTable.Import(new SourceNode(context, node), node.Domain);
            foreach (ValueInfoProto output in graph.Output)
                context.Graph.Outputs.Add(context.Lookup(output.Name, null));
            if (graph.Output.Count == 0)
                throw new InvalidDataException("the graph has no outputs");
            context.Graph.RemoveDeadNodes();
            context.Graph.Check();
        }
        catch (InvalidDataException e)
        {
            throw context.Error(e.Message, e);
        }

        context.Graph.ExternalFiles = tensors.ExternalFiles;
        return context.Graph;
    }
}
