using System.Numerics;
using Edge.Training.Autograd.Kernels;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// Gemm and MatMul of one row with constant weights: y = alpha · W x + beta · b. Runs as a pointwise convolution over one image
/// with a pixel for each image of the batch.
/// </summary>
internal sealed class FullyConnectedOperator<T> : UnaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Parameter<T> _weights;
    private readonly Parameter<T>? _bias;
    private readonly FullyConnectedForm _form;
    private readonly Convolution<T> _kernel;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly int _rows;

    // The weights as [outputs, inputs] and the bias with their factors, where the parameters differ from that.
    private readonly T[]? _effective;
    private readonly T[]? _effectiveGradient;
    private readonly T[]? _effectiveBias;
    private readonly T[]? _effectiveBiasGradient;

    /// <param name="bias">[outputs], or one number for all of them.</param>
    public FullyConnectedOperator(
        Activation<T> input,
        Activation<T> output,
        Parameter<T> weights,
        Parameter<T>? bias,
        FullyConnectedForm form,
        int batchSize,
        Workers workers)
        : base(input, output)
    {
        (_weights, _bias, _form) = (weights, bias, form);
        (_inputs, _outputs, _rows) = (input.Shape.Elements, output.Shape.Elements, batchSize);
        _kernel = Convolution<T>.Create(
            new ConvolutionShape { Height = batchSize, Width = 1, InputChannels = _inputs, OutputChannels = _outputs }, workers);
        if (!form.OutputsFirst || form.Alpha != 1)
            (_effective, _effectiveGradient) = (new T[weights.Value.Length], new T[weights.Value.Length]);
        if (bias is not null && (form.Beta != 1 || bias.Value.Length != _outputs))
            (_effectiveBias, _effectiveBiasGradient) = (new T[_outputs], new T[_outputs]);
    }

    public override IEnumerable<Parameter<T>> Parameters => _bias is null ? [_weights] : [_weights, _bias];

    public override void Forward(in PassContext pass)
    {
        Refresh();
        _kernel.Forward(Input.Data, Weights, _effectiveBias ?? _bias?.Value, Output.Data, 1);
    }

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        Array.Clear(dy, pass.Batch * _outputs, (_rows - pass.Batch) * _outputs);
        if (_weights.Trainable || _bias is { Trainable: true })
        {
            Array.Clear(Input.Data, pass.Batch * _inputs, (_rows - pass.Batch) * _inputs);
            _effectiveGradient?.AsSpan().Clear();
            _effectiveBiasGradient?.AsSpan().Clear();
            _kernel.BackwardWeights(
                Input.Data, dy, _effectiveGradient ?? _weights.Gradient, _effectiveBiasGradient ?? _bias?.Gradient, 1);
            ReturnGradients();
        }

        if (Input.NeedsGradient)
        {
            T[] dx = Input.OpenGradient(out bool accumulate);
            _kernel.BackwardData(Weights, dy, dx, 1, accumulate);
        }
    }

    private T[] Weights => _effective ?? _weights.Value;

    private void Refresh()
    {
        T alpha = T.CreateTruncating(_form.Alpha);
        for (int i = 0; i < _effective?.Length; i++)
            _effective[i] = alpha * _weights.Value[Source(i)];
        T beta = T.CreateTruncating(_form.Beta);
        for (int i = 0; i < _effectiveBias?.Length; i++)
            _effectiveBias[i] = beta * _bias!.Value[_bias.Value.Length == 1 ? 0 : i];
    }

    private void ReturnGradients()
    {
        T alpha = T.CreateTruncating(_form.Alpha);
        for (int i = 0; i < _effectiveGradient?.Length; i++)
            _weights.Gradient[Source(i)] += alpha * _effectiveGradient[i];
        T beta = T.CreateTruncating(_form.Beta);
        for (int i = 0; i < _effectiveBiasGradient?.Length; i++)
            _bias!.Gradient[_bias.Value.Length == 1 ? 0 : i] += beta * _effectiveBiasGradient[i];
    }

    /// <summary>Where the parameter holds element i of [outputs, inputs].</summary>
    private int Source(int i) => _form.OutputsFirst ? i : (i % _inputs * _outputs) + (i / _inputs);
}

/// <summary>How a node states its product.</summary>
/// <param name="OutputsFirst">The weights are [outputs, inputs], else [inputs, outputs].</param>
/// <param name="Alpha">Factor of the product.</param>
/// <param name="Beta">Factor of the bias.</param>
internal readonly record struct FullyConnectedForm(bool OutputsFirst, float Alpha = 1, float Beta = 1);
