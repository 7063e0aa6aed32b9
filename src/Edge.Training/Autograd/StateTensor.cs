using System.Numerics;

namespace Edge.Training.Autograd;

/// <summary>Numbers that forward changes in training and that no gradient reaches: running means and variances.</summary>
/// <param name="Name">The name of the graph's constant, or the value and what is kept of it.</param>
/// <param name="Value">Changed in place.</param>
public sealed record StateTensor<T>(string Name, T[] Value)
    where T : unmanaged, IFloatingPointIeee754<T>;
