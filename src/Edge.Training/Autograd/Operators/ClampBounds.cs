using System.Numerics;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// y = min(max(x, low), high): ReLU is [0, ∞], ReLU6 [0, 6]. The derivative is 1 strictly between the bounds and 0 elsewhere,
/// which the result alone tells, so that a clamp can be computed in place.
/// </summary>
internal readonly record struct ClampBounds<T>(T Low, T High)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static ClampBounds<T> None => new(T.NegativeInfinity, T.PositiveInfinity);

    public bool IsNone => T.IsNegativeInfinity(Low) && T.IsPositiveInfinity(High);

    public T Apply(T x) => T.Min(T.Max(x, Low), High);

    /// <summary>The gradient behind the clamp passed through it: dy where y lies between the bounds, else 0.</summary>
    public T Pass(T y, T dy) => y > Low && y < High ? dy : T.Zero;
}
