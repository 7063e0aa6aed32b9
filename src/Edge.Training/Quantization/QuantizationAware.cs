using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx.Folding;
using Edge.Quantizer.Passes;
using Edge.Training.Autograd.Compilation;

namespace Edge.Training.Quantization;

/// <summary>
/// Training with the arithmetic of the int8 network in the forward pass, and gradients as if rounding were the identity
/// (straight-through, Bengio et al., 2013; Jacob et al., 2018), so that the weights settle where rounding does no harm.
/// <list type="number">
/// <item><see cref="Fold"/> gives the graph to train: batch norms are folded into the convolutions once and for all.</item>
/// <item>A network over it with these options is calibrated on a few batches (<see cref="Autograd.Network{T}.Calibrate"/>):
/// every activation's smallest and largest value, joined where concat, max pool, shuffle and the like must share a scale.</item>
/// <item>It trains as any network; forward passes quantize in evaluation too. Ranges stay, or follow the batches while
/// <see cref="Autograd.Network{T}.TrackRanges"/> is set. They are found anew before it is judged, for the exported graph carries
/// none.</item>
/// <item>CopyTo writes the rounded weights into the folded graph, which is exported and quantized as any other: on their grid they
/// lose nothing more, and bias correction finds no shift to take back. The weights before rounding would be another network, since
/// the trained biases make up for the rounding.</item>
/// </list>
/// Convolutions, fully connected layers, additions and averages compute the runtime's integer sums and its float32 formulas,
/// bit for bit as long as sums stay below 2²⁴; logits stay in float32 as they do there (<see cref="Logits"/>); max pools, concats, shuffles and slices move codes. Other functions are
/// computed in float32 and rounded, which can differ from the runtime's tables by one step at a tie. Weights are rounded to
/// the scale max|w| / 127 of their output channel in every pass. A ReLU or Clip behind anything else than a convolution, a
/// fully connected layer, an addition or an average gets a scale of its own.
/// </summary>
public sealed record QuantizationAware
{
    /// <summary>What the preprocessing can produce; null for what calibration sees.</summary>
    public ValueRange? InputRange { get; init; }

    /// <summary>
    /// What a tracked range keeps per step, 0 to 1: range · momentum + batch · (1 − momentum). The default follows within some ten steps,
    /// so that short runs at high learning rates do not clamp what has grown meanwhile.
    /// </summary>
    public float RangeMomentum { get; init; } = 0.9f;

    /// <summary>
    /// A copy with batch norms, constant arithmetic and padding folded, without dropout; images stay NCHW and activations stay
    /// nodes, so that it exports to ONNX like the original.
    /// </summary>
    public static ModelGraph Fold(ModelGraph graph)
    {
        ModelGraph copy = GraphCopy.Of(graph);
        new PassPipeline(
            [
                new ConstantFolding((node, _) => ConstantFolder.Evaluate(node)),
                new CanonicaliseArithmetic(),
                new RemoveNoOps(),
                new MergeReshapes(),
                new RecogniseChannelShuffle(),
                new RecogniseChannelSplit(),
                new GlobalPools(),
                new CanonicaliseFullyConnected(),
                new RecogniseHardSwish(),
                new FoldBatchNormalization(),
                new FoldPad(),
            ],
            [],
            []).Run(copy);
        return copy;
    }
}
