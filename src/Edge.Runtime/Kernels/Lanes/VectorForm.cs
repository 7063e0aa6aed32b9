using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Lanes;

/// <summary>The forms of kernels that have no use for dot products.</summary>
internal enum VectorForm
{
    Scalar,
    Avx2,
    Neon,
}

internal static class VectorForms
{
    /// <summary>AVX-VNNI cores run the AVX2 form, dot-product cores the NEON form.</summary>
    public static VectorForm VectorForm(this PreparationContext context) => context.InstructionSet switch
    {
        InstructionSet.Avx2 or InstructionSet.AvxVnni => Lanes.VectorForm.Avx2,
        InstructionSet.Neon or InstructionSet.NeonDot => Lanes.VectorForm.Neon,
        _ => Lanes.VectorForm.Scalar,
    };
}
