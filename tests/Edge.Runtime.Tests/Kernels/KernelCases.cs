using Edge.Runtime.Format;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>
/// Operators with vector forms, each with the tensors to run it on: a case fills the harness and returns the operator. The last
/// argument is the length along which vectors run (channels). Random values, extremes among them; the same for the same seed.
/// </summary>
internal static class KernelCases
{
    private static readonly Window Three = new()
    {
        KernelHeight = 3,
        KernelWidth = 3,
        StrideY = 2,
        StrideX = 2,
        PadTop = 1,
        PadLeft = 1,
        PadBottom = 1,
        PadRight = 1,
    };

    private static readonly Window Valid = new() { KernelHeight = 3, KernelWidth = 3, StrideY = 2, StrideX = 2 };

    private static readonly Window Uneven = new()
    {
        KernelHeight = 2,
        KernelWidth = 4,
        StrideY = 1,
        StrideX = 3,
        DilationY = 2,
        PadTop = 0,
        PadLeft = 3,
        PadBottom = 1,
        PadRight = 0,
    };

    public static SortedDictionary<string, Func<KernelHarness, Random, int, OperatorDefinition>> All { get; } = new()
    {
        ["add, unequal scales"] = (h, r, n) => Add(h, r, [3, n], 0.031f, -7, 0.0173f, 12, 0.0281f, 3),
        ["add, zero points at the ends, ReLU"] = (h, r, n) => Add(h, r, [3, n], 0.5f, -128, 0.25f, 127, 0.5f, -128, low: -128, high: 50),
        ["add, ties"] = (h, r, n) => Add(h, r, [2, n], 0.5f, 0, 0.5f, 0, 1, 0),
        ["add, values beyond float32"] = (h, r, n) => Add(h, r, [3, n], 3e38f, 4, 2e38f, -9, 1, 5, low: -30, high: 100),
        ["add, channel slices"] = (h, r, n) => Add(h, r, [1, 3, 5, n], 0.03f, 4, 0.02f, -9, 0.04f, 0, gap: 5),
        ["add, longer than a piece"] = (h, r, n) => Add(h, r, [1, 9000 + n], 0.03f, 4, 0.02f, -9, 0.04f, 0),
        ["quantize"] = (h, r, n) => Quantize(h, r, [3, n], 0.0371f, 11, 0),
        ["quantize into a channel slice"] = (h, r, n) => Quantize(h, r, [3, n], 0.5f, -128, 3),
        ["dequantize"] = (h, r, n) => Dequantize(h, r, [3, n], 0.0371f, -128, 0),
        ["dequantize a channel slice"] = (h, r, n) => Dequantize(h, r, [3, n], 1.7f, 127, 3),
        ["lookup"] = (h, r, n) => Lookup(h, r, [4, n], 0),
        ["lookup, channel slices"] = (h, r, n) => Lookup(h, r, [4, n], 2),
        ["lookup, longer than a piece"] = (h, r, n) => Lookup(h, r, [1, 9000 + n], 0),
        ["concat, unequal scales"] = Concat,
        ["max pool 3x3 stride 2"] = (h, r, n) => Pool(h, r, PoolKind.Max, Three, [1, 7, 8, n], [1, 4, 4, n]),
        ["max pool 3x3 ceil mode, channel slices"] = (h, r, n) =>
            Pool(h, r, PoolKind.Max, Three with { PadBottom = 0, PadRight = 0 }, [1, 6, 6, n], [1, 4, 4, n], gap: 7),
        ["max pool 3x3 stride 2 without padding, clamped, channel slices"] = (h, r, n) =>
            Pool(h, r, PoolKind.Max, Valid, [1, 8, 7, n], [1, 3, 3, n], low: -20, high: 90, gap: 3),
        ["max pool 3x3 stride 2 padded behind"] = (h, r, n) =>
            Pool(h, r, PoolKind.Max, Valid with { PadBottom = 1, PadRight = 1 }, [1, 6, 8, n], [1, 3, 4, n]),
        ["max pool 3x3 stride 1"] = (h, r, n) =>
            Pool(h, r, PoolKind.Max, Three with { StrideY = 1, StrideX = 1 }, [1, 4, 5, n], [1, 4, 5, n], gap: 1),
        ["max pool 3x3 stride 1 without padding"] = (h, r, n) =>
            Pool(h, r, PoolKind.Max, Valid with { StrideY = 1, StrideX = 1 }, [1, 4, 5, n], [1, 2, 3, n]),
        ["max pool 3x3 of a single column"] = (h, r, n) =>
            Pool(h, r, PoolKind.Max, Three with { StrideY = 1, StrideX = 1 }, [1, 2, 1, n], [1, 2, 1, n], low: 3),
        ["max pool, uneven window, clamped"] = (h, r, n) =>
            Pool(h, r, PoolKind.Max, Uneven, [1, 5, 7, n], [1, 4, 3, n], low: -20, high: 90),
        ["average pool 3x3 stride 2"] = (h, r, n) => Pool(h, r, PoolKind.Average, Three, [1, 7, 8, n], [1, 4, 4, n]),
        ["average pool 3x3 that counts the padding, ceil mode"] = (h, r, n) => Pool(
            h, r, PoolKind.Average, Three with { PadBottom = 0, PadRight = 0 }, [1, 6, 6, n], [1, 4, 4, n], includePad: true),
        ["average pool, uneven window, clamped, channel slices"] = (h, r, n) =>
            Pool(h, r, PoolKind.Average, Uneven, [1, 5, 7, n], [1, 4, 3, n], low: -20, high: 90, gap: 3),
        ["global average pool 7x7"] = (h, r, n) => Global(h, r, 7, 7, n),
        ["global average pool of more terms than an int16 sum holds"] = (h, r, n) => Global(h, r, 23, 29, n),
        ["global average pool to float"] = (h, r, n) => ToFloat(h, Global(h, r, 7, 7, n)),
        ["average pool, uneven window, to float, channel slices"] = (h, r, n) =>
            ToFloat(h, Pool(h, r, PoolKind.Average, Uneven, [1, 5, 7, n], [1, 4, 3, n], gap: 3), gap: 6),
        ["bilinear resize x2"] = (h, r, n) => Resize(h, r, CoordinateMode.HalfPixel, [1, 4, 5, n], [1, 8, 10, n]),
        ["bilinear resize by uneven factors, channel slices"] = (h, r, n) =>
            Resize(h, r, CoordinateMode.AlignCorners, [1, 4, 5, n], [1, 7, 3, n], gap: 4),
        ["bilinear resize down"] = (h, r, n) => Resize(h, r, CoordinateMode.Asymmetric, [1, 9, 8, n], [1, 4, 3, n]),
        ["channel shuffle of 2 groups"] = (h, r, n) => Shuffle(h, r, 2, 2 * n, 0),
        ["channel shuffle of 3 groups"] = (h, r, n) => Shuffle(h, r, 3, 3 * n, 0),
        ["channel shuffle of 4 groups, channel slices"] = (h, r, n) => Shuffle(h, r, 4, 4 * n, 5),
        ["channel shuffle of 8 groups"] = (h, r, n) => Shuffle(h, r, 8, 8 * n, 0),
    };

    /// <summary>Random int8 values, an eighth of them the smallest and an eighth the largest.</summary>
    public static sbyte[] Bytes(Random random, int count)
    {
        var data = new sbyte[count];
        for (int i = 0; i < count; i++)
        {
            data[i] = random.Next(8) switch
            {
                0 => sbyte.MinValue,
                1 => sbyte.MaxValue,
                _ => (sbyte)random.Next(-128, 128),
            };
        }

        return data;
    }

    private static int Volume(int[] shape) => shape.Aggregate(1, (a, b) => a * b);

    private static int Input(KernelHarness h, Random r, int[] shape, float scale, int zeroPoint, int gap = 0) =>
        h.AddInt8(shape, Bytes(r, Volume(shape)), scale, zeroPoint, shape[^1] + gap);

    private static AddOperator Add(
        KernelHarness h, Random r, int[] shape, float sa, int za, float sb, int zb, float sy, int zy, int low = -128, int high = 127, int gap = 0) =>
        new()
        {
            Name = "add",
            Inputs = [Input(h, r, shape, sa, za, gap), Input(h, r, shape, sb, zb, 2 * gap)],
            Outputs = [h.AddInt8(shape, null, sy, zy, shape[^1] + gap)],
            Low = low,
            High = high,
        };

    private static QuantizeOperator Quantize(KernelHarness h, Random r, int[] shape, float scale, int zeroPoint, int gap)
    {
        float[] special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 1e30f, -1e30f, scale / 2, scale * 1.5f, 1e-40f];
        var data = new float[Volume(shape)];
        for (int i = 0; i < data.Length; i++)
            data[i] = i % 5 == 3 ? special[r.Next(special.Length)] : ((r.NextSingle() * 300) - 150) * scale;
        return new()
        {
            Name = "quantize",
            Inputs = [h.AddFloat(shape, data)],
            Outputs = [h.AddInt8(shape, null, scale, zeroPoint, shape[^1] + gap)],
        };
    }

    private static DequantizeOperator Dequantize(KernelHarness h, Random r, int[] shape, float scale, int zeroPoint, int gap) => new()
    {
        Name = "dequantize",
        Inputs = [Input(h, r, shape, scale, zeroPoint, gap)],
        Outputs = [h.AddFloat(shape)],
    };

    private static LookupOperator Lookup(KernelHarness h, Random r, int[] shape, int gap) => new()
    {
        Name = "lookup",
        Inputs = [Input(h, r, shape, 1, 0, gap)],
        Outputs = [h.AddInt8(shape, rowStride: shape[^1] + (2 * gap))],
        Table = h.AddConstant(Bytes(r, 256)),
    };

    private static ConcatOperator Concat(KernelHarness h, Random r, int n) => new()
    {
        Name = "concat",
        Inputs = [Input(h, r, [1, 2, 3, n], 0.02f, 5), Input(h, r, [1, 2, 3, 9], 0.04f, 1, 2), Input(h, r, [1, 2, 3, n + 1], 0.09f, -100)],
        Outputs = [h.AddInt8([1, 2, 3, (2 * n) + 10], null, 0.04f, 1, (2 * n) + 12)],
        Axis = 3,
    };

    private static PoolOperator Pool(
        KernelHarness h, Random r, PoolKind kind, Window window, int[] input, int[] output, bool includePad = false, int low = -128,
        int high = 127, int gap = 0) => new()
        {
            Name = "pool",
            Inputs = [Input(h, r, input, 0.031f, -17, gap)],
            Outputs = [h.AddInt8(output, null, kind == PoolKind.Max ? 0.031f : 0.027f, kind == PoolKind.Max ? -17 : 9, output[^1] + (2 * gap))],
            Kind = kind,
            Window = window,
            CountIncludePad = includePad,
            Low = low,
            High = high,
        };

    private static PoolOperator Global(KernelHarness h, Random r, int height, int width, int n) =>
        Pool(h, r, PoolKind.Average, new Window { KernelHeight = height, KernelWidth = width }, [1, height, width, n], [1, 1, 1, n]);

    private static PoolOperator ToFloat(KernelHarness h, PoolOperator pool, int gap = 0)
    {
        int[] shape = h.Tensor(pool.Outputs[0]).Shape;
        return pool with { Outputs = [h.AddFloat(shape, null, shape[^1] + gap)] };
    }

    private static ResizeOperator Resize(KernelHarness h, Random r, CoordinateMode mode, int[] input, int[] output, int gap = 0) => new()
    {
        Name = "resize",
        Inputs = [Input(h, r, input, 0.1f, 5, gap)],
        Outputs = [h.AddInt8(output, null, 0.1f, 5, output[^1] + (2 * gap))],
        Mode = ResizeMode.Bilinear,
        Coordinates = mode,
        ScaleY = (float)output[1] / input[1],
        ScaleX = (float)output[2] / input[2],
    };

    private static ChannelShuffleOperator Shuffle(KernelHarness h, Random r, int groups, int channels, int gap) => new()
    {
        Name = "shuffle",
        Inputs = [Input(h, r, [1, 3, 2, channels], 1, 0, gap)],
        Outputs = [h.AddInt8([1, 3, 2, channels], rowStride: channels + (2 * gap))],
        Groups = groups,
    };
}
