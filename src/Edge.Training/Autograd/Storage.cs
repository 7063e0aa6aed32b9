using System.Numerics;

namespace Edge.Training.Autograd;

/// <summary>The memory of a value and of those that are only views of it, or are computed in its place.</summary>
internal sealed class Storage<T>(T[] data, GradientPool<T> pool)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[]? _gradient;

    /// <summary>[batch, …], one image behind the other.</summary>
    public T[] Data => data;

    /// <summary>Set by every backward pass: whether a trainable parameter lies in front.</summary>
    public bool NeedsGradient { get; set; }

    /// <summary>What the consumers have added up; null when none contributed.</summary>
    public T[]? Gradient => _gradient;

    /// <summary>The gradient for a consumer to contribute to; the first overwrites what lies there, the others add.</summary>
    public T[] OpenGradient(out bool accumulate)
    {
        accumulate = _gradient is not null;
        return _gradient ??= pool.Rent(data.Length);
    }

    /// <summary>The producer has read the gradient; nobody needs it any more.</summary>
    public void CloseGradient()
    {
        if (_gradient is { } gradient)
            pool.Return(gradient);
        _gradient = null;
    }
}
