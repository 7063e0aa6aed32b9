using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
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
            InstructionSet.AvxVnni when X86Base.IsSupported => new VectorProduct<Gemm1x16AvxVnni>(problem, context, "VectorProduct1x16AvxVnni"),
            InstructionSet.Avx2 when X86Base.IsSupported => new VectorProduct<Gemm1x16Avx2>(problem, context, "VectorProduct1x16Avx2"),
            InstructionSet.NeonDot when ArmBase.Arm64.IsSupported => new VectorProduct<Gemm1x16NeonDot>(problem, context, "VectorProduct1x16NeonDot"),
            InstructionSet.Neon when ArmBase.Arm64.IsSupported => new VectorProduct<Gemm1x8Neon>(problem, context, "VectorProduct1x8Neon"),
            InstructionSet.Scalar => new ConvScalar(problem, nameof(ConvScalar)),
            _ => throw new NotSupportedException($"no vector product for {context.InstructionSet}"),
        };
    }
}
