using System.Numerics;

namespace Edge.Training.Autograd.Operators;

/// <summary>One node: computes its outputs for a batch, and from their gradients those of its inputs and parameters.</summary>
internal abstract class Operator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public abstract IReadOnlyList<Activation<T>> Inputs { get; }

    public abstract IReadOnlyList<Activation<T>> Outputs { get; }

    public virtual IEnumerable<Parameter<T>> Parameters => [];

    public virtual IEnumerable<StateTensor<T>> State => [];

    /// <summary>Values of parameters that the operator rounds before it computes with them, and what they are rounded to.</summary>
    public virtual IEnumerable<(T[] Values, T[] Rounded)> Rounded() => [];

    public abstract void Forward(in PassContext pass);

    /// <summary>
    /// Called when an output needs a gradient. Adds to the gradients of trainable parameters and of those inputs that need one.
    /// </summary>
    public abstract void Backward(in PassContext pass);

    /// <summary>Whether a trainable parameter lies in this operator or in front of it.</summary>
    public bool ReachesParameters() => Inputs.Any(i => i.NeedsGradient) || Parameters.Any(p => p.Trainable);
}

/// <summary>An operator with one input and one output.</summary>
internal abstract class UnaryOperator<T>(Activation<T> input, Activation<T> output) : Operator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public Activation<T> Input => input;

    public Activation<T> Output => output;

    public override IReadOnlyList<Activation<T>> Inputs { get; } = [input];

    public override IReadOnlyList<Activation<T>> Outputs { get; } = [output];
}
