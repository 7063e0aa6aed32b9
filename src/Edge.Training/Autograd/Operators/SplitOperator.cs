using System.Numerics;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>Cuts the channels of an image into several images.</summary>
internal sealed class SplitOperator<T>(Activation<T> input, IReadOnlyList<Activation<T>> outputs, Workers workers) : Operator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Activation<T>> Inputs { get; } = [input];

    public override IReadOnlyList<Activation<T>> Outputs => outputs;

    public override void Forward(in PassContext pass)
    {
        int pixels = pass.Batch * input.Shape.Pixels;
        int start = 0;
        foreach (Activation<T> output in outputs)
        {
            var slice = new ChannelSlice(start, output.Shape.Channels, input.Shape.Channels);
            (T[] x, T[] y) = (input.Data, output.Data);
            workers.Run(pixels, (first, end) => slice.Read(x, y, first, end, accumulate: false));
            start += output.Shape.Channels;
        }
    }

    public override void Backward(in PassContext pass)
    {
        int pixels = pass.Batch * input.Shape.Pixels;
        T[] dx = input.OpenGradient(out bool accumulate);
        if (!accumulate && outputs.Any(o => o.Storage.Gradient is null))
        {
            Array.Clear(dx, 0, pass.Batch * input.Shape.Elements);
            accumulate = true;
        }

        int start = 0;
        foreach (Activation<T> output in outputs)
        {
            var slice = new ChannelSlice(start, output.Shape.Channels, input.Shape.Channels);
            start += output.Shape.Channels;
            if (output.Storage.Gradient is not { } dy)
                continue;
            if (accumulate)
                workers.Run(pixels, (first, end) => slice.AddTo(dy, dx, first, end));
            else
                workers.Run(pixels, (first, end) => slice.Write(dy, dx, first, end));
        }
    }
}
