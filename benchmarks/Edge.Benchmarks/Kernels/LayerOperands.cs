using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Benchmarks.Kernels;

/// <summary>Random operands of one layer, as a session would hand them to kernels.</summary>
internal sealed unsafe class LayerOperands : PreparationContext, IDisposable
{
    private readonly NativeHeap _heap = new();
    private readonly TensorView[] _tensors;
    private readonly Array[] _constants;

    public LayerOperands(LayerShape shape)
    {
        var random = new Random(1);
        int taps = shape.Kernel * shape.Kernel * shape.Inputs / shape.Groups;
        sbyte[] weights = new sbyte[shape.Outputs * taps];
        random.NextBytes((byte[])(Array)weights);
        for (int i = 0; i < weights.Length; i++)
            weights[i] = Math.Max(weights[i], (sbyte)-sbyte.MaxValue);
        _constants = [weights, Enumerable.Repeat(1f, shape.Outputs).ToArray(), new int[shape.Outputs]];

        // Results spread over the whole output range.
        _tensors =
        [
            Tensor(shape.Size, shape.Inputs, 1),
            Tensor(shape.OutputSize, shape.Outputs, MathF.Sqrt(taps) * 60),
        ];
        random.NextBytes(new Span<byte>(_tensors[0].Data, shape.Size * shape.Size * shape.Inputs));
        Operator = new ConvOperator
        {
            Name = "layer",
            Inputs = [0],
            Outputs = [1],
            Window = shape.Window,
            Groups = shape.Groups,
            Weights = 0,
            WeightScales = 1,
            Bias = 2,
            Low = sbyte.MinValue,
            High = sbyte.MaxValue,
        };
    }

    public ConvOperator Operator { get; }

    public override InstructionSet InstructionSet => InstructionSets.Best;

    public override int Workers => 1;

    public override TensorView Tensor(int index) => _tensors[index];

    public override ReadOnlySpan<T> Constant<T>(int index) => (T[])_constants[index];

    public override void* Allocate(nuint bytes) => _heap.Allocate(bytes);

    public void Dispose() => _heap.Dispose();

    private TensorView Tensor(int size, int channels, float scale) => new()
    {
        Data = (byte*)_heap.Allocate((nuint)(size * size * channels) + OverreadBytes),
        Definition = new TensorDefinition
        {
            Name = "tensor",
            Type = ElementType.Int8,
            Shape = [1, size, size, channels],
            Scale = scale,
            RowStride = channels,
        },
    };
}
