using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Passes;
using Google.Protobuf;

namespace Edge.Training.Fitting;

/// <summary>
/// Networks as a checkpoint keeps them: ONNX bytes. A run always trains what the bytes hold, so that it resumes the same.
/// </summary>
internal static class CheckpointNetwork
{
    /// <exception cref="UserException">Damaged, or not supported.</exception>
    public static ModelGraph FromBytes(byte[] onnx, string name)
    {
        try
        {
            ModelGraph graph = OnnxImporter.Import(ModelProto.Parser.ParseFrom(onnx), name, folder: "", new ImportOptions());
            Prepare(graph);
            return graph;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new UserException($"{name}: holds a damaged network", e);
        }
    }

    /// <summary>Names channel shuffles and splits, which ONNX spells as reshapes and transpositions, and infers shapes.</summary>
    public static void Prepare(ModelGraph graph)
    {
        Shapes.Infer(graph);
        foreach (IGraphPass pass in new IGraphPass[] { new RecogniseChannelShuffle(), new RecogniseChannelSplit() })
        {
            if (pass.Run(graph) > 0)
                Shapes.Infer(graph);
        }

        graph.Check();
    }
}
