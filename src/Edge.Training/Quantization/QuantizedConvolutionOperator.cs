using Edge.Quantizer.Calibration;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Numerics;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Kernels;
using Edge.Training.Autograd.Loops;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Quantization;

/// <summary>
/// A convolution or fully connected layer with the runtime's arithmetic: codes of activations and weights, which float32 holds
/// exactly, are multiplied and added, and the sum is requantized with the layer's clamp. Gradients are those of the
/// convolution with the rounded weights; rounding itself counts as the identity.
/// </summary>
internal sealed class QuantizedConvolutionOperator : UnaryOperator<float>
{
    private readonly Parameter<float> _weights;
    private readonly Parameter<float>? _bias;
    private readonly Convolution<float> _kernel;
    private readonly ActivationRange _inputRange;
    private readonly OutputQuantizer _quantizer;
    private readonly GradientPool<float> _pool;
    private readonly Workers _workers;
    private readonly bool _oneImage;
    private readonly int _batchSize;
    private readonly ChannelPattern _pattern;
    private readonly float[] _steps;
    private readonly float[] _codes;
    private readonly float[] _rounded;
    private readonly float[] _zeroBias;
    private readonly float[] _biasCodes;
    private readonly float[] _scales;
    private readonly float[] _multipliers;
    private readonly float[] _multiplierPattern;

    /// <param name="kernel">
    /// Its height is the batch size where <paramref name="oneImage"/> tells that a fully connected layer takes the batch for
    /// the pixels of one image.
    /// </param>
    public QuantizedConvolutionOperator(
        Activation<float> input,
        Activation<float> output,
        (Parameter<float> Weights, Parameter<float>? Bias) parameters,
        (Convolution<float> Kernel, bool OneImage, int BatchSize) product,
        ActivationRange inputRange,
        OutputQuantizer quantizer,
        GradientPool<float> pool,
        Workers workers)
        : base(input, output)
    {
        (_weights, _bias) = parameters;
        (_kernel, _oneImage, _batchSize) = product;
        (_inputRange, _quantizer, _pool, _workers) = (inputRange, quantizer, pool, workers);
        int outputs = _kernel.Shape.OutputChannels;
        _pattern = ChannelPattern.For<float>(outputs);
        _steps = new float[output.Data.Length];
        (_codes, _rounded) = (new float[_weights.Value.Length], new float[_weights.Value.Length]);
        (_zeroBias, _biasCodes) = (new float[outputs], new float[outputs]);
        (_scales, _multipliers) = (new float[outputs], new float[outputs]);
        _multiplierPattern = new float[_pattern.Length];
    }

    public override IEnumerable<Parameter<float>> Parameters => _bias is null ? [_weights] : [_weights, _bias];

    private float[] Bias => _bias?.Value ?? _zeroBias;

    public override IEnumerable<(float[] Values, float[] Rounded)> Rounded()
    {
        RoundWeights(_inputRange.Parameters.Scale, _quantizer.Range.Parameters.Scale);
        yield return (_weights.Value, _rounded);
    }

    public override void Forward(in PassContext pass)
    {
        int images = _oneImage ? 1 : pass.Batch;
        int outputs = pass.Batch * Output.Shape.Elements;
        if (_quantizer.IsCalibrating)
        {
            _kernel.Forward(Input.Data, _weights.Value, _bias?.Value, _steps, images);
            _quantizer.Calibrate(_steps, Output.Data, outputs);
            return;
        }

        QuantizationParameters y = _quantizer.Begin();
        float inputScale = _inputRange.Parameters.Scale;
        RoundWeights(inputScale, y.Scale);
        float[] x = Codes(inputScale, pass.Batch);
        _kernel.Forward(x, _codes, _biasCodes, _steps, images);
        _pool.Return(x);
        ScaleSums(outputs);
        _quantizer.Forward(_steps, Output.Data, outputs, y.Scale);
    }

    public override void Backward(in PassContext pass)
    {
        int images = _oneImage ? 1 : pass.Batch;
        int used = pass.Batch * Output.Shape.Elements;
        float[] d = _pool.Rent(Output.Data.Length);
        _quantizer.Backward(_steps, Output.Gradient, d, used, accumulate: false);
        if (_oneImage)
        {
            Array.Clear(d, used, (_batchSize * Output.Shape.Elements) - used);
            int images0 = pass.Batch * Input.Shape.Elements;
            Array.Clear(Input.Data, images0, (_batchSize * Input.Shape.Elements) - images0);
        }

        if (_weights.Trainable || _bias is { Trainable: true })
            _kernel.BackwardWeights(Input.Data, d, _weights.Gradient, _bias?.Gradient, images);
        if (Input.NeedsGradient)
        {
            float[] dx = Input.OpenGradient(out bool accumulate);
            _kernel.BackwardData(_rounded, d, dx, images, accumulate);
        }

        _pool.Return(d);
    }

    private void RoundWeights(float inputScale, float outputScale)
    {
        float[] w = _weights.Value;
        WeightQuantizer.Scales(w, Bias, inputScale, _scales);
        int perOutput = w.Length / _scales.Length;
        for (int o = 0; o < _scales.Length; o++)
        {
            float scale = _scales[o];
            for (int i = o * perOutput; i < (o + 1) * perOutput; i++)
            {
                _codes[i] = Math.Clamp(MathF.Round(w[i] / scale, MidpointRounding.ToEven), -127, 127);
                _rounded[i] = _codes[i] * scale;
            }

            _multipliers[o] = Requantization.Multiplier(inputScale, scale, outputScale);
        }

        int[] bias = WeightQuantizer.Bias(Bias, inputScale, _scales);
        for (int o = 0; o < bias.Length; o++)
            _biasCodes[o] = bias[o];
    }

    /// <summary>The input's codes less their zero point, in a rented array.</summary>
    private float[] Codes(float scale, int batch)
    {
        float[] codes = _pool.Rent(Input.Data.Length);
        float[] x = Input.Data;
        Steps.Of(x, codes, batch * Input.Shape.Elements, scale, _workers);
        return codes;
    }

    /// <summary>acc · m per channel.</summary>
    private void ScaleSums(int count)
    {
        _pattern.Spread<float>(_multipliers, _multiplierPattern);
        int pieces = (count + _pattern.Length - 1) / _pattern.Length;
        _workers.Run(pieces, (first, end) =>
        {
            for (int p = first; p < end; p++)
            {
                Span<float> sums = _steps.AsSpan(p * _pattern.Length, Math.Min(_pattern.Length, count - (p * _pattern.Length)));
                RowMath.Multiply<float>(sums, _multiplierPattern, sums);
            }
        });
    }
}
