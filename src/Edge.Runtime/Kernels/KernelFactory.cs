using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels;

/// <summary>Finds the kernel of an operator: the one place that knows them all.</summary>
internal static class KernelFactory
{
    /// <summary>Makes the operator ready to run on the context's tensors with its instruction set.</summary>
    /// <param name="op">An operator that the verifier accepted.</param>
    /// <exception cref="NotSupportedException">No kernel for this kind of operator is built in.</exception>
    public static PreparedOperator Prepare(OperatorDefinition op, PreparationContext context) => op switch
    {
        _ => throw new NotSupportedException(
            $"operator '{op.Name}': this build has no kernel for {op.GetType().Name} on {context.InstructionSet}"),
    };
}
