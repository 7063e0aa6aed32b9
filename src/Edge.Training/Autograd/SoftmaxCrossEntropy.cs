using System.Numerics;

namespace Edge.Training.Autograd;

/// <summary>
/// The loss −Σ t_c · log p_c with p = softmax(logits), averaged over the images of a batch. Label smoothing ε gives the right
/// class the target 1 − ε + ε/classes and every other ε/classes (Szegedy et al., 2016). With a teacher (Hinton et al., "Distilling the
/// knowledge in a neural network", arXiv:1503.02531, at temperature 1) a share of the target is the teacher's softmax. With class
/// weights each image counts with the weight of its label, and the average is taken over the sum of those weights.
/// </summary>
public static class SoftmaxCrossEntropy
{
    /// <param name="logits">[batch, classes], may be longer.</param>
    /// <param name="labels">[batch], each 0 to classes − 1.</param>
    /// <param name="batch">Images, at least 1.</param>
    /// <param name="classes">Logits of an image.</param>
    /// <param name="labelSmoothing">ε, 0 to 1.</param>
    /// <param name="classWeights">[classes], not negative; null for equal weights.</param>
    /// <param name="logitsGradient">[batch, classes], overwritten by ∂loss/∂logits = weight · (p − t) / Σ weights; empty to leave it out.</param>
    /// <param name="teacherLogits">[batch, classes], may be longer; empty without a teacher.</param>
    /// <param name="teacherShare">Share of the target that is the teacher's, 0 to 1.</param>
    /// <returns>The average loss; 0 when all weights are 0.</returns>
    public static double Compute<T>(
        ReadOnlySpan<T> logits,
        ReadOnlySpan<int> labels,
        int batch,
        int classes,
        float labelSmoothing,
        ReadOnlySpan<float> classWeights,
        Span<T> logitsGradient,
        ReadOnlySpan<T> teacherLogits = default,
        float teacherShare = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        double total = 0;
        double weights = 0;
        for (int n = 0; n < batch; n++)
            weights += Weight(classWeights, labels[n]);
        for (int n = 0; n < batch; n++)
        {
            double weight = weights > 0 ? Weight(classWeights, labels[n]) / weights : 0;
            Span<T> gradient = logitsGradient.IsEmpty ? [] : logitsGradient.Slice(n * classes, classes);
            ReadOnlySpan<T> teacher = teacherLogits.IsEmpty ? [] : teacherLogits.Slice(n * classes, classes);
            total += weight * OfImage(logits.Slice(n * classes, classes), labels[n], labelSmoothing, weight, gradient, teacher, teacherShare);
        }

        return total;
    }

    private static double OfImage<T>(
        ReadOnlySpan<T> logits, int label, float labelSmoothing, double weight, Span<T> gradient, ReadOnlySpan<T> teacher, float teacherShare)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double logSum = LogSumOfExponentials(logits), teacherLogSum = teacher.IsEmpty ? 0 : LogSumOfExponentials(teacher);
        double others = (double)labelSmoothing / logits.Length;
        double loss = 0;
        for (int c = 0; c < logits.Length; c++)
        {
            double logProbability = double.CreateTruncating(logits[c]) - logSum;
            double target = others + (c == label ? 1 - (double)labelSmoothing : 0);
            if (!teacher.IsEmpty)
                target += teacherShare * (Math.Exp(double.CreateTruncating(teacher[c]) - teacherLogSum) - target);
            if (target != 0)
                loss -= target * logProbability;
            if (!gradient.IsEmpty)
                gradient[c] = T.CreateTruncating(weight * (Math.Exp(logProbability) - target));
        }

        return loss;
    }

    private static double LogSumOfExponentials<T>(ReadOnlySpan<T> logits)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double largest = double.NegativeInfinity;
        foreach (T z in logits)
            largest = Math.Max(largest, double.CreateTruncating(z));
        double sum = 0;
        foreach (T z in logits)
            sum += Math.Exp(double.CreateTruncating(z) - largest);
        return Math.Log(sum) + largest;
    }

    private static double Weight(ReadOnlySpan<float> classWeights, int label) => classWeights.IsEmpty ? 1 : classWeights[label];
}
