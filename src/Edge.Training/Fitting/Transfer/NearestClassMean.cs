namespace Edge.Training.Fitting.Transfer;

/// <summary>
/// The class whose mean is nearest (cosine of the angle between L2-normalised features, centred on the training mean), written as
/// a linear classifier: with means of unit length the nearest one is that with the largest product.
/// </summary>
public static class NearestClassMean
{
    /// <param name="table">Training rows.</param>
    /// <param name="classes">Number of classes; one without rows is never chosen.</param>
    public static LinearClassifier Fit(FeatureTable table, int classes)
    {
        int features = table.Features;
        double[] centre = new double[features];
        for (int i = 0; i < table.Data.Length; i++)
            centre[i % features] += table.Data[i] / (double)table.Rows;
        double[] sums = new double[classes * features];
        for (int r = 0; r < table.Rows; r++)
        {
            ReadOnlySpan<float> row = table.Row(r);
            double length = 0;
            for (int k = 0; k < features; k++)
                length += (row[k] - centre[k]) * (row[k] - centre[k]);
            length = Math.Sqrt(Math.Max(length, 1e-20));
            for (int k = 0; k < features; k++)
                sums[(table.Classes[r] * features) + k] += (row[k] - centre[k]) / length;
        }

        float[] weights = new float[classes * features], bias = new float[classes];
        for (int c = 0; c < classes; c++)
        {
            Span<double> mean = sums.AsSpan(c * features, features);
            double squares = 0, product = 0;
            foreach (double value in mean)
                squares += value * value;
            if (squares == 0)
            {
                bias[c] = float.NegativeInfinity;
                continue;
            }

            for (int k = 0; k < features; k++)
            {
                double weight = mean[k] / Math.Sqrt(squares);
                weights[(c * features) + k] = (float)weight;
                product += weight * centre[k];
            }

            bias[c] = (float)-product;
        }

        return new LinearClassifier(weights, bias);
    }
}
