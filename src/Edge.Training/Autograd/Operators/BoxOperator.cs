using System.Numerics;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// Slice and Pad: a box of the input, with steps along height and width, at a place of the output, whose other elements are one
/// constant.
/// </summary>
internal sealed class BoxOperator<T>(Activation<T> input, Activation<T> output, BoxCut cut, T fill, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        (int from, int to) = (Input.Shape.Elements, Output.Shape.Elements);
        workers.Run(pass.Batch, (first, end) =>
        {
            if (cut.Size.Elements < to)
                y.AsSpan(first * to, (end - first) * to).Fill(fill);
            for (int n = first; n < end; n++)
            {
                foreach ((int source, int target) in cut.Pixels(Input.Shape, Output.Shape))
                    x.AsSpan((n * from) + source, cut.Size.Channels).CopyTo(y.AsSpan((n * to) + target));
            }
        });
    }

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        T[] dx = Input.OpenGradient(out bool accumulate);
        (int from, int to) = (Input.Shape.Elements, Output.Shape.Elements);
        workers.Run(pass.Batch, (first, end) =>
        {
            if (!accumulate)
                dx.AsSpan(first * from, (end - first) * from).Clear();
            for (int n = first; n < end; n++)
            {
                foreach ((int source, int target) in cut.Pixels(Input.Shape, Output.Shape))
                {
                    RowMath.Add<T>(
                        dy.AsSpan((n * to) + target, cut.Size.Channels), dx.AsSpan((n * from) + source, cut.Size.Channels));
                }
            }
        });
    }
}

/// <summary>Which elements a <see cref="BoxOperator{T}"/> copies.</summary>
/// <param name="From">First element in the input.</param>
/// <param name="To">First element in the output.</param>
/// <param name="Size">Elements along each axis.</param>
/// <param name="StepY">Rows of the input between two that are copied.</param>
/// <param name="StepX">Columns of the input between two that are copied.</param>
internal sealed record BoxCut(
    (int Y, int X, int C) From, (int Y, int X, int C) To, ImageShape Size, int StepY = 1, int StepX = 1)
{
    /// <summary>Offsets in the input's and the output's image of every pixel's first channel.</summary>
    public IEnumerable<(int Source, int Target)> Pixels(ImageShape input, ImageShape output)
    {
        for (int y = 0; y < Size.Height; y++)
        {
            for (int x = 0; x < Size.Width; x++)
            {
                int source = ((From.Y + (y * StepY)) * input.Width) + From.X + (x * StepX);
                int target = ((To.Y + y) * output.Width) + To.X + x;
                yield return ((source * input.Channels) + From.C, (target * output.Channels) + To.C);
            }
        }
    }
}
