using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference.Lowering;

/// <summary>Convolutions and pools of one to three spatial axes, in either layout.</summary>
internal static class WindowLowering
{
    public static void Conv(Node node, FloatProgram program)
    {
        WindowAttributes window = WindowAttributes.From(node);
        Tensor weights = node.Input(1).Constant ?? throw new InvalidDataException($"{node}: its weights ('{node.Input(1).Name}') must be constant");
        float[] bias = node.InputOrNull(2) is not { } given
            ? new float[weights.Shape[0]]
            : given.Constant?.Floats ?? throw new InvalidDataException($"{node}: its bias ('{given.Name}') must be constant");
        int groups = node.Attributes.Int("group", 1);
        (float? low, float? high) = NodeLowering.Bounds(node) ?? (null, null);
        if (window.SpatialRank == 3)
        {
            VolumeWindow.Emit(node, program, window, VolumeWindowKind.Conv, weights.Floats, bias, groups);
            if (low is not null || high is not null)
                NodeLowering.Clip(node, program, program.Output(node), low, high);
            return;
        }

        OnImages(node, program, (x, y) => program.Emit(new FloatConvOperator
        {
            Name = node.Name,
            Inputs = [x],
            Outputs = [y],
            Window = Window(window),
            Groups = groups,
            Weights = program.Weights(() => ChannelsLast(weights)),
            Bias = program.Weights(() => bias),
            Low = low,
            High = high,
        }));
    }

    public static void Pool(Node node, FloatProgram program)
    {
        WindowAttributes window = WindowAttributes.From(node);
        bool max = node.OpType == OpTypes.MaxPool;
        if (window.SpatialRank == 3)
        {
            VolumeWindow.Emit(node, program, window, max ? VolumeWindowKind.Max : VolumeWindowKind.Average, [], [], 1);
            return;
        }

        OnImages(node, program, (x, y) => program.Emit(new PoolOperator
        {
            Name = node.Name,
            Inputs = [x],
            Outputs = [y],
            Kind = max ? PoolKind.Max : PoolKind.Average,
            Window = Window(window),
            CountIncludePad = window.CountIncludePad,
        }));
    }

    public static void GlobalPool(Node node, FloatProgram program)
    {
        int x = program.Input(node, 0), y = program.Output(node);
        int[] s = program.Shape(x);
        bool nhwc = NodeLowering.IsNhwc(node);
        if (node.OpType == OpTypes.GlobalAveragePool)
        {
            ReductionLowering.Mean(node, program, x, y, [.. Enumerable.Range(nhwc ? 1 : 2, s.Length - 2)]);
            return;
        }

        // All pixels as one row.
        (int channels, int pixels) = nhwc ? (s[^1], Tensor.Volume(s.AsSpan(1..^1))) : (s[1], Tensor.Volume(s.AsSpan(2)));
        int image = nhwc ? program.View(x, s[0], 1, pixels, channels) : program.ToNhwc(program.View(x, s[0], channels, 1, pixels));
        program.Emit(new PoolOperator
        {
            Name = node.Name,
            Inputs = [image],
            Outputs = [program.View(y, s[0], 1, 1, channels)],
            Kind = PoolKind.Max,
            Window = new Window { KernelHeight = 1, KernelWidth = pixels },
        });
    }

    /// <summary>Emits an operator on NHWC images for a node of either layout, with one or two spatial axes.</summary>
    private static void OnImages(Node node, FloatProgram program, Action<int, int> emit)
    {
        bool nhwc = NodeLowering.IsNhwc(node);
        int x = MovementLowering.AsImage(program, program.Input(node, 0), nhwc);
        int y = MovementLowering.AsImage(program, program.Output(node), nhwc);
        if (nhwc)
        {
            emit(x, y);
            return;
        }

        int[] s = program.Shape(y);
        int image = program.ToNhwc(x), result = program.Temporary(s[0], s[2], s[3], s[1]);
        emit(image, result);
        program.FromNhwc(result, y);
    }

    private static Window Window(WindowAttributes w) => w.SpatialRank == 1
        ? new Window
        {
            KernelHeight = 1,
            KernelWidth = w.Kernel[0],
            StrideX = w.Strides[0],
            DilationX = w.Dilations[0],
            PadLeft = w.PadsBegin[0],
            PadRight = w.PadsEnd[0],
        }
        : new Window
        {
            KernelHeight = w.Kernel[0],
            KernelWidth = w.Kernel[1],
            StrideY = w.Strides[0],
            StrideX = w.Strides[1],
            DilationY = w.Dilations[0],
            DilationX = w.Dilations[1],
            PadTop = w.PadsBegin[0],
            PadLeft = w.PadsBegin[1],
            PadBottom = w.PadsEnd[0],
            PadRight = w.PadsEnd[1],
        };

    /// <summary>[O, I, kernel…] to [O, kernel…, I].</summary>
    private static float[] ChannelsLast(Tensor weights)
    {
        (int outputs, int inputs, int taps) = (weights.Shape[0], weights.Shape[1], Tensor.Volume(weights.Shape.AsSpan(2)));
        if (taps == 1 || inputs == 1)
            return weights.Floats;
        var moved = new float[weights.Count];
        for (int o = 0; o < outputs; o++)
        {
            ReadOnlySpan<float> from = weights.Floats.AsSpan(o * inputs * taps, inputs * taps);
            Span<float> to = moved.AsSpan(o * inputs * taps, inputs * taps);
            for (int i = 0; i < inputs; i++)
            {
                for (int t = 0; t < taps; t++)
                    to[(t * inputs) + i] = from[(i * taps) + t];
            }
        }

        return moved;
    }
}
