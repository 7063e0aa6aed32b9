using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx;

/// <summary>
/// Writes a float graph in canonical form (<see cref="OpTypes"/>), as import or code made it, as ONNX of opset 13, which every
/// common runtime reads. Images must be NCHW: the layout and fusing passes must not have run. Names of values are kept.
/// </summary>
public static partial class GraphExporter
{
    private const int Opset = 13;
    private const int IrVersion = 7;

    /// <summary>Writes the file at once: what was there before stays until all of it is written.</summary>
    /// <exception cref="UserException">The graph holds what canonical NCHW form does not have, or exceeds 2 GB; nothing was
    /// written.</exception>
    public static void Save(ModelGraph graph, string path) => WholeFile.Write(path, ToBytes(graph));

    /// <summary>The graph as an .onnx file holds it.</summary>
    /// <exception cref="UserException">The graph holds what canonical NCHW form does not have, or exceeds 2 GB.</exception>
    public static byte[] ToBytes(ModelGraph graph)
    {
        long elements = graph.Nodes.SelectMany(n => n.Inputs).OfType<Value>().Distinct().Sum(v => (long)(v.Constant?.Count ?? 0));
        if (elements > int.MaxValue / sizeof(long))
            throw new UserException($"{graph.Name}: {elements:N0} weights do not fit into one ONNX file of 2 GB");
        return new Export(graph).Run();
    }

    private static int[] Ones(int count)
    {
        int[] ones = new int[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
