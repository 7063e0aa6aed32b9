using System.Numerics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>The functions of <see cref="FloatBinaryKind"/>.</summary>
internal static class FloatBinaryFunctions
{
    public static PreparedOperator Prepare(FloatBinaryOperator op, PreparationContext context) => op.Kind switch
    {
        FloatBinaryKind.Add => new FloatBinary<Add>(op, context),
        FloatBinaryKind.Subtract => new FloatBinary<Subtract>(op, context),
        FloatBinaryKind.Multiply => new FloatBinary<Multiply>(op, context),
        FloatBinaryKind.Divide => new FloatBinary<Divide>(op, context),
        FloatBinaryKind.Max => new FloatBinary<Max>(op, context),
        FloatBinaryKind.Min => new FloatBinary<Min>(op, context),
        FloatBinaryKind.PRelu => new FloatBinary<PRelu>(op, context),
        _ => throw new NotSupportedException($"'{op.Name}': unknown function {op.Kind}"),
    };

    private readonly struct Add : IFloatBinaryFunction
    {
        public static string Name => "Add";

        public static Vector<float> Invoke(Vector<float> a, Vector<float> b) => a + b;

        public static float Invoke(float a, float b) => a + b;
    }

    private readonly struct Subtract : IFloatBinaryFunction
    {
        public static string Name => "Subtract";

        public static Vector<float> Invoke(Vector<float> a, Vector<float> b) => a - b;

        public static float Invoke(float a, float b) => a - b;
    }

    private readonly struct Multiply : IFloatBinaryFunction
    {
        public static string Name => "Multiply";

        public static Vector<float> Invoke(Vector<float> a, Vector<float> b) => a * b;

        public static float Invoke(float a, float b) => a * b;
    }

    private readonly struct Divide : IFloatBinaryFunction
    {
        public static string Name => "Divide";

        public static Vector<float> Invoke(Vector<float> a, Vector<float> b) => a / b;

        public static float Invoke(float a, float b) => a / b;
    }

    private readonly struct Max : IFloatBinaryFunction
    {
        public static string Name => "Max";

        public static Vector<float> Invoke(Vector<float> a, Vector<float> b) => Vector.Max(a, b);

        public static float Invoke(float a, float b) => MathF.Max(a, b);
    }

    private readonly struct Min : IFloatBinaryFunction
    {
        public static string Name => "Min";

        public static Vector<float> Invoke(Vector<float> a, Vector<float> b) => Vector.Min(a, b);

        public static float Invoke(float a, float b) => MathF.Min(a, b);
    }

    private readonly struct PRelu : IFloatBinaryFunction
    {
        public static string Name => "PRelu";

        public static Vector<float> Invoke(Vector<float> a, Vector<float> b) =>
            Vector.ConditionalSelect(Vector.GreaterThanOrEqual(a, Vector<float>.Zero), a, a * b);

        public static float Invoke(float a, float b) => a >= 0 ? a : a * b;
    }
}
