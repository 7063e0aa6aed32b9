using Edge.Runtime.Execution;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>A theory about kernels of one instruction set; skipped, visibly, on a core without it.</summary>
internal sealed class InstructionSetTheoryAttribute : TheoryAttribute
{
    public InstructionSetTheoryAttribute(InstructionSet set)
    {
        if (!InstructionSets.IsSupported(set))
            Skip = $"this core has no {set}";
    }
}
