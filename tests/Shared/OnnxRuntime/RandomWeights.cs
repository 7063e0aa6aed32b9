using System.Runtime.InteropServices;
using Edge.Quantizer.Onnx.Schema;
using Google.Protobuf;

namespace Edge.Tests;

/// <summary>
/// Fills networks whose weights are ConstantOfShape nodes (ONNX's "light" models) with seeded random numbers of sane size:
/// uniform with He's variance 2 / fan-in (arXiv:1502.01852) for weights, near 1 for scales and variances, near 0 for offsets.
/// </summary>
internal static class RandomWeights
{
    private enum Role
    {
        Weights,
        TransposedWeights,
        NearOne,
        NearZero,
    }

    /// <summary>Replaces every ConstantOfShape by an initializer. The same seed gives the same numbers.</summary>
    public static void Fill(ModelProto model, int seed)
    {
        GraphProto graph = model.Graph;
        var shapes = new Dictionary<string, TensorProto>();
        foreach (TensorProto initializer in graph.Initializer)
            shapes[initializer.Name] = initializer;
        foreach (NodeProto constant in graph.Node.Where(n => n.OpType == "Constant"))
            shapes[constant.Output[0]] = constant.Attribute[0].T;

        var random = new Random(seed);
        foreach (NodeProto node in graph.Node.Where(n => n.OpType == "ConstantOfShape").ToList())
        {
            long[] shape = Longs(shapes[node.Input[0]]);
            graph.Node.Remove(node);
            graph.Initializer.Add(new TensorProto
            {
                Name = node.Output[0],
                DataType = (int)TensorProto.Types.DataType.Float,
                Dims = { shape },
                RawData = UnsafeByteOperations.UnsafeWrap(Numbers(shape, RoleOf(graph, node.Output[0]), random)),
            });
        }
    }

    private static Role RoleOf(GraphProto graph, string value)
    {
        NodeProto reader = graph.Node.First(n => n.Input.Contains(value));
        if (reader.OpType is "Unsqueeze" or "Reshape")
            return RoleOf(graph, reader.Output[0]);
        int place = reader.Input.IndexOf(value);
        return (reader.OpType, place) switch
        {
            ("Conv", 1) => Role.Weights,
            ("Gemm", 1) => reader.Attribute.Any(a => a.Name == "transB" && a.I == 1) ? Role.Weights : Role.TransposedWeights,
            ("BatchNormalization", 1 or 4) or ("Mul", _) => Role.NearOne,
            ("BatchNormalization", 2 or 3) or ("Conv" or "Gemm", 2) or ("Add", _) => Role.NearZero,
            _ => throw new InvalidDataException($"a random constant for input {place} of {reader.OpType} is not defined"),
        };
    }

    private static byte[] Numbers(long[] shape, Role role, Random random)
    {
        long count = shape.Aggregate(1L, (a, b) => a * b);
        long fanIn = role == Role.Weights ? count / shape[0] : shape[0];
        (float center, float reach) = role switch
        {
            Role.NearOne => (1f, 0.4f),
            Role.NearZero => (0f, 0.1f),
            _ => (0f, MathF.Sqrt(6f / fanIn)),
        };
        byte[] bytes = new byte[count * sizeof(float)];
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = center + (reach * ((2 * random.NextSingle()) - 1));
        return bytes;
    }

    private static long[] Longs(TensorProto tensor) =>
        tensor.Int64Data.Count > 0 ? [.. tensor.Int64Data] : MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray();
}
