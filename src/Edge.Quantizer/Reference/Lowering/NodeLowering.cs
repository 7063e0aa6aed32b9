using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference.Lowering;

/// <summary>Brings one node of the canonical form to operators of the runtime: the one place that knows all of them.</summary>
internal static class NodeLowering
{
    /// <exception cref="InvalidDataException">The node is outside of what the executor computes.</exception>
    public static void Lower(Node node, FloatProgram program)
    {
        if (node.Outputs.Count > 1 && node.OpType != OpTypes.Split)
            throw new InvalidDataException($"{node}: a second output is not supported");
        switch (node.OpType)
        {
            case OpTypes.Conv:
                WindowLowering.Conv(node, program);
                return;
            case OpTypes.Gemm:
                MatrixLowering.Gemm(node, program);
                return;
            case OpTypes.Identity or OpTypes.Dropout or OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze
                or OpTypes.Cast:
                if (node.Output.Type != DataType.Float32)
                    throw new InvalidDataException($"{node}: its result is {node.Output.Type}; the float executor computes with Float32");
                PassOn(node, program);
                return;
            case OpTypes.Sum or OpTypes.Max or OpTypes.Min when node.Inputs.Count == 1:
                PassOn(node, program);
                return;
            default:
                LowerComputed(node, program);
                break;
        }

        if (Bounds(node) is (var low, var high))
            Clip(node, program, program.Output(node), low, high);
    }

    /// <summary>The output has the elements of the first input, bounded where an activation was fused.</summary>
    public static void PassOn(Node node, FloatProgram program)
    {
        int x = program.Input(node, 0);
        if (Bounds(node) is (var low, var high))
            Clip(node, program, program.View(x, program.Shape(program.Output(node))), program.Output(node), low, high);
        else
            program.SetView(node.Output, x);
    }

    /// <summary>The bounds of a fused activation, or null.</summary>
    public static (float? Low, float? High)? Bounds(Node node)
    {
        float? low = node.Attributes.Has(OpTypes.FusedLow) ? node.Attributes.Float(OpTypes.FusedLow, 0) : null;
        float? high = node.Attributes.Has(OpTypes.FusedHigh) ? node.Attributes.Float(OpTypes.FusedHigh, 0) : null;
        return low is null && high is null ? null : (low, high);
    }

    /// <summary>Bounds a slot in place.</summary>
    public static void Clip(Node node, FloatProgram program, int slot, float? low, float? high)
    {
        Clip(node, program, slot, slot, low, high);
        program.ForgetNhwc(slot);
    }

    public static bool IsNhwc(Node node) => node.Attributes.Text(OpTypes.Layout, "") == "NHWC";

    private static void Clip(Node node, FloatProgram program, int x, int y, float? low, float? high) =>
        program.Emit(new FloatUnaryOperator { Name = node.Name, Inputs = [x], Outputs = [y], Kind = FloatUnaryKind.Clip, Alpha = low, Beta = high });

    private static void LowerComputed(Node node, FloatProgram program)
    {
        switch (node.OpType)
        {
            case OpTypes.MaxPool or OpTypes.AveragePool:
                WindowLowering.Pool(node, program);
                break;
            case OpTypes.GlobalAveragePool or OpTypes.GlobalMaxPool:
                WindowLowering.GlobalPool(node, program);
                break;
            case OpTypes.Resize:
                MovementLowering.Resize(node, program);
                break;
            case OpTypes.MatMul:
                MatrixLowering.MatMul(node, program);
                break;
            case OpTypes.Softmax or OpTypes.Lrn or OpTypes.ReduceMean:
                ReductionLowering.Lower(node, program);
                break;
            case OpTypes.Concat or OpTypes.Split or OpTypes.Slice or OpTypes.Pad or OpTypes.Transpose or OpTypes.ChannelShuffle:
                MovementLowering.Lower(node, program);
                break;
            default:
                ElementwiseLowering.Lower(node, program);
                break;
        }
    }
}
