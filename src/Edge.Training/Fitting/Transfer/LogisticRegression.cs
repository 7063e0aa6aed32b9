using Edge.Training.Autograd;
using Edge.Training.Autograd.Kernels;

namespace Edge.Training.Fitting.Transfer;

/// <summary>
/// Multinomial logistic regression with an L2 penalty on the weights, over features scaled to mean 0 and variance 1 on the
/// training rows: mean cross-entropy + λ/2·‖w‖². Convex, so there is one solution; L-BFGS finds it from zero.
/// </summary>
public static class LogisticRegression
{
    private const int MaxIterations = 100;

    /// <summary>Largest gradient at which the search ends.</summary>
    private const double Tolerance = 1e-5;

    /// <param name="table">Training rows.</param>
    /// <param name="classes">Number of classes; one without rows gets no weights.</param>
    /// <param name="penalty">λ; 1/rows is the usual default ("C = 1").</param>
    /// <param name="weights">Weight of every class; null: 1.</param>
    /// <param name="workers">Threads.</param>
    /// <returns>A classifier over the features as they are, unscaled.</returns>
    public static LinearClassifier Fit(FeatureTable table, int classes, double penalty, float[]? weights, Workers workers)
    {
        (float[] mean, float[] scale) = Scaling(table);
        float[] x = new float[table.Data.Length];
        for (int i = 0; i < x.Length; i++)
            x[i] = (table.Data[i] - mean[i % table.Features]) * scale[i % table.Features];
        var objective = new Objective(x, table.Classes, table.Features, classes, penalty, weights, workers);
        float[] parameters = new float[classes * (table.Features + 1)];
        LimitedMemoryBfgs.Minimize(objective.Evaluate, parameters, MaxIterations, Tolerance);
        return Unscaled(parameters, mean, scale, classes);
    }

    private static (float[] Mean, float[] Scale) Scaling(FeatureTable table)
    {
        double[] sum = new double[table.Features], squares = new double[table.Features];
        for (int i = 0; i < table.Data.Length; i++)
        {
            double value = table.Data[i];
            sum[i % table.Features] += value;
            squares[i % table.Features] += value * value;
        }

        float[] mean = new float[table.Features], scale = new float[table.Features];
        for (int k = 0; k < table.Features; k++)
        {
            double m = sum[k] / table.Rows;
            double variance = Math.Max(0, (squares[k] / table.Rows) - (m * m));
            mean[k] = (float)m;

            // A feature that never changes says nothing.
            scale[k] = variance > 1e-12 ? (float)(1 / Math.Sqrt(variance)) : 0;
        }

        return (mean, scale);
    }

    private static LinearClassifier Unscaled(float[] parameters, float[] mean, float[] scale, int classes)
    {
        int features = mean.Length;
        float[] weights = new float[classes * features], bias = new float[classes];
        for (int c = 0; c < classes; c++)
        {
            double shift = parameters[(classes * features) + c];
            for (int k = 0; k < features; k++)
            {
                float weight = parameters[(c * features) + k] * scale[k];
                weights[(c * features) + k] = weight;
                shift -= (double)weight * mean[k];
            }

            bias[c] = (float)shift;
        }

        return new LinearClassifier(weights, bias);
    }

    /// <summary>
    /// Value and gradient for parameters [classes, features] followed by biases [classes]. A linear layer over rows is a 1×1
    /// convolution over an image of rows × 1 pixels.
    /// </summary>
    private sealed class Objective(
        float[] x, int[] labels, int features, int classes, double penalty, float[]? classWeights, Workers workers)
    {
        private readonly Convolution<float> _linear = Convolution<float>.Create(
            new ConvolutionShape { Height = labels.Length, Width = 1, InputChannels = features, OutputChannels = classes }, workers);

        private readonly float[] _scores = new float[labels.Length * classes];
        private readonly float[] _scoresGradient = new float[labels.Length * classes];
        private readonly float[] _weights = new float[classes * features];
        private readonly float[] _weightsGradient = new float[classes * features];
        private readonly float[] _bias = new float[classes];
        private readonly float[] _biasGradient = new float[classes];

        public double Evaluate(float[] parameters, float[] gradient)
        {
            Array.Copy(parameters, _weights, _weights.Length);
            Array.Copy(parameters, _weights.Length, _bias, 0, classes);
            _linear.Forward(x, _weights, _bias, _scores, batch: 1);
            double loss = SoftmaxCrossEntropy.Compute<float>(
                _scores, labels, labels.Length, classes, labelSmoothing: 0, classWeights, _scoresGradient);
            Array.Clear(_weightsGradient);
            Array.Clear(_biasGradient);
            _linear.BackwardWeights(x, _scoresGradient, _weightsGradient, _biasGradient, batch: 1);
            double squares = 0;
            for (int i = 0; i < _weights.Length; i++)
            {
                squares += (double)_weights[i] * _weights[i];
                gradient[i] = _weightsGradient[i] + (float)(penalty * _weights[i]);
            }

            _biasGradient.CopyTo(gradient, _weights.Length);
            return loss + (0.5 * penalty * squares);
        }
    }
}
