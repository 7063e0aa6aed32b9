using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Quantizer.Onnx.Folding;
using Edge.Quantizer.Reference;

namespace Edge.Quantizer.Passes;

/// <summary>
/// The passes in order. First the simplifying ones, round after round until none finds anything to do; then
/// <see cref="NhwcLayout"/> once; then what cleans up behind it. Shapes are inferred again and the graph's invariants proven
/// after every pass that changed something.
/// <para>What can remain, when weights are constant and the batch is 1 (images are [1, h, w, c], everything else as in
/// <see cref="OpTypes"/>):</para>
/// <list type="bullet">
/// <item>Conv, layout NHWC: constant weights [O, I/g, kH, kW], bias [O] or none, bounds; g = C with a 1×1 kernel is what is
/// left of a BatchNormalization or of a scale and shift that fold nowhere.</item>
/// <item>Gemm: alpha = beta = 1, transA = 0, transB = 1, constant weights [n, k] in the memory order of the input, constant
/// bias [n], bounds. MatMul: neither operand constant, or more than one row in a rank above 2.</item>
/// <item>MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool, layout NHWC, bounds (MaxPool only where its producer could
/// not take them); Resize, LRN, ChannelShuffle, layout NHWC.</item>
/// <item>Add of two, bounds: of one shape, or broadcasting, or with a constant on the right that is no number or channel
/// vector. Mul, Max, Min of two, a constant on the right; Sub; Div. Their constants have NHWC order ([1, 1, 1, c]).</item>
/// <item>Relu, Clip (only where the producer has other readers or is no operator with bounds), LeakyRelu, PRelu, Sigmoid,
/// HardSigmoid, HardSwish, Tanh, Softmax (axis 3 = channels of an image).</item>
/// <item>Concat (channels: axis 3), Slice, Pad (not 0, not spatial, or in front of a pool with ceil_mode), ReduceMean (not
/// over the whole of height and width), Reshape, Transpose. Axes are those of the stored NHWC shape.</item>
/// </list>
/// <para>Never: Sum, Split, Flatten, Squeeze, Unsqueeze, Dropout, Identity between computed values, Cast to the same type,
/// BatchNormalization with constant parameters, and tensors of rank 5 from channel shuffles and splits.</para>
/// </summary>
public sealed class PassPipeline(
    IReadOnlyList<IGraphPass> simplify, IReadOnlyList<IGraphPass> layout, IReadOnlyList<IGraphPass> tidy)
{
    /// <summary>Each round removes or fuses something, so that real graphs need a handful.</summary>
    private const int MaxRounds = 1000;

    /// <summary>All passes.</summary>
    public static PassPipeline Create() => new(
        [
            new ConstantFolding(Evaluate),
            new CanonicaliseArithmetic(),
            new RemoveNoOps(),
            new MergeReshapes(),
            new RecogniseChannelShuffle(),
            new RecogniseChannelSplit(),
            new GlobalPools(),
            new CanonicaliseFullyConnected(),
            new RecogniseHardSwish(),
            new FoldBatchNormalization(),
            new FuseActivations(),
            new FoldPad(),
        ],
        [new NhwcLayout()],
        [new MergeReshapes(), new RemoveNoOps()]);

    /// <summary>Rewrites the graph in place. Returns the number of changes.</summary>
    /// <param name="log">Receives one line for every pass that changed something.</param>
    /// <exception cref="InvalidDataException">A pass broke the graph; names the pass.</exception>
    public int Run(ModelGraph graph, Action<string>? log = null)
    {
        Shapes.Infer(graph);
        int changes = RunToFixedPoint(graph, simplify, log);
        foreach (IGraphPass pass in layout)
            changes += RunOne(graph, pass, log);
        return changes + RunToFixedPoint(graph, tidy, log);
    }

    /// <summary>As import folds; what it does not know the float executor computes, as far as it is float.</summary>
    private static IReadOnlyList<Tensor>? Evaluate(Node node, IReadOnlyList<Tensor?> inputs)
    {
        if (ConstantFolder.Evaluate(node) is { } results)
            return results;
        return inputs.All(t => t is null or { Type: DataType.Float32 }) ? FloatExecutor.Evaluate(node, inputs) : null;
    }

    private static int RunToFixedPoint(ModelGraph graph, IReadOnlyList<IGraphPass> passes, Action<string>? log)
    {
        int total = 0;
        for (int round = 0; round < MaxRounds; round++)
        {
            int changes = passes.Sum(pass => RunOne(graph, pass, log));
            total += changes;
            if (changes == 0)
                return total;
        }

        throw new InvalidDataException($"the passes over '{graph.Name}' undo each other: no fixed point after {MaxRounds} rounds");
    }

    private static int RunOne(ModelGraph graph, IGraphPass pass, Action<string>? log)
    {
        int changes = pass.Run(graph);
        if (changes == 0)
            return 0;
        try
        {
            graph.Check();
            Shapes.Infer(graph);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"after pass {pass.Name}: {e.Message}", e);
        }

        log?.Invoke($"{pass.Name}: {changes} changes, {graph.Nodes.Count} nodes");
        return changes;
    }
}
