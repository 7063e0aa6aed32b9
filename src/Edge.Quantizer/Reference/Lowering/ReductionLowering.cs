using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference.Lowering;

/// <summary>Operators that look along whole axes.</summary>
internal static class ReductionLowering
{
    public static void Lower(Node node, FloatProgram program)
    {
        int x = program.Input(node, 0), y = program.Output(node);
        Attributes a = node.Attributes;
        switch (node.OpType)
        {
            case OpTypes.Softmax:
                program.Emit(new FloatSoftmaxOperator { Name = node.Name, Inputs = [x], Outputs = [y], Axis = a.Int("axis", program.Shape(x).Length - 1) });
                break;
            case OpTypes.ReduceMean:
                Mean(node, program, x, y, a.Ints("axes")!);
                break;
            default:
                OnChannelsLast(node, program, (image, result) => program.Emit(new FloatLrnOperator
                {
                    Name = node.Name,
                    Inputs = [image],
                    Outputs = [result],
                    Size = a.Int("size", 1),
                    Alpha = a.Float("alpha", 1e-4f),
                    Beta = a.Float("beta", 0.75f),
                    Bias = a.Float("bias", 1),
                }));
                break;
        }
    }

    public static void Mean(Node node, FloatProgram program, int x, int y, int[] axes)
    {
        if (axes.Length == 0)
            program.Emit(new SliceOperator { Name = node.Name, Inputs = [x], Outputs = [y], Begin = new int[program.Shape(x).Length], Step = [.. program.Shape(x).Select(_ => 1)] });
        else
            program.Emit(new FloatReduceMeanOperator { Name = node.Name, Inputs = [x], Outputs = [y], Axes = axes });
    }

    /// <summary>Runs an operator that keeps the shape and wants channels last on a node of either layout and any rank.</summary>
    private static void OnChannelsLast(Node node, FloatProgram program, Action<int, int> emit)
    {
        int x = program.Input(node, 0), y = program.Output(node);
        if (NodeLowering.IsNhwc(node))
        {
            emit(x, y);
            return;
        }

        int[] s = program.Shape(x);
        int pixels = Tensor.Volume(s.AsSpan(2));
        int image = program.ToNhwc(program.View(x, s[0], s[1], 1, pixels)), result = program.Temporary(s[0], 1, pixels, s[1]);
        emit(image, result);
        program.FromNhwc(result, program.View(y, s[0], s[1], 1, pixels));
    }
}
