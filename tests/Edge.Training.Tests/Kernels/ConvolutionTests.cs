using Edge.Training.Autograd;
using Edge.Training.Autograd.Kernels;

namespace Edge.Training.Tests.Kernels;

public class ConvolutionTests
{
    public static TheoryData<string, int, int> Cases
    {
        get
        {
            TheoryData<string, int, int> data = [];
            int i = 0;
            foreach (string name in ConvolutionGeometries.All.Keys)
            {
                data.Add(name, 1 + (i % 5), 1 + (i % 3));
                data.Add(name, 1 + ((i + 2) % 5), 1 + ((i + 1) % 3));
                i++;
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_is_the_sum_that_defines_convolution(string geometry, int batch, int threads)
    {
        using Workers workers = new(threads);
        Example e = new(geometry, batch);
        Convolution<double> convolution = Convolution<double>.Create(e.Shape, workers);
        double[] y = Filled(e.Y.Length + 3, double.NaN);
        convolution.Forward(e.X, e.Weights, e.Bias, y, batch);
        AssertClose(NaiveConvolution.Forward(e.Shape, e.X, e.Weights, e.Bias, batch), y.AsSpan(0, e.Y.Length), 1e-12);
        Assert.All(y[e.Y.Length..], v => Assert.True(double.IsNaN(v), "Written past the batch."));

        Array.Fill(y, double.NaN);
        convolution.Forward(e.X, e.Weights, null, y, batch);
        AssertClose(NaiveConvolution.Forward(e.Shape, e.X, e.Weights, null, batch), y.AsSpan(0, e.Y.Length), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_the_central_differences_of_the_definition(string geometry, int batch, int threads)
    {
        using Workers workers = new(threads);
        Example e = new(geometry, batch);
        Convolution<double> convolution = Convolution<double>.Create(e.Shape, workers);

        // Loss = Σ dy·y. It is linear in each argument, so that central differences of any step are exact but for rounding.
        double Loss() => Dot(NaiveConvolution.Forward(e.Shape, e.X, e.Weights, e.Bias, batch), e.Y);

        double[] dx = Filled(e.X.Length + 3, double.NaN), dw = Filled(e.Weights.Length, 1), dbias = Filled(e.Bias.Length, 2);
        convolution.BackwardData(e.Weights, e.Y, dx, batch, accumulate: false);
        convolution.BackwardWeights(e.X, e.Y, dw, dbias, batch);

        AssertClose(SampledDifferences(Loss, e.X), dx, 1e-9);
        AssertClose(SampledDifferences(Loss, e.Weights), dw, 1e-9, added: 1);
        AssertClose(SampledDifferences(Loss, e.Bias), dbias, 1e-9, added: 2);
        Assert.All(dx[e.X.Length..], v => Assert.True(double.IsNaN(v), "Written past the batch."));
        Assert.All(dx[..e.X.Length], v => Assert.False(double.IsNaN(v), "Not written."));

        double[] twice = (double[])dx.Clone();
        convolution.BackwardData(e.Weights, e.Y, twice, batch, accumulate: true);
        AssertClose([.. dx[..e.X.Length].Select(v => 2 * v)], twice.AsSpan(0, e.X.Length), 1e-12);

        double[] without = Filled(e.Weights.Length, 1);
        convolution.BackwardWeights(e.X, e.Y, without, null, batch);
        AssertClose(dw, without, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Single_precision_agrees_with_double_and_is_the_same_every_time(string geometry, int batch, int threads)
    {
        using Workers workers = new(threads);
        Example e = new(geometry, batch);
        Convolution<double> expected = Convolution<double>.Create(e.Shape, workers);
        double[] y = new double[e.Y.Length], dx = new double[e.X.Length], dw = new double[e.Weights.Length];
        double[] dbias = new double[e.Bias.Length];
        expected.Forward(e.X, e.Weights, e.Bias, y, batch);
        expected.BackwardData(e.Weights, e.Y, dx, batch, accumulate: false);
        expected.BackwardWeights(e.X, e.Y, dw, dbias, batch);

        float[][] Compute()
        {
            Convolution<float> convolution = Convolution<float>.Create(e.Shape, workers);
            float[] fx = Single(e.X), fw = Single(e.Weights), fb = Single(e.Bias), fdy = Single(e.Y);
            float[] fy = new float[y.Length], fdx = new float[dx.Length];
            float[] fdw = new float[dw.Length], fdb = new float[dbias.Length];
            convolution.Forward(fx, fw, fb, fy, batch);
            convolution.BackwardData(fw, fdy, fdx, batch, accumulate: false);
            convolution.BackwardWeights(fx, fdy, fdw, fdb, batch);
            return [fy, fdx, fdw, fdb];
        }

        float[][] first = Compute();
        AssertClose(y, Double(first[0]), 1e-4);
        AssertClose(dx, Double(first[1]), 1e-4);
        AssertClose(dw, Double(first[2]), 1e-4);
        AssertClose(dbias, Double(first[3]), 1e-4);
        Assert.Equal(first, Compute());
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Every_width_of_vectors_gives_the_same_products(int vectorBits)
    {
        using Workers workers = new(2);
        foreach (string geometry in ConvolutionGeometries.All.Keys)
        {
            Example e = new(geometry, 2);
            double[][] expected = Products(Convolution<double>.Create(e.Shape, workers), e);
            double[][] actual = Products(ConvolutionKernels.Create<double>(e.Shape, workers, vectorBits), e);
            for (int i = 0; i < expected.Length; i++)
                AssertClose(expected[i], actual[i], 1e-12);
        }
    }

    [Fact]
    public void A_short_array_is_refused()
    {
        using Workers workers = new(1);
        Example e = new("3x3", 2);
        Convolution<double> convolution = Convolution<double>.Create(e.Shape, workers);
        Assert.Throws<ArgumentException>(() => convolution.Forward(e.X[1..], e.Weights, e.Bias, e.Y, 2));
        Assert.Throws<ArgumentException>(() => convolution.Forward(e.X, e.Weights, e.Bias, e.Y[1..], 2));
        Assert.Throws<ArgumentException>(() => convolution.Forward(e.X, e.Weights, e.Bias[1..], e.Y, 2));
        Assert.Throws<ArgumentException>(() => convolution.BackwardWeights(e.X, e.Y, e.Weights[1..], null, 2));
    }

    private static double[][] Products(Convolution<double> convolution, Example e)
    {
        double[] y = new double[e.Y.Length], dx = new double[e.X.Length], dw = new double[e.Weights.Length];
        double[] dbias = new double[e.Bias.Length];
        convolution.Forward(e.X, e.Weights, e.Bias, y, 2);
        convolution.BackwardData(e.Weights, e.Y, dx, 2, accumulate: false);
        convolution.BackwardWeights(e.X, e.Y, dw, dbias, 2);
        return [y, dx, dw, dbias];
    }

    /// <summary>Central differences at some sixty elements spread over the argument; the rest NaN.</summary>
    private static double[] SampledDifferences(Func<double> loss, double[] argument)
    {
        double[] result = Filled(argument.Length, double.NaN);
        int step = Math.Max(1, argument.Length / 60) | 1;
        for (int i = 0; i < argument.Length; i += step)
        {
            double at = argument[i];
            argument[i] = at + 0.5;
            double above = loss();
            argument[i] = at - 0.5;
            result[i] = above - loss();
            argument[i] = at;
        }

        return result;
    }

    private static void AssertClose(double[] expected, ReadOnlySpan<double> actual, double tolerance, double added = 0)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (double.IsNaN(expected[i]))
                continue;
            double difference = Math.Abs(expected[i] + added - actual[i]);
            double allowed = tolerance * (1 + Math.Abs(expected[i]));
            Assert.True(difference <= allowed, $"[{i}]: {actual[i]}, not {expected[i] + added}");
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static double[] Filled(int length, double value)
    {
        double[] result = new double[length];
        Array.Fill(result, value);
        return result;
    }

    private static float[] Single(double[] values) => Array.ConvertAll(values, v => (float)v);

    private static double[] Double(float[] values) => Array.ConvertAll(values, v => (double)v);

    private sealed class Example
    {
        public Example(string geometry, int batch)
        {
            Shape = ConvolutionGeometries.All[geometry];
            Random random = new(geometry.Length + batch);
            X = Draw(random, batch * Shape.InputElements);
            Weights = Draw(random, Shape.WeightCount);
            Bias = Draw(random, Shape.OutputChannels);
            Y = Draw(random, batch * Shape.OutputElements);
        }

        public ConvolutionShape Shape { get; }

        public double[] X { get; }

        public double[] Weights { get; }

        public double[] Bias { get; }

        /// <summary>The gradient of the output.</summary>
        public double[] Y { get; }

        // Values that float holds exactly, so that float and double start from the same numbers.
        private static double[] Draw(Random random, int count)
        {
            double[] values = new double[count];
            for (int i = 0; i < count; i++)
                values[i] = (float)((2 * random.NextDouble()) - 1);
            return values;
        }
    }
}
