using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>Collects tensors, operators and constants of a package in execution order.</summary>
public sealed class PackageBuilder
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public List<TensorDefinition> Tensors { get; } = [];

    public List<OperatorDefinition> Operators { get; } = [];

    /// <summary>Stored arrays; the index is what operators refer to.</summary>
    public List<ConstantData> Constants { get; } = [];

    public int AddInt8(string name, int[] shape, QuantizationParameters parameters) => Add(new TensorDefinition
    {
        Name = Unique(name),
        Type = ElementType.Int8,
        Shape = AtLeastRank1(shape),
        RowStride = AtLeastRank1(shape)[^1],
        Scale = parameters.Scale,
        ZeroPoint = parameters.ZeroPoint,
    });

    public int AddFloat(string name, int[] shape, int? constant = null) => Add(new TensorDefinition
    {
        Name = Unique(name),
        Type = ElementType.Float32,
        Shape = AtLeastRank1(shape),
        RowStride = AtLeastRank1(shape)[^1],
        Constant = constant,
    });

    /// <summary>Tensor of float32 constants.</summary>
    public int AddFloatConstant(string name, Tensor data) => AddFloat(name, data.Shape, AddConstant<float>(AtLeastRank1(data.Shape), data.Floats));

    public int AddConstant<T>(int[] shape, ReadOnlySpan<T> data)
        where T : unmanaged
    {
        Constants.Add(ConstantData.From(shape, data));
        return Constants.Count - 1;
    }

    public void Add(OperatorDefinition definition) => Operators.Add(definition);

    private static int[] AtLeastRank1(int[] shape) => shape.Length == 0 ? [1] : shape;

    private int Add(TensorDefinition tensor)
    {
        Tensors.Add(tensor);
        return Tensors.Count - 1;
    }

    private string Unique(string name)
    {
        string candidate = name;
        for (int i = 1; !_names.Add(candidate); i++)
            candidate = $"{name}_{i}";
        return candidate;
    }
}
