using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;
using Edge.Training.Data;

namespace Edge.Training.Fitting.Transfer;

/// <summary>Computes what a trained network knows about images in front of its classifier head.</summary>
public sealed class FeatureExtractor : IDisposable
{
    private readonly string _model;
    private readonly FloatExecutor _executor;
    private readonly Tensor _input;

    /// <param name="model">ONNX file of a classifier.</param>
    /// <param name="input">Its preprocessing; its size must fit.</param>
    /// <param name="threads">Threads; 0 takes one per core.</param>
    /// <exception cref="Edge.Quantizer.UserException">The network is no classifier, wants other inputs or holds weights that are no numbers.</exception>
    public FeatureExtractor(string model, InputPreprocessing input, int threads)
    {
        _model = model;
        ModelGraph graph = TransferModel.Import(model, input);
        ClassifierHead head = ClassifierHead.Find(graph);
        (Description, Features) = (head.Description, head.Features);
        head.CutOff();
        if (graph.Nodes.FirstOrDefault(HasBadWeights) is { } damaged)
            throw new Edge.Quantizer.UserException($"{model}: the weights of {damaged} are not all finite; take a network whose weights are sound");
        OptimizedModel.Pipeline().Run(graph);
        _executor = new FloatExecutor(graph, threads);
        _input = Tensor.Zeros(1, input.Height, input.Width, input.Channels);
    }

    /// <summary>Which layer the features are taken in front of.</summary>
    public string Description { get; }

    public int Features { get; }

    /// <summary>Features of all images of the batches, in their order.</summary>
    /// <param name="batches">Inputs.</param>
    /// <param name="count">How many images they hold in all.</param>
    /// <param name="progress">Called with the images done.</param>
    /// <exception cref="Edge.Quantizer.UserException">A feature is not finite.</exception>
    public FeatureTable Run(IEnumerable<Batch> batches, int count, Action<int>? progress, CancellationToken cancellation)
    {
        float[] data = new float[(long)count * Features];
        int[] classes = new int[count];
        int row = 0;
        foreach (Batch batch in batches)
        {
            for (int i = 0; i < batch.Count; i++, row++)
            {
                cancellation.ThrowIfCancellationRequested();
                batch.Image(i).CopyTo(_input.Floats);
                float[] features = _executor.Run(_input).Floats;
                if (!Array.TrueForAll(features, float.IsFinite))
                    throw new Edge.Quantizer.UserException($"{_model}: its features are not all finite; take a network whose weights are sound");
                features.CopyTo(data, row * Features);
                classes[row] = batch.Classes[i];
                progress?.Invoke(row + 1);
            }
        }

        return new FeatureTable(Features, classes, data);
    }

    public void Dispose() => _executor.Dispose();

    /// <summary>Features would not show it: the bounds of an activation turn what is no number into one.</summary>
    private static bool HasBadWeights(Node node) =>
        node.OpType is OpTypes.Conv or OpTypes.Gemm or OpTypes.MatMul or OpTypes.BatchNormalization
        && node.Inputs.Any(v => v?.Constant is { Type: DataType.Float32 } weights && !Array.TrueForAll(weights.Floats, float.IsFinite));
}

/// <summary>Imports the network that fine-tuning starts from.</summary>
internal static class TransferModel
{
    /// <exception cref="Edge.Quantizer.UserException">The network wants other inputs than the preprocessing makes.</exception>
    public static ModelGraph Import(string path, InputPreprocessing input)
    {
        ModelGraph graph = OnnxImporter.Load(path, Options(path, input));
        Edge.Quantizer.Graph.ShapeInference.Shapes.Infer(graph);
        int[] wanted = [1, input.Channels, input.Height, input.Width];
        if (graph.Inputs.Count != 1 || !graph.Inputs[0].Shape.AsSpan().SequenceEqual(wanted))
        {
            throw new Edge.Quantizer.UserException(
                $"{path}: the network's input is [{string.Join(", ", graph.Inputs[0].Shape!)}], "
                + $"the preprocessing makes [{string.Join(", ", wanted)}]; give one that fits");
        }

        return graph;
    }

    /// <summary>A height and width that the file leaves open take the preprocessing's size.</summary>
    private static ImportOptions Options(string path, InputPreprocessing input)
    {
        var shapes = OnnxFile.Read(path).Graph.Input.FirstOrDefault()?.Type?.TensorType?.Shape?.Dim;
        bool open = shapes is { Count: 4 } && shapes.Skip(2).Any(d => d.DimValue <= 0);
        return open
            ? new ImportOptions { InputShapes = new Dictionary<string, int[]> { [""] = [1, input.Channels, input.Height, input.Width] } }
            : new ImportOptions();
    }
}
