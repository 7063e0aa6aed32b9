using System.Numerics;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>One output row or column as a mixture of two of the input.</summary>
internal readonly record struct ResizeTap(int First, int Second, float FirstWeight, float SecondWeight);

/// <summary>Nearest or bilinear resizing: every output pixel is a fixed mixture of up to four input pixels.</summary>
internal sealed class ResizeOperator<T>(
    Activation<T> input, Activation<T> output, ResizeTap[] rows, ResizeTap[] columns, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        workers.Run(pass.Batch, (first, end) =>
        {
            y.AsSpan(first * Output.Shape.Elements, (end - first) * Output.Shape.Elements).Clear();
            EachTap(first, end, (source, target, weight) =>
                RowMath.AddScaled(x.AsSpan(source, Input.Shape.Channels), weight, y.AsSpan(target, Input.Shape.Channels)));
        });
    }

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        T[] dx = Input.OpenGradient(out bool accumulate);
        workers.Run(pass.Batch, (first, end) =>
        {
            if (!accumulate)
                dx.AsSpan(first * Input.Shape.Elements, (end - first) * Input.Shape.Elements).Clear();
            EachTap(first, end, (source, target, weight) =>
                RowMath.AddScaled(dy.AsSpan(target, Input.Shape.Channels), weight, dx.AsSpan(source, Input.Shape.Channels)));
        });
    }

    private void EachTap(int firstImage, int endImage, Action<int, int, T> body)
    {
        (ImageShape from, ImageShape to) = (Input.Shape, Output.Shape);
        for (int n = firstImage; n < endImage; n++)
        {
            for (int y = 0; y < to.Height; y++)
            {
                for (int x = 0; x < to.Width; x++)
                {
                    (ResizeTap row, ResizeTap column) = (rows[y], columns[x]);
                    int target = (((n * to.Height) + y) * to.Width) + x;
                    Tap(row.First, column.First, row.FirstWeight * column.FirstWeight);
                    Tap(row.First, column.Second, row.FirstWeight * column.SecondWeight);
                    Tap(row.Second, column.First, row.SecondWeight * column.FirstWeight);
                    Tap(row.Second, column.Second, row.SecondWeight * column.SecondWeight);

                    void Tap(int sourceY, int sourceX, float weight)
                    {
                        int source = (((n * from.Height) + sourceY) * from.Width) + sourceX;
                        if (weight != 0)
                            body(source * from.Channels, target * to.Channels, T.CreateChecked(weight));
                    }
                }
            }
        }
    }
}
