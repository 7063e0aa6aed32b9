using System.Numerics;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>Puts the channels of several images one behind the other.</summary>
internal sealed class ConcatOperator<T>(IReadOnlyList<Activation<T>> inputs, Activation<T> output, Workers workers) : Operator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Activation<T>> Inputs => inputs;

    public override IReadOnlyList<Activation<T>> Outputs { get; } = [output];

    public override void Forward(in PassContext pass)
    {
        int pixels = pass.Batch * output.Shape.Pixels;
        int start = 0;
        foreach (Activation<T> input in inputs)
        {
            var slice = new ChannelSlice(start, input.Shape.Channels, output.Shape.Channels);
            (T[] x, T[] y) = (input.Data, output.Data);
            workers.Run(pixels, (first, end) => slice.Write(x, y, first, end));
            start += input.Shape.Channels;
        }
    }

    public override void Backward(in PassContext pass)
    {
        int pixels = pass.Batch * output.Shape.Pixels;
        T[] dy = output.Gradient;
        int start = 0;
        foreach (Activation<T> input in inputs)
        {
            var slice = new ChannelSlice(start, input.Shape.Channels, output.Shape.Channels);
            start += input.Shape.Channels;
            if (!input.NeedsGradient)
                continue;
            T[] dx = input.OpenGradient(out bool accumulate);
            workers.Run(pixels, (first, end) => slice.Read(dy, dx, first, end, accumulate));
        }
    }
}
