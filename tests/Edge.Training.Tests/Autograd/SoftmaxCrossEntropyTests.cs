using Edge.Training.Autograd;

namespace Edge.Training.Tests.Autograd;

public class SoftmaxCrossEntropyTests
{
    [Theory]
    [InlineData(0f, false, 0f)]
    [InlineData(0.1f, false, 0f)]
    [InlineData(0.1f, true, 0f)]
    [InlineData(0.1f, true, 0.6f)]
    public void Gradient_equals_central_differences(float smoothing, bool weighted, float teacherShare)
    {
        double[] logits = new double[4 * 5];
        GradientCheck.Fill(logits, new Random(2));
        int[] labels = [0, 3, 4, 3];
        double[] teacher = new double[teacherShare > 0 ? logits.Length : 0];
        GradientCheck.Fill(teacher, new Random(3));
        float[] weights = weighted ? [1, 2, 3, 0.5f, 4] : [];
        double[] gradient = new double[logits.Length];
        Compute(gradient);
        for (int i = 0; i < logits.Length; i++)
        {
            double value = logits[i];
            logits[i] = value + 1e-5;
            double above = Compute([]);
            logits[i] = value - 1e-5;
            double below = Compute([]);
            logits[i] = value;
            Assert.Equal((above - below) / 2e-5, gradient[i], 1e-9);
        }

        double Compute(double[] into) =>
            SoftmaxCrossEntropy.Compute<double>(logits, labels, 4, 5, smoothing, weights, into, teacher, teacherShare);
    }

    [Theory]
    [InlineData(0f, 1f, 0f)]
    [InlineData(1f, 0.25f, 0.75f)]
    [InlineData(0.5f, 0.625f, 0.375f)]
    public void A_share_of_the_target_is_the_teachers_answer(float share, float first, float second)
    {
        float[] gradient = new float[2];
        float[] teacher = [0, MathF.Log(3)];
        SoftmaxCrossEntropy.Compute([0f, 0f], [0], 1, 2, 0, [], gradient.AsSpan(), teacher, share);
        Assert.Equal([0.5f - first, 0.5f - second], gradient, (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Equal_logits_cost_the_logarithm_of_the_classes() =>
        Assert.Equal(Math.Log(8), SoftmaxCrossEntropy.Compute<float>(new float[16], [0, 5], 2, 8, 0.3f, [], []), 1e-12);

    [Fact]
    public void Huge_logits_do_not_overflow()
    {
        float[] gradient = new float[2];
        Assert.Equal(60000, SoftmaxCrossEntropy.Compute([30000f, -30000f], [1], 1, 2, 0, [], gradient.AsSpan()), 1e-6);
        Assert.Equal([1f, -1f], gradient);
    }

    [Fact]
    public void An_image_counts_with_the_weight_of_its_class()
    {
        float[] logits = [1, 0, 0, 2];
        double first = SoftmaxCrossEntropy.Compute<float>(logits.AsSpan(0, 2), [0], 1, 2, 0, [], []);
        double second = SoftmaxCrossEntropy.Compute<float>(logits.AsSpan(2, 2), [1], 1, 2, 0, [], []);
        Assert.Equal((first + (3 * second)) / 4, SoftmaxCrossEntropy.Compute<float>(logits, [0, 1], 2, 2, 0, [1, 3], []), 1e-12);
    }
}
