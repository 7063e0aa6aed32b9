using System.Numerics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>How a pool joins the values of a window.</summary>
internal interface IFloatPooling
{
    static abstract string Name { get; }

    /// <summary>The value that joining starts from.</summary>
    static abstract float Start { get; }

    static abstract Vector<float> Join(Vector<float> pooled, Vector<float> x);

    static abstract float Join(float pooled, float x);

    /// <summary>What the joined value is multiplied with, for this many positions in the divisor.</summary>
    static abstract float Scale(int positions);
}

internal readonly struct FloatMaxPooling : IFloatPooling
{
    public static string Name => "FloatMaxPool";

    public static float Start => float.NegativeInfinity;

    public static Vector<float> Join(Vector<float> pooled, Vector<float> x) => Vector.Max(pooled, x);

    public static float Join(float pooled, float x) => MathF.Max(pooled, x);

    public static float Scale(int positions) => 1;
}

internal readonly struct FloatAveragePooling : IFloatPooling
{
    public static string Name => "FloatAveragePool";

    public static float Start => 0;

    public static Vector<float> Join(Vector<float> pooled, Vector<float> x) => pooled + x;

    public static float Join(float pooled, float x) => pooled + x;

    public static float Scale(int positions) => 1f / Math.Max(1, positions);
}

/// <summary>Float32 pooling over NHWC, the window's values joined in row-major order. A piece is one row of the output.</summary>
internal sealed unsafe class FloatPool<TPooling> : PreparedOperator
    where TPooling : IFloatPooling
{
    private readonly FloatImage _input;
    private readonly FloatImage _output;
    private readonly Window _window;
    private readonly bool _countPadding;

    public FloatPool(PoolOperator op, PreparationContext context)
    {
        (_input, _output) = (new FloatImage(context.Tensor(op.Inputs[0])), new FloatImage(context.Tensor(op.Outputs[0])));
        (_window, _countPadding) = (op.Window, op.CountIncludePad);
    }

    public override int Pieces => _output.Batch * _output.Height;

    public override string Kernel => $"{TPooling.Name}-Vector";

    public override void Run(int first, int end)
    {
        for (int line = first; line < end; line++)
        {
            int n = line / _output.Height, oy = line % _output.Height;
            WindowSpan rows = WindowSpan.Rows(_window, oy, _input.Height);
            for (int ox = 0; ox < _output.Width; ox++)
            {
                WindowSpan columns = WindowSpan.Columns(_window, ox, _input.Width);
                float scale = TPooling.Scale(_countPadding ? rows.Padded * columns.Padded : rows.Count * columns.Count);
                Pixel(n, rows, columns, scale, _output.Pixel(n, oy, ox));
            }
        }
    }

    private void Pixel(int n, WindowSpan rows, WindowSpan columns, float scale, float* y)
    {
        int channels = _output.Channels, c = 0;
        nint step = _window.DilationX * _input.Stride;
        for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
        {
            var pooled = new Vector<float>(TPooling.Start);
            for (int ky = rows.First; ky < rows.End; ky++)
            {
                float* x = _input.Pixel(n, rows.Position(ky), columns.Position(columns.First)) + c;
                for (int kx = columns.First; kx < columns.End; kx++, x += step)
                    pooled = TPooling.Join(pooled, Vector.Load(x));
            }

            Vector.Store(pooled * scale, y + c);
        }

        for (; c < channels; c++)
        {
            float pooled = TPooling.Start;
            for (int ky = rows.First; ky < rows.End; ky++)
            {
                float* x = _input.Pixel(n, rows.Position(ky), columns.Position(columns.First)) + c;
                for (int kx = columns.First; kx < columns.End; kx++, x += step)
                    pooled = TPooling.Join(pooled, *x);
            }

            y[c] = pooled * scale;
        }
    }
}
