using System.Numerics;
using Edge.Quantizer.Graph;
using Edge.Training.Autograd.Operators;
using Edge.Training.Quantization;

namespace Edge.Training.Autograd.Compilation;

/// <summary>What <see cref="NetworkCompiler{T}"/> makes of a graph.</summary>
internal sealed record CompiledNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public required Activation<T> Input { get; init; }

    public required Activation<T> Output { get; init; }

    /// <summary>In order of execution.</summary>
    public required IReadOnlyList<Operator<T>> Operators { get; init; }

    public required IReadOnlyList<Parameter<T>> Parameters { get; init; }

    public required IReadOnlyList<StateTensor<T>> State { get; init; }

    /// <summary>The graph's constants and the arrays that stand for them here.</summary>
    public required IReadOnlyList<(Value Constant, T[] Data)> Sources { get; init; }

    /// <summary>Of quantization-aware training; empty without it.</summary>
    public required IReadOnlyList<ActivationRange> Ranges { get; init; }

    public required QuantizationPhase Phase { get; init; }

    public required NetworkSwitches Switches { get; init; }
}
