using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

// Nodes that only move elements, in either type, and nodes that run in float32.
public sealed partial class Lowering
{
    /// <summary>Nodes that move elements without computing. <paramref name="read"/> and <paramref name="create"/> choose the type.</summary>
    private bool LowerMovement(Node node, Func<Value, int> read, Func<Value, int> create)
    {
        switch (node.OpType)
        {
            case OpTypes.Identity or OpTypes.Dropout or OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze:
                _package.Add(new ReshapeOperator { Name = node.Name, Inputs = [read(node.Input(0))], Outputs = [create(node.Output)] });
                return true;
            case OpTypes.Transpose:
                _package.Add(new TransposeOperator
                {
                    Name = node.Name,
                    Inputs = [read(node.Input(0))],
                    Outputs = [create(node.Output)],
                    Permutation = Required(node, "perm"),
                });
                return true;
            case OpTypes.Concat:
                int[] parts = [.. node.Inputs.Select(v => read(v!))];
                _package.Add(new ConcatOperator
                {
                    Name = node.Name,
                    Inputs = parts,
                    Outputs = [create(node.Output)],
                    Axis = node.Attributes.Int("axis", 0),
                });
                return true;
            case OpTypes.ChannelShuffle:
                RequireNhwc(node);
                _package.Add(new ChannelShuffleOperator
                {
                    Name = node.Name,
                    Inputs = [read(node.Input(0))],
                    Outputs = [create(node.Output)],
                    Groups = node.Attributes.Int("group", 1),
                });
                return true;
            case OpTypes.Slice:
                _package.Add(new SliceOperator
                {
                    Name = node.Name,
                    Inputs = [read(node.Input(0))],
                    Outputs = [create(node.Output)],
                    Begin = Required(node, "starts"),
                    Step = Required(node, "steps"),
                });
                return true;
            case OpTypes.Split:
                LowerSplit(node, read, create);
                return true;
            case OpTypes.Pad:
                LowerPad(node, read, create);
                return true;
            default:
                return false;
        }
    }

    /// <summary>One slice per output that anybody reads.</summary>
    private void LowerSplit(Node node, Func<Value, int> read, Func<Value, int> create)
    {
        int axis = node.Attributes.Int("axis", 0), rank = Shape(node.Input(0)).Length, position = 0;
        int[] step = new int[rank];
        Array.Fill(step, 1);
        foreach (Value output in node.Outputs)
        {
            int[] begin = new int[rank];
            begin[axis] = position;
            position += Shape(output)[axis];
            if (_graph.Consumers(output).Count == 0 && !_graph.Outputs.Contains(output))
                continue;
            _package.Add(new SliceOperator
            {
                Name = $"{node.Name}/{output.Name}",
                Inputs = [read(node.Input(0))],
                Outputs = [create(output)],
                Begin = begin,
                Step = step,
            });
        }
    }

    private void LowerPad(Node node, Func<Value, int> read, Func<Value, int> create)
    {
        int[] pads = Required(node, "pads");
        if (pads.Any(p => p < 0))
            throw Unsupported(node, "crops by negative padding");
        PadMode mode = node.Attributes.Text("mode", "constant") switch
        {
            "constant" => PadMode.Constant,
            "edge" => PadMode.Edge,
            "reflect" => PadMode.Reflect,
            string other => throw Unsupported(node, $"pads in mode '{other}'"),
        };
        _package.Add(new PadOperator
        {
            Name = node.Name,
            Inputs = [read(node.Input(0))],
            Outputs = [create(node.Output)],
            Before = pads[..(pads.Length / 2)],
            After = pads[(pads.Length / 2)..],
            Mode = mode,
            Value = node.Attributes.Float("value", 0),
        });
    }

    private void LowerResize(Node node, int input, int output)
    {
        RequireNhwc(node);
        float[] scales = node.Attributes.Floats("scales") ?? throw Unsupported(node, "has no scales");
        _package.Add(new ResizeOperator
        {
            Name = node.Name,
            Inputs = [input],
            Outputs = [output],
            Mode = node.Attributes.Text("mode", "nearest") switch
            {
                "nearest" => ResizeMode.Nearest,
                "linear" => ResizeMode.Bilinear,
                string other => throw Unsupported(node, $"resizes in mode '{other}'"),
            },
            Coordinates = node.Attributes.Text("coordinate_transformation_mode", "half_pixel") switch
            {
                "half_pixel" => CoordinateMode.HalfPixel,
                "pytorch_half_pixel" => CoordinateMode.PytorchHalfPixel,
                "align_corners" => CoordinateMode.AlignCorners,
                "asymmetric" => CoordinateMode.Asymmetric,
                string other => throw Unsupported(node, $"resizes with coordinates '{other}'"),
            },
            Rounding = node.Attributes.Text("nearest_mode", "round_prefer_floor") switch
            {
                "round_prefer_floor" => NearestRounding.RoundPreferFloor,
                "round_prefer_ceil" => NearestRounding.RoundPreferCeil,
                "floor" => NearestRounding.Floor,
                "ceil" => NearestRounding.Ceil,
                string other => throw Unsupported(node, $"rounds by '{other}'"),
            },
            ScaleY = scales[1],
            ScaleX = scales[2],
        });
    }

    private void LowerFloat(Node node)
    {
        switch (node.OpType)
        {
            case OpTypes.Conv:
                LowerFloatConv(node);
                return;
            case OpTypes.Gemm when Int8Forms.IsFullyConnected(node):
                LowerFloatFullyConnected(node);
                return;
            case OpTypes.MaxPool or OpTypes.AveragePool or OpTypes.GlobalMaxPool or OpTypes.GlobalAveragePool:
                int source = Float(node.Input(0)), pooled = NewUnclipped(node);
                _package.Add(new PoolOperator
                {
                    Name = node.Name,
                    Inputs = [source],
                    Outputs = [pooled],
                    Kind = PoolKindOf(node),
                    Window = node.OpType.StartsWith("Global", StringComparison.Ordinal) ? WholeImage(node) : WindowOf(node),
                    CountIncludePad = node.Attributes.Int("count_include_pad", 0) != 0,
                });
                Clip(node, pooled);
                return;
            case OpTypes.Resize:
                LowerResize(node, Float(node.Input(0)), NewFloat(node.Output));
                return;
            case OpTypes.Softmax:
                _package.Add(new FloatSoftmaxOperator { Name = node.Name, Inputs = [Float(node.Input(0))], Outputs = [NewFloat(node.Output)], Axis = node.Attributes.Int("axis", 0) });
                return;
            case OpTypes.Lrn:
                RequireNhwc(node);
                _package.Add(new FloatLrnOperator
                {
                    Name = node.Name,
                    Inputs = [Float(node.Input(0))],
                    Outputs = [NewFloat(node.Output)],
                    Size = node.Attributes.Int("size", 1),
                    Alpha = node.Attributes.Float("alpha", 0.0001f),
                    Beta = node.Attributes.Float("beta", 0.75f),
                    Bias = node.Attributes.Float("bias", 1),
                });
                return;
            case OpTypes.MatMul:
                _package.Add(new FloatMatMulOperator { Name = node.Name, Inputs = [Float(node.Input(0)), Float(node.Input(1))], Outputs = [NewFloat(node.Output)] });
                return;
            case OpTypes.ReduceMean:
                _package.Add(new FloatReduceMeanOperator { Name = node.Name, Inputs = [Float(node.Input(0))], Outputs = [NewFloat(node.Output)], Axes = Required(node, "axes") });
                return;
        }

        if (LowerMovement(node, Float, NewFloat) || LowerFloatUnary(node) || LowerFloatBinary(node))
            return;
        throw Unsupported(node, "is left after all passes");
    }

    private void LowerFloatConv(Node node)
    {
        Tensor weights = ConstantInput(node, 1);
        (float? low, float? high) = FloatBounds(node);
        int outputs = weights.Shape[0];
        _package.Add(new FloatConvOperator
        {
            Name = node.Name,
            Inputs = [Float(node.Input(0))],
            Outputs = [NewFloat(node.Output)],
            Window = WindowOf(node),
            Groups = node.Attributes.Int("group", 1),
            Weights = _package.AddConstant<float>(
                [outputs, weights.Shape[2], weights.Shape[3], weights.Shape[1]],
                WeightQuantizer.ToChannelsLast<float>(weights.Floats, weights.Shape)),
            Bias = _package.AddConstant<float>([outputs], BiasOf(node, outputs)),
            Low = low,
            High = high,
        });
    }

    /// <summary>A vector is an image of one pixel, a matrix-vector product its 1×1 convolution.</summary>
    private void LowerFloatFullyConnected(Node node)
    {
        Tensor weights = ConstantInput(node, 1);
        (float? low, float? high) = FloatBounds(node);
        (int outputs, int inputs) = (weights.Shape[0], weights.Shape[1]);
        int pixel = _package.AddFloat(node.Name + "/pixel", [1, 1, 1, inputs]), result = _package.AddFloat(node.Name + "/result", [1, 1, 1, outputs]);
        _package.Add(new ReshapeOperator { Name = node.Name + "/in", Inputs = [Float(node.Input(0))], Outputs = [pixel] });
        _package.Add(new FloatConvOperator
        {
            Name = node.Name,
            Inputs = [pixel],
            Outputs = [result],
            Window = new Window { KernelHeight = 1, KernelWidth = 1 },
            Weights = _package.AddConstant<float>([outputs, 1, 1, inputs], weights.Floats),
            Bias = _package.AddConstant<float>([outputs], BiasOf(node, outputs)),
            Low = low,
            High = high,
        });
        _package.Add(new ReshapeOperator { Name = node.Name + "/out", Inputs = [result], Outputs = [NewFloat(node.Output)] });
    }

    private bool LowerFloatUnary(Node node)
    {
        Attributes a = node.Attributes;
        (FloatUnaryKind Kind, float? Alpha, float? Beta)? unary = node.OpType switch
        {
            OpTypes.Relu => (FloatUnaryKind.Clip, 0, null),
            OpTypes.Clip => (FloatUnaryKind.Clip, Optional("min"), Optional("max")),
            OpTypes.LeakyRelu => (FloatUnaryKind.LeakyRelu, a.Float("alpha", 0.01f), null),
            OpTypes.Sigmoid => (FloatUnaryKind.Sigmoid, null, null),
            OpTypes.HardSigmoid => (FloatUnaryKind.HardSigmoid, a.Float("alpha", 0.2f), a.Float("beta", 0.5f)),
            OpTypes.HardSwish => (FloatUnaryKind.HardSwish, null, null),
            OpTypes.Tanh => (FloatUnaryKind.Tanh, null, null),
            _ => null,
        };
        if (unary is not { } found)
            return false;
        int source = Float(node.Input(0)), result = NewUnclipped(node);
        _package.Add(new FloatUnaryOperator
        {
            Name = node.Name,
            Inputs = [source],
            Outputs = [result],
            Kind = found.Kind,
            Alpha = found.Alpha,
            Beta = found.Beta,
        });
        Clip(node, result);
        return true;

        float? Optional(string name) => a.Has(name) ? a.Float(name, 0) : null;
    }

    /// <summary>Two operands, or a chain for more. (One operand is no operation; the passes remove it.)</summary>
    private bool LowerFloatBinary(Node node)
    {
        FloatBinaryKind? kind = node.OpType switch
        {
            OpTypes.Add or OpTypes.Sum => FloatBinaryKind.Add,
            OpTypes.Sub => FloatBinaryKind.Subtract,
            OpTypes.Mul => FloatBinaryKind.Multiply,
            OpTypes.Div => FloatBinaryKind.Divide,
            OpTypes.Max => FloatBinaryKind.Max,
            OpTypes.Min => FloatBinaryKind.Min,
            OpTypes.PRelu => FloatBinaryKind.PRelu,
            _ => null,
        };
        if (kind is null)
            return false;
        int left = Float(node.Input(0));
        int[] shape = Shape(node.Input(0));
        for (int i = 1; i < node.Inputs.Count; i++)
        {
            int right = Float(node.Input(i));
            shape = ElementwiseShapes.Broadcast(node, shape, Shape(node.Input(i)));
            bool last = i == node.Inputs.Count - 1;
            int result = last ? NewUnclipped(node) : _package.AddFloat($"{node.Name}/{i}", shape);
            _package.Add(new FloatBinaryOperator { Name = last ? node.Name : $"{node.Name}/{i}", Inputs = [left, right], Outputs = [result], Kind = kind.Value });
            left = result;
        }

        Clip(node, left);
        return true;
    }

    /// <summary>The float tensor that an operator without bounds of its own writes: the node's output, or what is clipped to it.</summary>
    private int NewUnclipped(Node node) =>
        FloatBounds(node) is (null, null) ? NewFloat(node.Output) : _package.AddFloat(node.Name + "/unclipped", Shape(node.Output));

    /// <summary>Applies the node's fused activation to what <see cref="NewUnclipped"/> made.</summary>
    private void Clip(Node node, int unclipped)
    {
        (float? low, float? high) = FloatBounds(node);
        if (low is null && high is null)
            return;
        _package.Add(new FloatUnaryOperator
        {
            Name = node.Name + "/clip",
            Inputs = [unclipped],
            Outputs = [NewFloat(node.Output)],
            Kind = FloatUnaryKind.Clip,
            Alpha = low,
            Beta = high,
        });
    }

    private static int[] Required(Node node, string attribute) =>
        node.Attributes.Ints(attribute) ?? throw Unsupported(node, $"lacks its attribute '{attribute}'");
}
