using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Brings the whole graph to NHWC. Afterwards every image is [n, h, w, c] in memory order and:
/// <list type="bullet">
/// <item>Conv, pools, LRN, Resize, ChannelShuffle and BatchNormalization carry layout = "NHWC"; convolution weights keep
/// ONNX order [O, I/g, kH, kW]; attributes with axes (axis, axes, pads, starts, steps, sizes, scales) are in NHWC order;</item>
/// <item>a constant operand such as a slope or factor [c, 1, 1] has become [1, 1, 1, c];</item>
/// <item>a graph input that is an image is NHWC (one that a Transpose brings to NCHW at once was so already and stays);
/// graph outputs keep their own shape and order, through a Transpose where they are images larger than 1×1;</item>
/// <item>a Reshape of an image to a row in front of Gemms is paid for in the order of the Gemms' weights; any other Reshape
/// that crosses the channel axis gets an explicit Transpose, unless it moves nothing (1×1 images, one channel).</item>
/// </list>
/// Every rank-4 value is stored either as its shape says or as NHWC; an operator takes what it needs, and a value is
/// converted at most once.
/// </summary>
public sealed class NhwcLayout : IGraphPass
{
    private const string Nhwc = "NHWC";

    private static readonly int[] ToNhwc = [0, 2, 3, 1];

    private static readonly int[] ToNchw = [0, 3, 1, 2];

    public string Name => nameof(NhwcLayout);

    public int Run(ModelGraph graph)
    {
        if (graph.Nodes.Any(node => node.Attributes.Has(OpTypes.Layout)))
            return 0;
        var rewriter = new Rewriter(graph);
        rewriter.Run();
        return rewriter.Changes;
    }

    /// <summary>Order of axes after a permutation: the place in NHWC of an axis named in NCHW.</summary>
    private static int AxisInNhwc(int axis) => Array.IndexOf(ToNhwc, axis);

    private sealed class Rewriter(ModelGraph graph)
    {
        /// <summary>Values stored as NHWC. Their shape is the stored one.</summary>
        private readonly HashSet<Value> _nhwc = [];

        private readonly Dictionary<Value, Value> _converted = [];

        private Node _place = null!;

        public int Changes { get; private set; }

        public void Run()
        {
            foreach (Value input in graph.Inputs)
            {
                if (input.Shape is not { Length: 4 } || graph.Outputs.Contains(input) || IsNhwcAlready(input))
                    continue;
                input.Shape = GraphEditing.Permute(input.Shape, ToNhwc);
                _nhwc.Add(input);
                Changes++;
            }

            foreach (Node node in graph.Nodes.ToArray())
            {
                _place = node;
                Rewrite(node);
            }

            foreach (Value output in graph.Outputs.ToArray())
                RestoreOutput(output);
        }

        private bool IsNhwcAlready(Value input)
        {
            List<Node> readers = graph.Consumers(input);
            return readers.Count > 0
                && readers.TrueForAll(r => r.OpType == OpTypes.Transpose && r.Attributes.Ints("perm")!.SequenceEqual(ToNchw));
        }

        private void Rewrite(Node node)
        {
            switch (node.OpType)
            {
                case OpTypes.Conv or OpTypes.MaxPool or OpTypes.AveragePool or OpTypes.GlobalAveragePool or OpTypes.GlobalMaxPool
                    or OpTypes.BatchNormalization or OpTypes.Lrn or OpTypes.ChannelShuffle
                    when node.Output.Shape is { Length: 4 }:
                    node.Inputs[0] = AsNhwc(node.Input(0));
                    node.Attributes.Set(OpTypes.Layout, Nhwc);
                    StoreAsNhwc(node);
                    break;
                case OpTypes.Resize when node.Output.Shape is { Length: 4 }:
                    node.Inputs[0] = AsNhwc(node.Input(0));
                    node.Attributes.Set(OpTypes.Layout, Nhwc)
                        .Set("sizes", GraphEditing.Permute(node.Attributes.Ints("sizes")!, ToNhwc))
                        .Set("scales", Array.ConvertAll(ToNhwc, axis => node.Attributes.Floats("scales")![axis]));
                    StoreAsNhwc(node);
                    break;
                case OpTypes.Transpose:
                    RewriteTranspose(node);
                    break;
                case OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze:
                    RewriteReshape(node);
                    break;
                default:
                    if (CanFollow(node))
                        Follow(node);
                    else
                        TakeAsLabelled(node);
                    break;
            }
        }

        /// <summary>True for an operator that works in any layout once its axes are renamed and that reads NHWC.</summary>
        private bool CanFollow(Node node)
        {
            if (node.Output.Shape is not { Length: 4 } && node.OpType != OpTypes.ReduceMean)
                return false;
            return node.Inputs.Any(v => v is not null && _nhwc.Contains(v)) && node.OpType switch
            {
                OpTypes.Relu or OpTypes.LeakyRelu or OpTypes.PRelu or OpTypes.Clip or OpTypes.Sigmoid or OpTypes.HardSigmoid
                    or OpTypes.HardSwish or OpTypes.Tanh or OpTypes.Add or OpTypes.Sum or OpTypes.Sub or OpTypes.Mul or OpTypes.Div
                    or OpTypes.Max or OpTypes.Min or OpTypes.Dropout or OpTypes.Identity or OpTypes.Cast or OpTypes.Concat
                    or OpTypes.Split or OpTypes.Slice or OpTypes.Pad or OpTypes.Softmax => true,
                OpTypes.ReduceMean => KeepsOrder(node),
                _ => false,
            };
        }

        /// <summary>True when the axes that a ReduceMean leaves stand in one order in NCHW and NHWC.</summary>
        private static bool KeepsOrder(Node node)
        {
            if (node.Attributes.Int("keepdims", 1) == 1)
                return true;
            int[] stored = node.Input(0).Shape!;
            int[] axes = node.Attributes.Ints("axes")!;
            int[] left = [.. Enumerable.Range(0, 4).Where(axis => !axes.Contains(axis)).Select(AxisInNhwc)];
            int[] rest = Array.FindAll(left, axis => stored[axis] != 1);
            return rest.SequenceEqual(rest.Order());
        }

        private void Follow(Node node)
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] is { } input)
                    node.Inputs[i] = AsNhwc(input);
            }

            Attributes a = node.Attributes;
            if (a.Has("axis"))
                a.Set("axis", AxisInNhwc(a.Int("axis", 0)));
            if (a.Ints("axes") is { } axes)
                a.Set("axes", axes.Select(AxisInNhwc).Order().ToArray());
            foreach (string name in new[] { "starts", "steps", "sizes" })
            {
                if (a.Ints(name) is { } perAxis)
                    a.Set(name, GraphEditing.Permute(perAxis, ToNhwc));
            }

            if (a.Ints("pads") is { } pads)
                a.Set("pads", (int[])[.. GraphEditing.Permute(pads[..4], ToNhwc), .. GraphEditing.Permute(pads[4..], ToNhwc)]);
            StoreAsNhwc(node);
        }

        private void TakeAsLabelled(Node node)
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] is { } input)
                    node.Inputs[i] = AsLabelled(input);
            }
        }

        /// <summary>A Transpose between NCHW and NHWC only changes what the stored axes are called.</summary>
        private void RewriteTranspose(Node node)
        {
            Value input = node.Input(0);
            int[] permutation = node.Attributes.Ints("perm")!;
            if (_nhwc.Contains(input) && permutation.AsSpan().SequenceEqual(ToNhwc))
            {
                BecomeIdentity(node);
            }
            else if (!_nhwc.Contains(input) && permutation.AsSpan().SequenceEqual(ToNchw))
            {
                BecomeIdentity(node);
                StoreAsNhwc(node);
            }
            else
            {
                TakeAsLabelled(node);
            }
        }

        private void BecomeIdentity(Node node)
        {
            node.OpType = OpTypes.Identity;
            node.Attributes.Remove("perm");
            Changes++;
        }

        private void RewriteReshape(Node node)
        {
            Value input = node.Input(0);
            if (_nhwc.Contains(input) && !MovesNothing(input.Shape!) && PermuteGemms(node, input.Shape!))
                return;
            node.Inputs[0] = AsLabelled(input);
        }

        /// <summary>Reorders the weight columns of the Gemms behind a flattened image; false if anything else reads it.</summary>
        private bool PermuteGemms(Node reshape, int[] image)
        {
            Value row = reshape.Output;
            List<Node> readers = graph.Consumers(row);
            if (graph.Outputs.Contains(row) || readers.Count == 0 || row.Shape is not { Length: 2 } || row.Shape[0] != image[0]
                || !readers.TrueForAll(r => CanonicaliseFullyConnected.IsCanonical(r) && r.Input(0) == row))
            {
                return false;
            }

            foreach (Node gemm in readers)
            {
                Tensor old = gemm.Input(1).Constant!;
                gemm.Inputs[1] = graph.NewConstant(gemm.Input(1).Name, PermuteColumns(old, image[1] * image[2], image[3]));
            }

            Changes++;
            return true;
        }

        /// <summary>Columns in the order (channel, pixel) brought to (pixel, channel).</summary>
        private static Tensor PermuteColumns(Tensor weights, int pixels, int channels)
        {
            float[] data = new float[weights.Count];
            int columns = pixels * channels;
            for (int row = 0; row < data.Length; row += columns)
            {
                for (int pixel = 0; pixel < pixels; pixel++)
                {
                    for (int c = 0; c < channels; c++)
                        data[row + (pixel * channels) + c] = weights.Floats[row + (c * pixels) + pixel];
                }
            }

            return new Tensor(weights.Shape, data);
        }

        private void StoreAsNhwc(Node node)
        {
            foreach (Value output in node.Outputs)
            {
                if (output.Shape is not { Length: 4 } shape)
                    continue;
                output.Shape = GraphEditing.Permute(shape, ToNhwc);
                _nhwc.Add(output);
            }

            Changes++;
        }

        private Value AsNhwc(Value value)
        {
            if (_nhwc.Contains(value))
                return value;
            if (_converted.TryGetValue(value, out Value? known))
                return known;
            Value result;
            if (value.Constant is { } constant)
            {
                if (constant.Count == 1)
                    return value;
                result = graph.NewConstant($"{value.Name}/nhwc", ConstantToNhwc(constant));
            }
            else
            {
                int[] nchw = PadRank(value.Shape!);
                bool isImage = nchw.Length == value.Shape!.Length;
                Value image = isImage ? value : graph.ReshapeBefore(_place, value, $"{value.Name}/image", nchw);
                result = Move(_place, image, $"{value.Name}/nhwc", ToNhwc);
            }

            _nhwc.Add(result);
            return _converted[value] = result;
        }

        private Value AsLabelled(Value value)
        {
            if (!_nhwc.Contains(value) || value.IsConstant)
                return value;
            if (_converted.TryGetValue(value, out Value? known))
                return known;
            return _converted[value] = Move(_place, value, $"{value.Name}/nchw", ToNchw);
        }

        private void RestoreOutput(Value output)
        {
            if (!_nhwc.Contains(output) || output.Producer is not { } producer)
                return;
            Value inner = graph.NewValue($"{output.Name}/nhwc", output.Shape!);
            GraphEditing.Redirect(producer, producer.Outputs.IndexOf(output), inner);
            foreach (Node reader in graph.Consumers(output))
            {
                for (int i = 0; i < reader.Inputs.Count; i++)
                {
                    if (reader.Inputs[i] == output)
                        reader.Inputs[i] = inner;
                }
            }

            output.Shape = GraphEditing.Permute(inner.Shape!, ToNchw);
            graph.Add(new Node(output.Name, OpTypes.Transpose, [inner], [output], new Attributes().Set("perm", ToNchw)));
        }

        private Value Move(Node place, Value value, string stem, int[] permutation)
        {
            Changes++;
            return graph.EmitBefore(
                place, OpTypes.Transpose, stem, GraphEditing.Permute(value.Shape!, permutation), [value],
                new Attributes().Set("perm", permutation));
        }

        private static bool MovesNothing(int[] nhwc) => nhwc[3] == 1 || nhwc[1] * nhwc[2] == 1;

        private static int[] PadRank(int[] shape) => [.. Enumerable.Repeat(1, Math.Max(0, 4 - shape.Length)), .. shape];

        private static Tensor ConstantToNhwc(Tensor t)
        {
            int[] nchw = PadRank(t.Shape);
            Tensor rows = PermuteColumns(t, nchw[2] * nchw[3], nchw[1]);
            return rows.Reshape(GraphEditing.Permute(nchw, ToNhwc));
        }
    }
}
