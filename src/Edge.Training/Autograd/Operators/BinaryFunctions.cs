using System.Numerics;

namespace Edge.Training.Autograd.Operators;

/// <summary>A function of two numbers, and what a gradient dy of its result means for each.</summary>
internal interface IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    static abstract T Apply(T a, T b);

    static abstract Vector<T> Apply(Vector<T> a, Vector<T> b);

    static abstract T GradientA(T a, T b, T dy);

    static abstract Vector<T> GradientA(Vector<T> a, Vector<T> b, Vector<T> dy);

    static abstract T GradientB(T a, T b, T dy);

    static abstract Vector<T> GradientB(Vector<T> a, Vector<T> b, Vector<T> dy);
}

internal readonly struct AddFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => a + b;

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a + b;

    public static T GradientA(T a, T b, T dy) => dy;

    public static Vector<T> GradientA(Vector<T> a, Vector<T> b, Vector<T> dy) => dy;

    public static T GradientB(T a, T b, T dy) => dy;

    public static Vector<T> GradientB(Vector<T> a, Vector<T> b, Vector<T> dy) => dy;
}

internal readonly struct SubtractFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => a - b;

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a - b;

    public static T GradientA(T a, T b, T dy) => dy;

    public static Vector<T> GradientA(Vector<T> a, Vector<T> b, Vector<T> dy) => dy;

    public static T GradientB(T a, T b, T dy) => -dy;

    public static Vector<T> GradientB(Vector<T> a, Vector<T> b, Vector<T> dy) => -dy;
}

internal readonly struct MultiplyFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => a * b;

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a * b;

    public static T GradientA(T a, T b, T dy) => b * dy;

    public static Vector<T> GradientA(Vector<T> a, Vector<T> b, Vector<T> dy) => b * dy;

    public static T GradientB(T a, T b, T dy) => a * dy;

    public static Vector<T> GradientB(Vector<T> a, Vector<T> b, Vector<T> dy) => a * dy;
}

internal readonly struct DivideFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => a / b;

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a / b;

    public static T GradientA(T a, T b, T dy) => dy / b;

    public static Vector<T> GradientA(Vector<T> a, Vector<T> b, Vector<T> dy) => dy / b;

    public static T GradientB(T a, T b, T dy) => -dy * a / (b * b);

    public static Vector<T> GradientB(Vector<T> a, Vector<T> b, Vector<T> dy) => -dy * a / (b * b);
}

/// <summary>The larger; the gradient goes to it, to the first of equals.</summary>
internal readonly struct MaximumFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => T.Max(a, b);

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => Vector.Max(a, b);

    public static T GradientA(T a, T b, T dy) => a >= b ? dy : T.Zero;

    public static Vector<T> GradientA(Vector<T> a, Vector<T> b, Vector<T> dy) =>
        Vector.BitwiseAnd(dy, Vector.GreaterThanOrEqual(a, b));

    public static T GradientB(T a, T b, T dy) => a < b ? dy : T.Zero;

    public static Vector<T> GradientB(Vector<T> a, Vector<T> b, Vector<T> dy) => Vector.BitwiseAnd(dy, Vector.LessThan(a, b));
}

/// <summary>The smaller; the gradient goes to it, to the first of equals.</summary>
internal readonly struct MinimumFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => T.Min(a, b);

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => Vector.Min(a, b);

    public static T GradientA(T a, T b, T dy) => a <= b ? dy : T.Zero;

    public static Vector<T> GradientA(Vector<T> a, Vector<T> b, Vector<T> dy) =>
        Vector.BitwiseAnd(dy, Vector.LessThanOrEqual(a, b));

    public static T GradientB(T a, T b, T dy) => a > b ? dy : T.Zero;

    public static Vector<T> GradientB(Vector<T> a, Vector<T> b, Vector<T> dy) => Vector.BitwiseAnd(dy, Vector.GreaterThan(a, b));
}
