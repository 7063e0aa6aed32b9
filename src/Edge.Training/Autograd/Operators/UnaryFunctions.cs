using System.Numerics;
using System.Runtime.CompilerServices;

namespace Edge.Training.Autograd.Operators;

/// <summary>A function of one number and its derivative.</summary>
internal interface IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    T Apply(T x);

    Vector<T> Apply(Vector<T> x);

    /// <summary>dy/dx where the function gave y for x.</summary>
    T Derivative(T x, T y);

    /// <inheritdoc cref="Derivative(T, T)"/>
    Vector<T> Derivative(Vector<T> x, Vector<T> y);
}

/// <summary>x for x ≥ 0, else slope · x.</summary>
internal readonly struct LeakyReluFunction<T>(T slope) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T Apply(T x) => x >= T.Zero ? x : x * slope;

    public Vector<T> Apply(Vector<T> x) =>
        Vector.ConditionalSelect(Vector.GreaterThanOrEqual(x, Vector<T>.Zero), x, x * slope);

    public T Derivative(T x, T y) => x >= T.Zero ? T.One : slope;

    public Vector<T> Derivative(Vector<T> x, Vector<T> y) =>
        Vector.ConditionalSelect(Vector.GreaterThanOrEqual(x, Vector<T>.Zero), Vector<T>.One, new Vector<T>(slope));
}

/// <summary>1 / (1 + exp(−x)).</summary>
internal readonly struct SigmoidFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T Apply(T x) => T.One / (T.One + T.Exp(-x));

    public Vector<T> Apply(Vector<T> x) => Vector<T>.One / (Vector<T>.One + VectorMath.Exp(-x));

    public T Derivative(T x, T y) => y * (T.One - y);

    public Vector<T> Derivative(Vector<T> x, Vector<T> y) => y * (Vector<T>.One - y);
}

/// <summary>tanh(x) = 1 − 2 / (1 + exp(2x)).</summary>
internal readonly struct TanhFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Two = T.One + T.One;

    public T Apply(T x) => T.One - (Two / (T.One + T.Exp(x + x)));

    public Vector<T> Apply(Vector<T> x) => Vector<T>.One - (new Vector<T>(Two) / (Vector<T>.One + VectorMath.Exp(x + x)));

    public T Derivative(T x, T y) => T.One - (y * y);

    public Vector<T> Derivative(Vector<T> x, Vector<T> y) => Vector<T>.One - (y * y);
}

/// <summary>min(max(alpha · x + beta, 0), 1).</summary>
internal readonly struct HardSigmoidFunction<T>(T alpha, T beta) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T Apply(T x) => T.Min(T.Max((x * alpha) + beta, T.Zero), T.One);

    public Vector<T> Apply(Vector<T> x) =>
        Vector.Min(Vector.Max((x * alpha) + new Vector<T>(beta), Vector<T>.Zero), Vector<T>.One);

    public T Derivative(T x, T y) => y > T.Zero && y < T.One ? alpha : T.Zero;

    public Vector<T> Derivative(Vector<T> x, Vector<T> y) =>
        Vector.BitwiseAnd(
            new Vector<T>(alpha), Vector.BitwiseAnd(Vector.GreaterThan(y, Vector<T>.Zero), Vector.LessThan(y, Vector<T>.One)));
}

/// <summary>x · min(max(x / 6 + 1/2, 0), 1) (Howard et al., 2019).</summary>
internal readonly struct HardSwishFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly HardSigmoidFunction<T> Gate = new(T.One / T.CreateChecked(6), T.One / T.CreateChecked(2));

    public T Apply(T x) => x * Gate.Apply(x);

    public Vector<T> Apply(Vector<T> x) => x * Gate.Apply(x);

    public T Derivative(T x, T y)
    {
        T gate = Gate.Apply(x);
        return gate + (x * Gate.Derivative(x, gate));
    }

    public Vector<T> Derivative(Vector<T> x, Vector<T> y)
    {
        Vector<T> gate = Gate.Apply(x);
        return gate + (x * Gate.Derivative(x, gate));
    }
}

/// <summary>Vector functions that the framework has for float and double only.</summary>
internal static class VectorMath
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Exp<T>(Vector<T> x) =>
        typeof(T) == typeof(float)
            ? Vector.Exp(x.As<T, float>()).As<float, T>()
            : Vector.Exp(x.As<T, double>()).As<double, T>();
}
