using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>Finds the float32 form of a convolution or pool; the other float32 operators have one form each.</summary>
internal static class FloatKernels
{
    public static PreparedOperator Conv(FloatConvOperator op, PreparationContext context)
    {
        int inputs = context.Tensor(op.Inputs[0]).Channels, outputs = context.Tensor(op.Outputs[0]).Channels;
        return op.Groups > 1 && op.Groups == inputs && inputs == outputs ? new FloatDepthwise(op, context) : FloatTiles.Conv(op, context);
    }

    public static PreparedOperator Pool(PoolOperator op, PreparationContext context) => op.Kind switch
    {
        PoolKind.Max => new FloatPool<FloatMaxPooling>(op, context),
        PoolKind.Average => new FloatPool<FloatAveragePooling>(op, context),
        _ => throw new NotSupportedException($"'{op.Name}': unknown pool {op.Kind}"),
    };
}
