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
        if (!problem.IsReal)
            return ConvKernelTable.Choose(problem, context.InstructionSet).Prepare(problem, context);
        return context.InstructionSet switch
        {
            InstructionSet.AvxVnni => new VectorProduct<Gemm1x16AvxVnni>(problem, context, "VectorProduct1x16AvxVnni"),
            InstructionSet.Avx2 => new VectorProduct<Gemm1x16Avx2>(problem, context, "VectorProduct1x16Avx2"),
            InstructionSet.NeonDot => new VectorProduct<Gemm1x16NeonDot>(problem, context, "VectorProduct1x16NeonDot"),
            InstructionSet.Neon => new VectorProduct<Gemm1x8Neon>(problem, context, "VectorProduct1x8Neon"),
            _ => new ConvScalar(problem, nameof(ConvScalar)),
        };
    }
}
