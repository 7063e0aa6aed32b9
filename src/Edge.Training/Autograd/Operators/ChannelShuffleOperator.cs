using System.Numerics;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// Output channel j · groups + g is input channel g · (C / groups) + j (Zhang et al., 2018).
/// </summary>
internal sealed class ChannelShuffleOperator<T>(Activation<T> input, Activation<T> output, int groups, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _perGroup = input.Shape.Channels / groups;

    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        int channels = Input.Shape.Channels;
        workers.Run(pass.Batch * Input.Shape.Pixels, (first, end) =>
        {
            for (int p = first; p < end; p++)
            {
                ReadOnlySpan<T> from = x.AsSpan(p * channels, channels);
                Span<T> to = y.AsSpan(p * channels, channels);
                for (int g = 0; g < groups; g++)
                {
                    ReadOnlySpan<T> part = from.Slice(g * _perGroup, _perGroup);
                    for (int j = 0, at = g; j < part.Length; j++, at += groups)
                        to[at] = part[j];
                }
            }
        });
    }

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        T[] dx = Input.OpenGradient(out bool accumulate);
        int channels = Input.Shape.Channels;
        workers.Run(pass.Batch * Input.Shape.Pixels, (first, end) =>
        {
            for (int p = first; p < end; p++)
            {
                ReadOnlySpan<T> from = dy.AsSpan(p * channels, channels);
                Span<T> to = dx.AsSpan(p * channels, channels);
                for (int g = 0; g < groups; g++)
                {
                    Span<T> part = to.Slice(g * _perGroup, _perGroup);
                    for (int j = 0, at = g; j < part.Length; j++, at += groups)
                        part[j] = accumulate ? part[j] + from[at] : from[at];
                }
            }
        });
    }
}
