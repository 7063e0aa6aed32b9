using System.Diagnostics;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Learns for every weight of a layer whether it is rounded up or down, so that the layer's output behind its activation stays close to
/// what the real weights answer to the same inputs, those that the int8 network gives it (Nagel et al., "Up or down? Adaptive rounding
/// for post-training quantization", ICML 2020, arXiv:2004.10568). A weight is scale · (⌊w/scale⌋ + h(v)) with the rectified sigmoid
/// h(v) = clip(1.2·σ(v) − 0.1, 0, 1);
/// v follows the gradient (Adam) of the squared error plus λ·Σ(1 − |2h − 1|^β), β falling from 20 to 2, which drives every h to 0 or 1.
/// It starts half-way between the real weight and the code it has. Rows of weights are independent of each other and learned one after
/// the other; a row that comes out no better than it was on the last quarter of the samples, from which it does not learn, stays as it was.
/// </summary>
internal sealed class LearnedRows
{
    private const float Stretch = 1.2f, Shift = -0.1f;
    private const float LearningRate = 0.02f, Momentum = 0.9f, SquareMomentum = 0.999f;
    private const float Regularization = 1, FirstBeta = 20, LastBeta = 2;

    /// <summary>Share of the steps that fit the output before regularization sets in.</summary>
    private const float WarmUp = 0.2f;

    /// <summary>Slope of a clipped output: without any, a row that is off for all samples could not come back.</summary>
    private const float Leak = 0.01f;

    /// <summary>Samples per step.</summary>
    private const int Batch = 64;

    /// <summary>Prime, so that the walk over the samples meets every one of them.</summary>
    private const long Stride = 2654435761;

    /// <summary>Fewer steps round worse than none; more bring nothing.</summary>
    private const int MinSteps = 200, MaxSteps = 2000;

    private readonly float _low, _high;
    private readonly int _length;

    /// <param name="node">A convolution or fully connected layer.</param>
    /// <param name="length">Weights per output channel.</param>
    public LearnedRows(Node node, int length)
    {
        _low = node.Attributes.Float(OpTypes.FusedLow, float.NegativeInfinity);
        _high = node.Attributes.Float(OpTypes.FusedHigh, float.PositiveInfinity);
        _length = length;
    }

    /// <summary>How many of so many samples are learned from; the others judge.</summary>
    public static int Learned(int samples) => samples - (samples / 4);

    /// <summary>Learns a layer.</summary>
    /// <param name="inputs">Per group [samples, length], image by image: what the int8 network gives the layer.</param>
    /// <param name="weights">[rows, length], real.</param>
    /// <param name="bias">One per row.</param>
    /// <param name="start">Codes [rows, length] so far, and scales, one per row.</param>
    /// <param name="time">Wall-clock time that it may take.</param>
    /// <param name="threads">Threads to use.</param>
    /// <returns>Codes [rows, length]; null when the time is too short.</returns>
    public sbyte[]? Learn(float[][] inputs, float[] weights, float[] bias, QuantizedWeights start, TimeSpan time, int threads)
    {
        int rows = bias.Length, rowsPerGroup = rows / inputs.Length, samples = inputs[0].Length / _length, learned = Learned(samples);
        int steps = Steps(inputs[0], learned, weights.AsSpan(0, _length), time * threads / rows);
        if (steps < MinSteps)
            return null;
        sbyte[] codes = new sbyte[weights.Length];
        float[] scales = start.Scales;
        Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = threads }, row =>
        {
            int first = row * _length;
            float[] x = inputs[row / rowsPerGroup];
            ReadOnlySpan<float> real = weights.AsSpan(first, _length);
            float[] targets = new float[samples];
            for (int s = 0; s < samples; s++)
                targets[s] = Math.Clamp(TensorPrimitives.Dot(x.AsSpan(s * _length, _length), real) + bias[row], _low, _high);
            ReadOnlySpan<sbyte> before = start.Codes.AsSpan(first, _length);
            Span<sbyte> own = codes.AsSpan(first, _length);
            before.CopyTo(own);
            LearnRow(x, targets.AsSpan(0, learned), real, bias[row], scales[row], own, steps);
            ReadOnlySpan<float> unseen = x.AsSpan(learned * _length), expected = targets.AsSpan(learned);
            if (!(Error(unseen, expected, own, bias[row], scales[row]) < Error(unseen, expected, before, bias[row], scales[row])))
                before.CopyTo(own);
        });
        return codes;
    }

    /// <summary>
    /// Steps that fit the time, from what a few take. Before the first one and after the last all samples are answered, three times as
    /// often as those to learn from are once.
    /// </summary>
    private int Steps(float[] inputs, int samples, ReadOnlySpan<float> row, TimeSpan time)
    {
        const int Probes = 8;
        sbyte[] unused = new sbyte[_length];
        float[] targets = new float[samples];
        LearnRow(inputs, targets, row, 0, 1, unused, 1);
        long start = Stopwatch.GetTimestamp();
        LearnRow(inputs, targets, row, 0, 1, unused, 1);
        TimeSpan one = Stopwatch.GetElapsedTime(start);
        LearnRow(inputs, targets, row, 0, 1, unused, 1 + Probes);
        TimeSpan step = (Stopwatch.GetElapsedTime(start) - (2 * one)) / Probes, around = 3 * (one - step);
        return step <= TimeSpan.Zero ? MaxSteps : (int)Math.Clamp((time - around) / step, 0, MaxSteps);
    }

    /// <param name="codes">Those to start from; receives the learned ones.</param>
    private void LearnRow(float[] inputs, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, float bias, float scale, Span<sbyte> codes, int steps)
    {
        int n = _length, samples = targets.Length;
        float[] floor = new float[n], v = new float[n], h = new float[n], quantized = new float[n], gradient = new float[n], mean = new float[n], square = new float[n];
        for (int i = 0; i < n; i++)
        {
            // A code that makes up for its neighbours' errors may lie beyond the two around its weight.
            floor[i] = Math.Clamp(MathF.Floor(weights[i] / scale), codes[i] - 1, codes[i]);
            float fraction = (Math.Clamp((weights[i] / scale) - floor[i], 0, 1) + codes[i] - floor[i]) / 2;
            v[i] = -MathF.Log((Stretch / (fraction - Shift)) - 1);
        }

        // In units of the error that the codes make so far, so that layers and rows weigh alike against the regularization.
        float unit = Error(inputs, targets, codes, bias, scale);
        float factor = unit > 0 ? n / unit / Batch : 0;
        for (int step = 0; step < steps; step++)
        {
            for (int i = 0; i < n; i++)
            {
                h[i] = Math.Clamp((Stretch / (1 + MathF.Exp(-v[i]))) + Shift, 0, 1);
                quantized[i] = scale * Math.Clamp(floor[i] + h[i], -127, 127);
            }

            Array.Clear(gradient);
            for (int b = 0; b < Batch; b++)
            {
                int sample = (int)((((long)step * Batch) + b) * Stride % samples);
                ReadOnlySpan<float> x = inputs.AsSpan(sample * n, n);
                float sum = TensorPrimitives.Dot(x, quantized) + bias;
                if (sum > _low && sum < _high)
                    TensorPrimitives.MultiplyAdd(x, 2 * (sum - targets[sample]) * scale * factor, gradient, gradient);
                else if (Math.Clamp(sum, _low, _high) != targets[sample])
                    TensorPrimitives.MultiplyAdd(x, 2 * (Math.Clamp(sum, _low, _high) - targets[sample]) * scale * factor * Leak, gradient, gradient);
            }

            Update(step, steps, h, v, gradient, mean, square);
        }

        for (int i = 0; i < n; i++)
            codes[i] = (sbyte)Math.Clamp(floor[i] + (v[i] >= 0 ? 1 : 0), -127, 127);
    }

    private static void Update(int step, int steps, float[] h, float[] v, float[] gradient, float[] mean, float[] square)
    {
        float progress = Math.Max(0, ((float)step / steps) - WarmUp) / (1 - WarmUp);
        float beta = LastBeta + ((FirstBeta - LastBeta) * (1 - progress)), lambda = progress > 0 ? Regularization : 0;
        float first = 1 - MathF.Pow(Momentum, step + 1), second = 1 - MathF.Pow(SquareMomentum, step + 1);
        for (int i = 0; i < v.Length; i++)
        {
            float sigmoid = 1 / (1 + MathF.Exp(-v[i]));
            float slope = h[i] is > 0 and < 1 ? Stretch * sigmoid * (1 - sigmoid) : 0;
            float away = (2 * h[i]) - 1;
            float rounding = lambda == 0 ? 0 : -lambda * 2 * beta * MathF.Pow(MathF.Abs(away), beta - 1) * MathF.Sign(away);
            float g = (gradient[i] + rounding) * slope;
            mean[i] = (Momentum * mean[i]) + ((1 - Momentum) * g);
            square[i] = (SquareMomentum * square[i]) + ((1 - SquareMomentum) * g * g);
            v[i] -= LearningRate * (mean[i] / first) / (MathF.Sqrt(square[i] / second) + 1e-8f);
        }
    }

    /// <summary>Mean squared error of a row's outputs.</summary>
    private float Error(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, ReadOnlySpan<sbyte> codes, float bias, float scale)
    {
        float[] rounded = new float[_length];
        for (int i = 0; i < rounded.Length; i++)
            rounded[i] = scale * codes[i];
        double error = 0;
        for (int s = 0; s < targets.Length; s++)
        {
            double d = Math.Clamp(TensorPrimitives.Dot(inputs.Slice(s * _length, _length), rounded) + bias, _low, _high) - targets[s];
            error += d * d;
        }

        return (float)(error / targets.Length);
    }
}
