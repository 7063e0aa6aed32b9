using System.Numerics;
using Edge.Training.Autograd.Kernels;

namespace Edge.Training.Autograd.Operators;

/// <summary>A convolution with constant weights [O, I/g, kH, kW] and bias [O] or none.</summary>
internal sealed class ConvolutionOperator<T>(
    Activation<T> input, Activation<T> output, Parameter<T> weights, Parameter<T>? bias, Convolution<T> kernel)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IEnumerable<Parameter<T>> Parameters => bias is null ? [weights] : [weights, bias];

    public override void Forward(in PassContext pass) =>
        kernel.Forward(Input.Data, weights.Value, bias?.Value, Output.Data, pass.Batch);

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        if (weights.Trainable || bias is { Trainable: true })
            kernel.BackwardWeights(Input.Data, dy, weights.Gradient, bias?.Gradient, pass.Batch);
        if (Input.NeedsGradient)
        {
            T[] dx = Input.OpenGradient(out bool accumulate);
            kernel.BackwardData(weights.Value, dy, dx, pass.Batch, accumulate);
        }
    }
}
