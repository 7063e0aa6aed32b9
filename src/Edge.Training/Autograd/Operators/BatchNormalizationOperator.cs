using System.Numerics;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// y = clamp(scale · (x − mean) / √(variance + epsilon) + bias) for every channel (Ioffe and Szegedy, 2015), with the clamp of
/// a ReLU that follows. In training, mean and variance are those of the batch over images and pixels, and the running ones
/// move towards them: running · momentum + batch · (1 − momentum), with the unbiased variance n/(n − 1) as PyTorch has it.
/// In evaluation, and in training where <see cref="IsFrozen"/>, the running ones are used and stay.
/// </summary>
internal sealed class BatchNormalizationOperator<T> : UnaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Parameter<T> _scale;
    private readonly Parameter<T> _bias;
    private readonly StateTensor<T> _runningMean;
    private readonly StateTensor<T> _runningVariance;
    private readonly double _epsilon;
    private readonly double _momentum;
    private readonly ClampBounds<T> _bounds;
    private readonly NetworkSwitches _switches;
    private readonly ChannelMoments<T> _moments;
    private readonly ChannelAffine<T> _affine;
    private readonly double[] _mean;
    private readonly double[] _inverseDeviation;
    private bool _usesBatch;

    public BatchNormalizationOperator(
        Activation<T> input,
        Activation<T> output,
        (Parameter<T> Scale, Parameter<T> Bias) parameters,
        (StateTensor<T> Mean, StateTensor<T> Variance) running,
        (float Epsilon, float Momentum) attributes,
        ClampBounds<T> bounds,
        NetworkSwitches switches,
        Workers workers)
        : base(input, output)
    {
        (_scale, _bias) = parameters;
        (_runningMean, _runningVariance) = running;
        (_epsilon, _momentum) = attributes;
        _bounds = bounds;
        _switches = switches;
        int channels = input.Shape.Channels;
        _moments = new ChannelMoments<T>(channels, workers);
        _affine = new ChannelAffine<T>(channels, workers);
        (_mean, _inverseDeviation) = (new double[channels], new double[channels]);
    }

    public override IEnumerable<Parameter<T>> Parameters => [_scale, _bias];

    public override IEnumerable<StateTensor<T>> State => [_runningMean, _runningVariance];

    /// <summary>Neither scale nor bias may change, or the network's statistics are frozen as a whole.</summary>
    private bool IsFrozen => _switches.FreezeStatistics || (!_scale.Trainable && !_bias.Trainable);

    public override void Forward(in PassContext pass)
    {
        int rows = pass.Batch * Input.Shape.Pixels;
        _usesBatch = pass.Training && !IsFrozen;
        if (_usesBatch)
            UseBatchStatistics(rows);
        else
            UseRunningStatistics();
        _affine.Forward(Input.Data, Output.Data, rows, Factor, c => Bias(c) - (_mean[c] * Factor(c)), _bounds);
    }

    public override void Backward(in PassContext pass)
    {
        int rows = pass.Batch * Input.Shape.Pixels;
        (T[] x, T[] y, T[] dy) = (Input.Data, Output.Data, Output.Gradient);
        // Σ dy and Σ dy · (x − mean) per channel.
        (double[] sum, double[] product) = _moments.Products(x, y, dy, rows, _mean, _bounds);
        for (int c = 0; c < sum.Length; c++)
        {
            _bias.Gradient[c] += T.CreateTruncating(sum[c]);
            _scale.Gradient[c] += T.CreateTruncating(product[c] * _inverseDeviation[c]);
        }

        if (!Input.NeedsGradient)
            return;
        T[] dx = Input.OpenGradient(out bool accumulate);
        bool batch = _usesBatch;
        // dx = factor · (dy − mean(dy) − x̂ · mean(dy · x̂)); the means are constants where the statistics are.
        _affine.Backward(
            (x, y, dy, dx),
            rows,
            (Factor,
            c => batch ? -Factor(c) * product[c] * _inverseDeviation[c] * _inverseDeviation[c] / rows : 0,
            c => _mean[c],
            c => batch ? -Factor(c) * sum[c] / rows : 0),
            _bounds,
            accumulate);
    }

    private double Factor(int c) => double.CreateTruncating(_scale.Value[c]) * _inverseDeviation[c];

    private double Bias(int c) => double.CreateTruncating(_bias.Value[c]);

    private void UseRunningStatistics()
    {
        for (int c = 0; c < _mean.Length; c++)
        {
            _mean[c] = double.CreateTruncating(_runningMean.Value[c]);
            _inverseDeviation[c] = 1 / Math.Sqrt(double.CreateTruncating(_runningVariance.Value[c]) + _epsilon);
        }
    }

    private void UseBatchStatistics(int rows)
    {
        double[] variance = _moments.MeanAndVariance(Input.Data, rows, _mean);
        double unbiased = rows > 1 ? rows / (rows - 1.0) : 1;
        for (int c = 0; c < _mean.Length; c++)
        {
            _inverseDeviation[c] = 1 / Math.Sqrt(variance[c] + _epsilon);
            Move(_runningMean.Value, c, _mean[c]);
            Move(_runningVariance.Value, c, variance[c] * unbiased);
        }
    }

    private void Move(T[] running, int c, double batch) =>
        running[c] = T.CreateTruncating((double.CreateTruncating(running[c]) * _momentum) + (batch * (1 - _momentum)));
}
