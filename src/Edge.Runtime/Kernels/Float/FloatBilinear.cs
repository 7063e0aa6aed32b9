using System.Numerics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Resize;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Bilinear resize over NHWC in float32: (a·l + b·r)·t + (c·l + d·r)·u with the shares left, right, top and bottom of the four
/// neighbours, every operation rounded on its own. A piece is one row of the output.
/// </summary>
internal sealed unsafe class FloatBilinear : PreparedOperator
{
    private readonly FloatImage _input;
    private readonly FloatImage _output;
    private readonly (int First, int Second, float FirstWeight, float SecondWeight)[] _rows;
    private readonly (int First, int Second, float FirstWeight, float SecondWeight)[] _columns;

    public FloatBilinear(ResizeOperator op, PreparationContext context)
    {
        (_input, _output) = (new FloatImage(context.Tensor(op.Inputs[0])), new FloatImage(context.Tensor(op.Outputs[0])));
        _rows = ResizeCoordinates.LinearAxis(op.Coordinates, op.ScaleY, _input.Height, _output.Height);
        _columns = ResizeCoordinates.LinearAxis(op.Coordinates, op.ScaleX, _input.Width, _output.Width);
    }

    public override int Pieces => _output.Batch * _output.Height;

    public override string Kernel => "FloatBilinear-Vector";

    public override void Run(int first, int end)
    {
        for (int line = first; line < end; line++)
        {
            int n = line / _output.Height, y = line % _output.Height;
            (int topRow, int bottomRow, float top, float bottom) = _rows[y];
            for (int x = 0; x < _output.Width; x++)
            {
                (int leftColumn, int rightColumn, float left, float right) = _columns[x];
                Mix(
                    _input.Pixel(n, topRow, leftColumn), _input.Pixel(n, topRow, rightColumn), _input.Pixel(n, bottomRow, leftColumn),
                    _input.Pixel(n, bottomRow, rightColumn), left, right, top, bottom, _output.Pixel(n, y, x));
            }
        }
    }

    private void Mix(float* a, float* b, float* c, float* d, float left, float right, float top, float bottom, float* y)
    {
        int i = 0;
        for (; i <= _output.Channels - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> upper = (Vector.Load(a + i) * left) + (Vector.Load(b + i) * right);
            Vector<float> lower = (Vector.Load(c + i) * left) + (Vector.Load(d + i) * right);
            Vector.Store((upper * top) + (lower * bottom), y + i);
        }

        for (; i < _output.Channels; i++)
        {
            float upper = (a[i] * left) + (b[i] * right), lower = (c[i] * left) + (d[i] * right);
            y[i] = (upper * top) + (lower * bottom);
        }
    }
}
