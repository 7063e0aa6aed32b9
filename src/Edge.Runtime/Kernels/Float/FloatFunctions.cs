using System.Numerics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>The functions of <see cref="FloatUnaryKind"/>.</summary>
internal static class FloatFunctions
{
    public static PreparedOperator Prepare(FloatUnaryOperator op, PreparationContext context) => op.Kind switch
    {
        FloatUnaryKind.Clip => new FloatUnary<Clip>(op, context, float.NegativeInfinity, float.PositiveInfinity),
        FloatUnaryKind.LeakyRelu => new FloatUnary<LeakyRelu>(op, context, 0.01f, 0),
        FloatUnaryKind.Sigmoid => new FloatUnary<Sigmoid>(op, context, 0, 0),
        FloatUnaryKind.HardSigmoid => new FloatUnary<HardSigmoid>(op, context, 0.2f, 0.5f),
        FloatUnaryKind.HardSwish => new FloatUnary<HardSwish>(op, context, 0, 0),
        FloatUnaryKind.Tanh => new FloatUnary<Tanh>(op, context, 0, 0),
        _ => throw new NotSupportedException($"'{op.Name}': unknown function {op.Kind}"),
    };

    private readonly struct Clip : IFloatFunction
    {
        public static string Name => "Clip";

        public static Vector<float> Invoke(Vector<float> x, float alpha, float beta) =>
            Vector.Min(Vector.Max(x, new Vector<float>(alpha)), new Vector<float>(beta));

        public static float Invoke(float x, float alpha, float beta) => MathF.Min(MathF.Max(x, alpha), beta);
    }

    private readonly struct LeakyRelu : IFloatFunction
    {
        public static string Name => "LeakyRelu";

        public static Vector<float> Invoke(Vector<float> x, float alpha, float beta) =>
            Vector.ConditionalSelect(Vector.GreaterThanOrEqual(x, Vector<float>.Zero), x, x * alpha);

        public static float Invoke(float x, float alpha, float beta) => x >= 0 ? x : x * alpha;
    }

    private readonly struct HardSigmoid : IFloatFunction
    {
        public static string Name => "HardSigmoid";

        public static Vector<float> Invoke(Vector<float> x, float alpha, float beta) =>
            Vector.Min(Vector.Max((x * alpha) + new Vector<float>(beta), Vector<float>.Zero), Vector<float>.One);

        public static float Invoke(float x, float alpha, float beta) => MathF.Min(MathF.Max((x * alpha) + beta, 0), 1);
    }

    private readonly struct HardSwish : IFloatFunction
    {
        private const float Sixth = 1f / 6;

        public static string Name => "HardSwish";

        public static Vector<float> Invoke(Vector<float> x, float alpha, float beta) => x * HardSigmoid.Invoke(x, Sixth, 0.5f);

        public static float Invoke(float x, float alpha, float beta) => x * HardSigmoid.Invoke(x, Sixth, 0.5f);
    }

    private readonly struct Sigmoid : IFloatFunction
    {
        public static string Name => "Sigmoid";

        public static Vector<float> Invoke(Vector<float> x, float alpha, float beta) => OneByOne<Sigmoid>(x);

        public static float Invoke(float x, float alpha, float beta) => 1 / (1 + MathF.Exp(-x));
    }

    private readonly struct Tanh : IFloatFunction
    {
        public static string Name => "Tanh";

        public static Vector<float> Invoke(Vector<float> x, float alpha, float beta) => OneByOne<Tanh>(x);

        public static float Invoke(float x, float alpha, float beta) => MathF.Tanh(x);
    }

    /// <summary>The C library's function for every lane, so that the result does not depend on an element's place.</summary>
    private static Vector<float> OneByOne<TFunction>(Vector<float> x)
        where TFunction : IFloatFunction
    {
        Vector<float> y = x;
        for (int i = 0; i < Vector<float>.Count; i++)
            y = y.WithElement(i, TFunction.Invoke(x[i], 0, 0));
        return y;
    }
}
