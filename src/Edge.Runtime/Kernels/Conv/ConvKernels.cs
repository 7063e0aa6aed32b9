using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Convolution and fully connected layers: picks the kernel and prepares it.</summary>
internal static class ConvKernels
{
    public static PreparedOperator Prepare(ConvOperator op, PreparationContext context)
    {
        ConvProblem problem = ConvProblem.From(op, context);
        return ConvKernelTable.Choose(problem, context.InstructionSet).Prepare(problem, context);
    }

    public static PreparedOperator Prepare(FullyConnectedOperator op, PreparationContext context)
    {
        ConvProblem problem = ConvProblem.From(op, context);
        return ConvKernelTable.Choose(problem, context.InstructionSet).Prepare(problem, context);
    }
}
