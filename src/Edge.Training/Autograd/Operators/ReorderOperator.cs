using System.Numerics;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// A reshape whose elements do not keep their places: the graph orders an image [c, h, w], memory holds [h, w, c], so that what
/// a Flatten passes to a fully connected layer must be transposed. Reads pixels × channels of the input's image in graph
/// order and stores them in the output's.
/// </summary>
internal sealed class ReorderOperator<T>(Activation<T> input, Activation<T> output, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] _source = Sources(input.Shape, output.Shape);

    /// <summary>Whether a reshape between these images leaves every element where it is.</summary>
    public static bool IsView(ImageShape from, ImageShape to) =>
        (from.Pixels == to.Pixels && from.Channels == to.Channels)
        || ((from.Pixels == 1 || from.Channels == 1) && (to.Pixels == 1 || to.Channels == 1));

    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        workers.Run(pass.Batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                int start = n * _source.Length;
                for (int i = 0; i < _source.Length; i++)
                    y[start + i] = x[start + _source[i]];
            }
        });
    }

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        T[] dx = Input.OpenGradient(out bool accumulate);
        workers.Run(pass.Batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                int start = n * _source.Length;
                for (int i = 0; i < _source.Length; i++)
                {
                    ref T target = ref dx[start + _source[i]];
                    target = accumulate ? target + dy[start + i] : dy[start + i];
                }
            }
        });
    }

    /// <summary>For every element of the output's memory its place in the input's.</summary>
    private static int[] Sources(ImageShape from, ImageShape to)
    {
        int[] sources = new int[to.Elements];
        for (int flat = 0; flat < sources.Length; flat++)
            sources[Place(to, flat)] = Place(from, flat);
        return sources;
    }

    /// <summary>Where NHWC memory holds the element that graph order counts as this one.</summary>
    private static int Place(ImageShape shape, int flat) => (flat % shape.Pixels * shape.Channels) + (flat / shape.Pixels);
}
