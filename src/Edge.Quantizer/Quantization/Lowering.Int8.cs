using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

// Nodes that have an int8 form.
public sealed partial class Lowering
{
    /// <summary>Lowers a node that <see cref="Int8Forms"/> gives an int8 form.</summary>
    private void LowerInt8(Node node)
    {
        switch (node.OpType)
        {
            case OpTypes.Conv: LowerConv(node); break;
            case OpTypes.Gemm: LowerFullyConnected(node, NewInt8(node.Output)); break;
            case OpTypes.Add: LowerAdd(node); break;
            case OpTypes.MaxPool or OpTypes.AveragePool: LowerPool(node, WindowOf(node), NewInt8(node.Output)); break;
            case OpTypes.GlobalMaxPool or OpTypes.GlobalAveragePool: LowerPool(node, WholeImage(node), NewInt8(node.Output)); break;
            case OpTypes.Softmax: LowerSoftmax(node); break;
            case OpTypes.Resize: LowerResize(node, Int8(node.Input(0)), NewInt8(node.Output)); break;
            default:
                if (!LowerMovement(node, Int8, NewInt8))
                    LowerLookup(node);
                break;
        }
    }

    /// <summary>Lowers a node that gives exact sums in float32, see <see cref="Logits"/>.</summary>
    private void LowerSums(Node node)
    {
        if (node.OpType is OpTypes.Conv or OpTypes.Gemm)
            LowerFullyConnected(node, NewFloat(node.Output));
        else
            LowerPool(node, node.OpType == OpTypes.AveragePool ? WindowOf(node) : WholeImage(node), NewFloat(node.Output));
    }

    private void LowerConv(Node node)
    {
        Value input = node.Input(0);
        Tensor weights = ConstantInput(node, 1);
        float[] bias = CorrectedBiasOf(node, weights.Shape[0]);
        Window window = WindowOf(node);
        (int codes, int scales, int biasCodes) = AddWeights(node, weights, bias);
        (int low, int high) = Bounds(node);
        _package.Add(new ConvOperator
        {
            Name = node.Name,
            Inputs = [Int8(input)],
            Outputs = [NewInt8(node.Output)],
            Window = window,
            Groups = node.Attributes.Int("group", 1),
            Weights = codes,
            WeightScales = scales,
            Bias = biasCodes,
            Low = low,
            High = high,
        });
    }

    /// <summary>A matrix-vector product, or the convolution that is one.</summary>
    private void LowerFullyConnected(Node node, int output)
    {
        Tensor weights = ConstantInput(node, 1);
        (int codes, int scales, int biasCodes) = AddWeights(node, weights, CorrectedBiasOf(node, weights.Shape[0]), isVectorProduct: true);
        (int low, int high) = Bounds(node);
        _package.Add(new FullyConnectedOperator
        {
            Name = node.Name,
            Inputs = [Int8(node.Input(0))],
            Outputs = [output],
            Weights = codes,
            WeightScales = scales,
            Bias = biasCodes,
            Low = low,
            High = high,
        });
    }

    private (int Codes, int Scales, int Bias) AddWeights(Node node, Tensor weights, float[] bias, bool isVectorProduct = false)
    {
        float inputScale = _plan[node.Input(0)].Scale;
        if (!_weights.TryGetValue(node, out QuantizedWeights? quantized))
            quantized = WeightQuantizer.PerChannel(weights, bias, inputScale);
        int outputs = weights.Shape[0];
        int[] shape = isVectorProduct ? [outputs, weights.Count / outputs]
            : weights.Rank == 4 ? [outputs, weights.Shape[2], weights.Shape[3], weights.Shape[1]] : weights.Shape;
        int[] biasCodes = WeightQuantizer.Bias(bias, inputScale, quantized.Scales);
        if (quantized.CoarseBias)
            WeightQuantizer.Coarsen(biasCodes, inputScale, quantized.Scales, _plan[node.Output].Scale);
        return (
            _package.AddConstant<sbyte>(shape, quantized.Codes),
            _package.AddConstant<float>([outputs], quantized.Scales),
            _package.AddConstant<int>([outputs], biasCodes));
    }

    private void LowerAdd(Node node)
    {
        (int low, int high) = Bounds(node);
        _package.Add(new AddOperator
        {
            Name = node.Name,
            Inputs = [Int8(node.Input(0)), Int8(node.Input(1))],
            Outputs = [NewInt8(node.Output)],
            Low = low,
            High = high,
        });
    }

    private void LowerPool(Node node, Window window, int output)
    {
        (int low, int high) = Bounds(node);
        _package.Add(new PoolOperator
        {
            Name = node.Name,
            Inputs = [Int8(node.Input(0))],
            Outputs = [output],
            Kind = PoolKindOf(node),
            Window = window,
            CountIncludePad = node.Attributes.Int("count_include_pad", 0) != 0,
            Low = low,
            High = high,
        });
    }

    private static PoolKind PoolKindOf(Node node) =>
        node.OpType is OpTypes.MaxPool or OpTypes.GlobalMaxPool ? PoolKind.Max : PoolKind.Average;

    private static Window WholeImage(Node node)
    {
        RequireNhwc(node);
        int[] image = Shape(node.Input(0));
        return new Window { KernelHeight = image[1], KernelWidth = image[2] };
    }

    /// <summary>Softmax over the last axis of a vector: int8 in, float32 out.</summary>
    private void LowerSoftmax(Node node)
    {
        var exponentials = new float[256];
        double scale = _plan[node.Input(0)].Scale;
        for (int d = 0; d < exponentials.Length; d++)
            exponentials[d] = (float)Math.Exp(-scale * d);
        _package.Add(new SoftmaxOperator
        {
            Name = node.Name,
            Inputs = [Int8(node.Input(0))],
            Outputs = [NewFloat(node.Output)],
            Exponentials = _package.AddConstant<float>([256], exponentials),
        });
    }

    private void LowerLookup(Node node)
    {
        Func<double, double> function = UnaryFunction(node);
        QuantizationParameters x = _plan[node.Input(0)], y = _plan[node.Output];
        (int low, int high) = Bounds(node);
        var table = new sbyte[256];
        for (int code = -128; code <= 127; code++)
            table[code + 128] = (sbyte)Math.Clamp((int)y.Quantize(function((double)x.Scale * (code - x.ZeroPoint))), low, high);
        _package.Add(new LookupOperator
        {
            Name = node.Name,
            Inputs = [Int8(node.Input(0))],
            Outputs = [NewInt8(node.Output)],
            Table = _package.AddConstant<sbyte>([256], table),
        });
    }

    /// <summary>The function of one real variable that an activation node computes.</summary>
    private static Func<double, double> UnaryFunction(Node node)
    {
        Attributes a = node.Attributes;
        switch (node.OpType)
        {
            case OpTypes.Relu:
                return x => Math.Max(x, 0);
            case OpTypes.Clip:
                float min = a.Float("min", float.NegativeInfinity), max = a.Float("max", float.PositiveInfinity);
                return x => Math.Min(Math.Max(x, min), max);
            case OpTypes.LeakyRelu:
                float slope = a.Float("alpha", 0.01f);
                return x => x >= 0 ? x : slope * x;
            case OpTypes.PRelu:
                float shared = ConstantInput(node, 1).Floats[0];
                return x => x >= 0 ? x : shared * x;
            case OpTypes.Sigmoid:
                return x => 1 / (1 + Math.Exp(-x));
            case OpTypes.HardSigmoid:
                float alpha = a.Float("alpha", 0.2f), beta = a.Float("beta", 0.5f);
                return x => Math.Clamp((alpha * x) + beta, 0, 1);
            case OpTypes.HardSwish:
                return x => x * Math.Clamp((x / 6) + 0.5, 0, 1);
            case OpTypes.Tanh:
                return Math.Tanh;
            default:
                throw Unsupported(node, "has no int8 form");
        }
    }
}
