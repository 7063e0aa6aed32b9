using System.Numerics;
using Edge.Quantizer.Graph;

namespace Edge.Training.Autograd;

/// <summary>A constant of the graph that training may change, with the gradient of the loss.</summary>
public sealed class Parameter<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal Parameter(string name, Tensor constant, bool decay, bool trainable)
    {
        Name = name;
        Shape = [.. constant.Shape];
        Value = Array.ConvertAll(constant.Floats, T.CreateChecked);
        Gradient = new T[Value.Length];
        Decay = decay;
        Trainable = trainable;
    }

    /// <summary>The name of the graph's constant.</summary>
    public string Name { get; }

    /// <summary>As in the graph: convolutions [O, I/g, kH, kW].</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>In the graph's order. Optimizers change it in place.</summary>
    public T[] Value { get; }

    /// <summary>Backward adds to it; <see cref="Network{T}.ZeroGradients"/> clears it.</summary>
    public T[] Gradient { get; }

    /// <summary>
    /// Whether weight decay applies: weights of convolutions and fully connected layers, not biases nor batch norms.
    /// </summary>
    public bool Decay { get; }

    /// <summary>
    /// False freezes the parameter: optimizers pass over it, and backward spares what only it needs. Constants of arithmetic
    /// nodes that are no bias (a network's own input scaling, say) start frozen, everything else does not.
    /// </summary>
    public bool Trainable { get; set; }

    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}]";
}
