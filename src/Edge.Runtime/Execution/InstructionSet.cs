using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Execution;

/// <summary>The five forms that every int8 kernel has; all give the same bytes.</summary>
public enum InstructionSet
{
    /// <summary>The readable reference: the definition of every result.</summary>
    Scalar,

    /// <summary>AVX2 and FMA: Haswell, Zen and later.</summary>
    Avx2,
    AvxVnni,
    Neon,

    /// <summary>NEON with the dot-product extension (SDOT): Cortex-A55, A76 and later.</summary>
    NeonDot,
}

public static class InstructionSets
{
    /// <summary>Environment variable that picks a form by hand: scalar, avx2, avxvnni, neon or neondot.</summary>
    public const string Variable = "EDGE_ISA";

    /// <summary>The fastest form that this core runs.</summary>
    public static InstructionSet Best =>
        IsSupported(InstructionSet.AvxVnni) ? InstructionSet.AvxVnni
        : IsSupported(InstructionSet.Avx2) ? InstructionSet.Avx2
        : Dp.IsSupported ? InstructionSet.NeonDot
        : AdvSimd.Arm64.IsSupported ? InstructionSet.Neon
        : InstructionSet.Scalar;

    public static bool IsSupported(InstructionSet set) => set switch
    {
        InstructionSet.Scalar => true,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        InstructionSet.AvxVnni => AvxVnni.IsSupported && Fma.IsSupported,
        InstructionSet.Neon => AdvSimd.Arm64.IsSupported,
        InstructionSet.NeonDot => Dp.IsSupported,
        _ => false,
    };

    /// <summary><see cref="Best"/>, unless <see cref="Variable"/> asks for another form.</summary>
    /// <exception cref="NotSupportedException">The variable names no form, or one that this core lacks.</exception>
    public static InstructionSet Choose()
    {
        string? wanted = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(wanted))
            return Best;
        if (!Enum.TryParse(wanted, ignoreCase: true, out InstructionSet set) || !Enum.IsDefined(set))
            throw new NotSupportedException($"{Variable}={wanted}: known are scalar, avx2, avxvnni, neon and neondot");
        if (!IsSupported(set))
            throw new NotSupportedException($"{Variable}={wanted}: this core has no {set}; leave {Variable} unset to use {Best}");
        return set;
    }
}
