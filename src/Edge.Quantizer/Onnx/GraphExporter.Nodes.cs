using Edge.Quantizer.Graph;
using Type = Edge.Quantizer.Onnx.Schema.TensorProto.Types.DataType;

namespace Edge.Quantizer.Onnx;

/// <content>Every operator of the canonical form as ONNX's own.</content>
public static partial class GraphExporter
{
    private sealed class Export
    {
        private readonly ModelGraph _graph;
        private readonly OnnxWriter _writer;
        private readonly Dictionary<Value, string> _names = [];

        public Export(ModelGraph graph)
        {
            _graph = graph;
            _writer = new OnnxWriter(graph.Name, Opset, IrVersion);
        }

        public byte[] Run()
        {
            // What a user sees keeps its name; constants, whose names may repeat, come after.
            foreach (Value value in _graph.Inputs.Concat(_graph.Nodes.SelectMany(n => n.Outputs)))
                _names[value] = _writer.Reserve(value.Name);
            foreach (Value input in _graph.Inputs)
                _writer.Input(_names[input], TypeOf(input.Type), input.Shape);
            foreach (Node node in _graph.Nodes)
                Write(node);
            foreach (Value output in _graph.Outputs)
            {
                if (output.Constant is { } constant)
                {
                    _names[output] = _writer.Reserve(output.Name);
                    _writer.Node("Identity", _names[output], [Constant(output, $"{output.Name}/value")]);
                    _writer.Output(_names[output], TypeOf(constant.Type), constant.Shape);
                    continue;
                }

                _writer.Output(_names[output], TypeOf(output.Type), output.Shape);
            }

            return _writer.ToBytes();
        }

        private static Type TypeOf(DataType type) => type switch
        {
            DataType.Float32 => Type.Float,
            DataType.Int64 => Type.Int64,
            _ => Type.Bool,
        };

        private void Write(Node node)
        {
            Attributes a = node.Attributes;
            if (a.Has(OpTypes.Layout) || a.Has(OpTypes.FusedLow) || a.Has(OpTypes.FusedHigh))
                throw Unsupported(node, "it went through the quantizer's passes; export the graph before them");
            switch (node.OpType)
            {
                case OpTypes.Conv:
                    Emit(node, [.. Window(a), Int(a, "group", 1)]);
                    break;
                case OpTypes.MaxPool:
                    Emit(node, [.. Window(a), Int(a, "ceil_mode", 0)]);
                    break;
                case OpTypes.AveragePool:
                    AveragePool(node);
                    break;
                case OpTypes.BatchNormalization:
                    Emit(node, ("epsilon", a.Float("epsilon", 1e-5f)));
                    break;
                case OpTypes.LeakyRelu:
                    Emit(node, ("alpha", a.Float("alpha", 0.01f)));
                    break;
                case OpTypes.HardSigmoid:
                    Emit(node, ("alpha", a.Float("alpha", 0.2f)), ("beta", a.Float("beta", 0.5f)));
                    break;
                case OpTypes.HardSwish:
                    HardSwish(node);
                    break;
                case OpTypes.Lrn:
                    Emit(
                        node, Int(a, "size", 1), ("alpha", a.Float("alpha", 1e-4f)), ("beta", a.Float("beta", 0.75f)),
                        ("bias", a.Float("bias", 1)));
                    break;
                case OpTypes.Clip:
                    EmitWith(node, [Scalar(node, "min"), Scalar(node, "max")]);
                    break;
                case OpTypes.Softmax or OpTypes.Concat or OpTypes.Flatten:
                    Emit(node, Int(a, "axis", 1));
                    break;
                case OpTypes.Split:
                    EmitWith(node, [Integers(node, "split", a.Ints("split")!)], Int(a, "axis", 0));
                    break;
                case OpTypes.Slice:
                    Slice(node);
                    break;
                case OpTypes.Pad:
                    EmitWith(
                        node,
                        [
                            Integers(node, "pads", a.Ints("pads")!),
                            Initializer<float>(node, "value", [], [a.Float("value", 0)]),
                        ],
                        ("mode", a.Text("mode", "constant")));
                    break;
                case OpTypes.ReduceMean:
                    Emit(node, Ints(a, "axes"), Int(a, "keepdims", 1));
                    break;
                case OpTypes.Gemm:
                    Emit(
                        node, ("alpha", a.Float("alpha", 1)), ("beta", a.Float("beta", 1)),
                        Int(a, "transA", 0), Int(a, "transB", 0));
                    break;
                case OpTypes.Reshape:
                    // In ONNX a 0 means "as in the input", so that an empty tensor needs its dimensions one by one.
                    int[] shape = a.Ints("shape")!;
                    if (shape.Contains(0))
                        throw Unsupported(node, "an empty tensor cannot be exported");
                    EmitWith(node, [Integers(node, "shape", shape)]);
                    break;
                case OpTypes.Squeeze or OpTypes.Unsqueeze:
                    EmitWith(node, [Integers(node, "axes", a.Ints("axes")!)]);
                    break;
                case OpTypes.Transpose:
                    Emit(node, Ints(a, "perm"));
                    break;
                case OpTypes.Resize:
                    Resize(node);
                    break;
                case OpTypes.Dropout:
                    EmitWith(node, a.Has("ratio") ? [Initializer<float>(node, "ratio", [], [a.Float("ratio", 0.5f)])] : []);
                    break;
                case OpTypes.Cast:
                    Emit(node, ("to", (long)TypeOf(Enum.Parse<DataType>(a.Text("to", nameof(DataType.Float32))))));
                    break;
                case OpTypes.ChannelShuffle:
                    ChannelShuffle(node);
                    break;
                case OpTypes.Relu or OpTypes.PRelu or OpTypes.Sigmoid or OpTypes.Tanh or OpTypes.Add or OpTypes.Sum or OpTypes.Sub
                    or OpTypes.Mul or OpTypes.Div or OpTypes.Max or OpTypes.Min or OpTypes.GlobalAveragePool
                    or OpTypes.GlobalMaxPool or OpTypes.MatMul or OpTypes.Identity:
                    Emit(node);
                    break;
                default:
                    throw Unsupported(node, "this operator has no form in ONNX here");
            }
        }

        /// <summary>
        /// ONNX counts declared padding at opset 13 as it does today; dilated average pools came with opset 19 and have no older
        /// form.
        /// </summary>
        private void AveragePool(Node node)
        {
            Attributes a = node.Attributes;
            if (a.Ints("dilations")?.Any(d => d != 1) ?? false)
                throw Unsupported(node, "a dilated average pool needs opset 19");
            (string, object)[] window = [.. Window(a).Where(p => p.Name != "dilations")];
            Emit(node, [.. window, Int(a, "ceil_mode", 0), Int(a, "count_include_pad", 0)]);
        }

        /// <summary>x · HardSigmoid(x) with α = 1/6, β = 1/2: HardSwish itself came with opset 14.</summary>
        private void HardSwish(Node node)
        {
            string x = NameOf(node.Input(0)), y = _names[node.Output];
            string gate = _writer.Node("HardSigmoid", _writer.Reserve($"{y}/gate"), [x], ("alpha", 1f / 6), ("beta", 0.5f));
            _writer.Node("Mul", y, [x, gate]);
        }

        private void Slice(Node node)
        {
            int[] starts = node.Attributes.Ints("starts")!, steps = node.Attributes.Ints("steps")!;
            int[] sizes = node.Attributes.Ints("sizes")!;
            int[] ends = [.. starts.Select((start, i) => End(start, steps[i], sizes[i]))];
            EmitWith(
                node,
                [
                    Integers(node, "starts", starts), Integers(node, "ends", ends),
                    Integers(node, "axes", [.. Enumerable.Range(0, starts.Length)]), Integers(node, "steps", steps),
                ]);
        }

        /// <summary>
        /// The bound behind the last element. Counting backwards it may lie in front of element 0, where a negative number would
        /// count from the end: the smallest integer means "before everything".
        /// </summary>
        private static int End(int start, int step, int size)
        {
            long end = start + (((long)size - 1) * step) + Math.Sign(step);
            return size == 0 ? start : end < 0 ? int.MinValue : (int)end;
        }

        private void Resize(Node node)
        {
            // Sizes alone would give scales of size / input, which may differ from the node's own; both at once are not allowed.
            Attributes a = node.Attributes;
            float[] scales = a.Floats("scales")!;
            int[] x = node.Input(0).Shape!, sizes = a.Ints("sizes")!;
            bool byScales = Enumerable.Range(0, x.Length).All(i => (int)MathF.Floor(x[i] * scales[i]) == sizes[i]);
            bool bySizes = Enumerable.Range(0, x.Length).All(i => (float)sizes[i] / x[i] == scales[i]);
            if (!byScales && !bySizes)
                throw Unsupported(node, "its sizes do not follow from its scales, and opset 13 takes only one of them");
            string none = Initializer<float>(node, "roi", [0], []);
            string[] target = byScales
                ? [none, Initializer<float>(node, "scales", [scales.Length], scales)]
                : [none, Initializer<float>(node, "scales", [0], []), Integers(node, "sizes", sizes)];
            EmitWith(
                node,
                target,
                ("mode", a.Text("mode", "nearest")),
                ("coordinate_transformation_mode", a.Text("coordinate_transformation_mode", "half_pixel")),
                ("nearest_mode", a.Text("nearest_mode", "round_prefer_floor")));
        }

        /// <summary>[n, g · c, …] as [n, g, c, …], groups and channels exchanged, and back.</summary>
        private void ChannelShuffle(Node node)
        {
            int[] shape = node.Input(0).Shape!;
            int groups = node.Attributes.Int("group", 1);
            int[] split = [shape[0], groups, shape[1] / groups, .. shape[2..]];
            long[] exchanged = [0, 2, 1, .. Enumerable.Range(3, shape.Length - 2).Select(i => (long)i)];
            string y = _names[node.Output];
            string grouped = _writer.Node(
                "Reshape", _writer.Reserve($"{y}/groups"), [NameOf(node.Input(0)), Integers(node, "groups/shape", split)]);
            string turned = _writer.Node("Transpose", _writer.Reserve($"{y}/exchanged"), [grouped], ("perm", exchanged));
            _writer.Node("Reshape", y, [turned, Integers(node, "shape", shape)]);
        }

        private void Emit(Node node, params ReadOnlySpan<(string Name, object Value)> attributes) =>
            EmitWith(node, [], attributes);

        /// <summary>The node's own inputs, then constants of the exporter ("" leaves an input out).</summary>
        private void EmitWith(Node node, string[] constants, params ReadOnlySpan<(string Name, object Value)> attributes)
        {
            List<string> inputs = [.. node.Inputs.Select(v => v is null ? "" : NameOf(v)), .. constants];
            while (inputs.Count > 0 && inputs[^1].Length == 0)
                inputs.RemoveAt(inputs.Count - 1);
            _writer.Node(node.OpType, [.. node.Outputs.Select(o => _names[o])], [.. inputs], attributes);
        }

        private string NameOf(Value value) => _names.TryGetValue(value, out string? name) ? name
            : value.IsConstant ? _names[value] = Constant(value, value.Name)
            : throw new InvalidDataException($"nothing computes '{value.Name}'");

        private string Constant(Value value, string stem)
        {
            Tensor t = value.Constant!;
            return t.Type switch
            {
                DataType.Float32 => _writer.Initializer<float>(stem, t.Shape, t.Floats),
                DataType.Int64 => _writer.Initializer<long>(stem, t.Shape, t.Longs),
                _ => _writer.Initializer<bool>(stem, t.Shape, t.Bools),
            };
        }

        private string Scalar(Node node, string name) => node.Attributes.Has(name)
            ? Initializer<float>(node, name, [], [node.Attributes.Float(name, 0)])
            : "";

        private string Integers(Node node, string name, int[] values) =>
            Initializer<long>(node, name, [values.Length], Array.ConvertAll(values, v => v == int.MinValue ? long.MinValue : v));

        private string Initializer<T>(Node node, string name, int[] shape, T[] data)
            where T : unmanaged => _writer.Initializer<T>($"{_names[node.Output]}/{name}", shape, data);

        private static (string Name, object Value)[] Window(Attributes a)
        {
            int axes = a.Ints("kernel_shape")!.Length;
            return
            [
                Ints(a, "kernel_shape"), Ints(a, "strides", Ones(axes)), Ints(a, "dilations", Ones(axes)),
                Ints(a, "pads", new int[2 * axes]),
            ];
        }

        private static (string Name, object Value) Int(Attributes a, string name, int fallback) =>
            (name, (long)a.Int(name, fallback));

        private static (string Name, object Value) Ints(Attributes a, string name, int[]? fallback = null) =>
            (name, Array.ConvertAll(a.Ints(name) ?? fallback!, v => (long)v));

        private UserException Unsupported(Node node, string why) => new($"{_graph.Name}: {node} cannot be exported: {why}");
    }
}
