using Edge.Quantizer.Graph;
using Edge.Training.Autograd;

namespace Edge.Training.Tests.Autograd;

/// <summary>
/// Each operator stands behind a convolution, whose weights' gradients show the operator's gradient by its input, and in front
/// of another one, so that what it receives differs from pixel to pixel.
/// </summary>
public class OperatorGradientTests
{
    public static TheoryData<string> Operators => [.. Cases.Keys];

    private static readonly Dictionary<string, Func<GraphSketch, Value, Value>> Cases = new()
    {
        ["convolution"] = (g, x) => g.Conv(x, 5, 3, pad: 1),
        ["convolution without bias"] = (g, x) => g.Conv(x, 5, 3, bias: false),
        ["convolution, stride 2"] = (g, x) => g.Conv(x, 5, 3, stride: 2, pad: 1),
        ["convolution, dilated"] = (g, x) => g.Conv(x, 3, 3, dilation: 2, pad: 2),
        ["convolution, grouped"] = (g, x) => g.Conv(x, 8, 3, group: 2, pad: 1),
        ["convolution, depthwise"] = (g, x) => g.Conv(x, 4, 3, group: 4, pad: 1),
        ["relu"] = (g, x) => g.Relu(g.Add(OpTypes.Identity, [x])),
        ["relu of a value read twice"] = (g, x) => g.Add(OpTypes.Add, [g.Relu(x), x]),
        ["relu of a sum read once"] = (g, x) => g.Relu(g.Add(OpTypes.Add, [x, x])),
        ["leaky relu"] = (g, x) => g.Add(OpTypes.LeakyRelu, [x], ("alpha", 0.2f)),
        ["prelu"] = (g, x) => g.Add(OpTypes.PRelu, [x, g.Constant([4, 1, 1])]),
        ["prelu, one slope"] = (g, x) => g.Add(OpTypes.PRelu, [x, g.Constant([1])]),
        ["sigmoid"] = (g, x) => g.Add(OpTypes.Sigmoid, [x]),
        ["hard sigmoid"] = (g, x) => g.Add(OpTypes.HardSigmoid, [x], ("alpha", 0.9f), ("beta", 0.4f)),
        ["hard swish"] = (g, x) => g.Add(OpTypes.HardSwish, [g.Add(OpTypes.Mul, [x, g.Constant([1], 4, 4)])]),
        ["tanh"] = (g, x) => g.Add(OpTypes.Tanh, [x]),
        ["max pool"] = (g, x) => g.Add(OpTypes.MaxPool, [x], ("kernel_shape", new[] { 2, 3 }), ("strides", new[] { 2, 2 })),
        ["max pool, padded, overlapping"] = (g, x) =>
            g.Add(OpTypes.MaxPool, [x], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 1 }), ("pads", new[] { 1, 1, 1, 1 })),
        ["max pool, ceil mode"] = (g, x) =>
            g.Add(OpTypes.MaxPool, [x], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1)),
        ["max pool, dilated"] = (g, x) =>
            g.Add(OpTypes.MaxPool, [x], ("kernel_shape", new[] { 2, 2 }), ("dilations", new[] { 2, 3 })),
        ["average pool"] = (g, x) => g.Add(OpTypes.AveragePool, [x], ("kernel_shape", new[] { 2, 3 }), ("strides", new[] { 2, 2 })),
        ["average pool, padding not counted"] = (g, x) =>
            g.Add(OpTypes.AveragePool, [x], ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 })),
        ["average pool, padding counted"] = (g, x) =>
            g.Add(
                OpTypes.AveragePool, [x], ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 0, 1, 2 }), ("count_include_pad", 1)),
        ["average pool, ceil mode"] = (g, x) =>
            g.Add(
                OpTypes.AveragePool,
                [x],
                ("kernel_shape", new[] { 3, 3 }),
                ("strides", new[] { 2, 2 }),
                ("pads", new[] { 1, 1, 1, 1 }),
                ("ceil_mode", 1),
                ("count_include_pad", 1)),
        ["global max pool"] = (g, x) => g.Add(OpTypes.GlobalMaxPool, [x]),
        ["mean over height and width"] = (g, x) => g.Add(OpTypes.ReduceMean, [x], ("axes", new[] { 2, 3 }), ("keepdims", 1)),
        ["mean that drops axes"] = (g, x) => g.Add(OpTypes.ReduceMean, [x], ("axes", new[] { 2, 3 }), ("keepdims", 0)),
        ["mean over flattened pixels"] = (g, x) =>
            g.Add(OpTypes.ReduceMean, [g.Add(OpTypes.Reshape, [x], ("shape", new[] { 1, 4, 42 }))], ("axes", new[] { 2 }), ("keepdims", 0)),
        ["concat"] = (g, x) => g.Add(OpTypes.Concat, [x, g.Conv(g.Input, 3), x], ("axis", 1)),
        ["split"] = (g, x) => { Value[] p = g.Split(x, 1, 1, 2, 1); return g.Add(OpTypes.Concat, [p[1], p[2], p[0]], ("axis", 1)); },
        ["split, one part unread"] = (g, x) => { Value[] p = g.Split(x, 1, 1, 2, 1); return g.Add(OpTypes.Mul, [p[0], p[2]]); },
        ["slice of channels"] = (g, x) => Slice(g, x, [0, 1, 0, 0], [1, 1, 1, 1], [1, 2, 6, 7]),
        ["slice with steps"] = (g, x) => Slice(g, x, [0, 0, 1, 0], [1, 1, 2, 3], [1, 4, 3, 3]),
        ["pad"] = (g, x) => g.Add(OpTypes.Pad, [x], ("pads", new[] { 0, 1, 2, 1, 0, 2, 1, 0 }), ("value", 0.5f)),
        ["pad that crops"] = (g, x) => g.Add(OpTypes.Pad, [x], ("pads", new[] { 0, 0, -1, 2, 0, 0, 1, -3 })),
        ["channel shuffle"] = (g, x) => g.Add(OpTypes.ChannelShuffle, [g.Conv(x, 6)], ("group", 3)),
        ["channel shuffle by reshapes"] = (g, x) => g.Add(
            OpTypes.Reshape,
            [
                g.Add(
                    OpTypes.Transpose,
                    [g.Add(OpTypes.Reshape, [x], ("shape", new[] { 1, 2, 2, 6, 7 }))],
                    ("perm", new[] { 0, 2, 1, 3, 4 })),
            ],
            ("shape", new[] { 1, 4, 6, 7 })),
        ["dropout that drops nothing"] = (g, x) => g.Add(OpTypes.Dropout, [x], ("ratio", 0f)),
        ["dropout"] = (g, x) => g.Add(OpTypes.Dropout, [x], ("ratio", 0.4f)),
        ["local response normalization"] = (g, x) =>
            g.Add(OpTypes.Lrn, [g.Conv(x, 7)], ("size", 4), ("alpha", 0.5f), ("beta", 0.75f), ("bias", 1.5f)),
        ["resize, bilinear"] = (g, x) => Resize(g, x, "linear", "half_pixel"),
        ["resize, aligned corners"] = (g, x) => Resize(g, x, "linear", "align_corners"),
        ["resize, nearest"] = (g, x) => Resize(g, x, "nearest", "asymmetric"),
        ["add of two"] = (g, x) => g.Add(OpTypes.Add, [x, g.Conv(g.Input, 4)]),
        ["sum of three"] = (g, x) => g.Add(OpTypes.Sum, [x, g.Conv(g.Input, 4), x]),
        ["sum of one"] = (g, x) => g.Add(OpTypes.Sum, [x]),
        ["subtract"] = (g, x) => g.Add(OpTypes.Sub, [g.Conv(g.Input, 4), x]),
        ["multiply"] = (g, x) => g.Add(OpTypes.Mul, [x, g.Conv(g.Input, 4)]),
        ["multiply by itself"] = (g, x) => g.Add(OpTypes.Mul, [x, x]),
        ["divide"] = (g, x) => g.Add(OpTypes.Div, [x, g.Add(OpTypes.Add, [g.Add(OpTypes.Sigmoid, [x]), g.Constant([1], 1, 1)])]),
        ["maximum"] = (g, x) => g.Add(OpTypes.Max, [x, g.Conv(g.Input, 4)]),
        ["minimum of three"] = (g, x) => g.Add(OpTypes.Min, [x, g.Conv(g.Input, 4), g.Constant([1])]),
        ["squeeze and excite"] = (g, x) =>
            g.Add(OpTypes.Mul, [x, g.Add(OpTypes.Sigmoid, [g.Conv(g.Add(OpTypes.GlobalAveragePool, [x]), 4)])]),
        ["one map for all channels"] = (g, x) => g.Add(OpTypes.Mul, [g.Conv(g.Input, 1), x]),
        ["constant per channel"] = (g, x) => g.Add(OpTypes.Mul, [x, g.Constant([4, 1, 1])]),
        ["constant image"] = (g, x) => g.Add(OpTypes.Mul, [g.Constant([1, 4, 6, 7]), x]),
        ["constant number"] = (g, x) => g.Add(OpTypes.Add, [g.Add(OpTypes.Mul, [x, g.Constant([])]), g.Constant([1])]),
        ["clip"] = (g, x) => g.Add(OpTypes.Clip, [x], ("min", -0.3f), ("max", 0.4f)),
        ["clip above only"] = (g, x) => g.Add(OpTypes.Clip, [x], ("max", 0.4f)),
        ["batch normalization"] = (g, x) => g.BatchNormalization(x),
        ["batch normalization and relu"] = (g, x) => g.Relu(g.BatchNormalization(x)),
        ["global average pool"] = (g, x) => g.Add(OpTypes.GlobalAveragePool, [x]),
        ["fully connected"] = (g, x) => g.Classifier(x, 5),
        ["flatten and fully connected"] = (g, x) =>
            g.Add(OpTypes.Gemm, [g.Add(OpTypes.Flatten, [x], ("axis", 1)), g.Constant([5, 4 * 6 * 7]), g.Constant([5])], ("transB", 1)),
        ["gemm with factors"] = (g, x) =>
            g.Add(
                OpTypes.Gemm,
                [g.Add(OpTypes.Reshape, [x], ("shape", new[] { 1, 4 * 6 * 7 })), g.Constant([4 * 6 * 7, 5]), g.Constant([1])],
                ("alpha", 0.5f),
                ("beta", 2f)),
        ["matrix product"] = (g, x) =>
            g.Add(OpTypes.MatMul, [g.Add(OpTypes.Flatten, [x], ("axis", 1)), g.Constant([4 * 6 * 7, 5])]),
    };

    [Theory]
    [MemberData(nameof(Operators))]
    public void Gradients_equal_central_differences(string name)
    {
        var g = new GraphSketch(3, 6, 7);
        Value y = Cases[name](g, g.Conv(g.Input, 4));
        ModelGraph graph = g.End(y.Shape!.Length == 4 ? g.Conv(y, 2, Math.Min(2, y.Shape[2])) : y);
        GradientCheck.Of(graph, prepare: network =>
        {
            // Constants of arithmetic nodes start frozen; their gradients must be right too.
            foreach (Parameter<double> parameter in network.Parameters)
                parameter.Trainable = true;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batch_normalization_with_frozen_statistics(bool all)
    {
        var g = new GraphSketch(3, 5, 5);
        Value y = g.Conv(g.Relu(g.BatchNormalization(g.Conv(g.Input, 4))), 2);
        GradientCheck.Of(g.End(y), prepare: network =>
        {
            network.FreezeStatistics = all;
            if (!all)
            {
                network.Parameters[2].Trainable = false;
                network.Parameters[3].Trainable = false;
            }
        });
    }

    private static Value Slice(GraphSketch g, Value x, int[] starts, int[] steps, int[] sizes) =>
        g.Add(OpTypes.Slice, [x], ("starts", starts), ("steps", steps), ("sizes", sizes));

    private static Value Resize(GraphSketch g, Value x, string mode, string coordinates) => g.Add(
        OpTypes.Resize,
        [x],
        ("mode", mode),
        ("coordinate_transformation_mode", coordinates),
        ("nearest_mode", "floor"),
        ("sizes", new[] { 1, 4, 9, 5 }),
        ("scales", new[] { 1f, 1f, 1.5f, 5f / 7 }));
}
