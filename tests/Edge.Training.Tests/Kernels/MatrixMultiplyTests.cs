using Edge.Training.Autograd;
using Edge.Training.Autograd.Kernels;

namespace Edge.Training.Tests.Kernels;

public class MatrixMultiplyTests
{
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 1, 10, 64 }, { 3, 5, 7 }, { 12, 32, 16 }, { 13, 33, 17 }, { 64, 10, 100 }, { 128, 43, 256 }, { 25, 65, 1030 },
        { 400, 48, 5 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_transposition_gives_the_product_and_accumulates(int m, int n, int k)
    {
        using Workers workers = new(1 + (m % 3));
        Random random = new(m + n + k);
        double[] a = Draw(random, m * k), b = Draw(random, k * n);
        double[] expected = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int l = 0; l < k; l++)
                    expected[(i * n) + j] += a[(i * k) + l] * b[(l * n) + j];
            }
        }

        MatrixMultiply<double> doubles = new(workers);
        MatrixMultiply<float> floats = new(workers);
        foreach ((bool transposeA, bool transposeB) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            double[] left = transposeA ? Transposed(a, m, k) : a, right = transposeB ? Transposed(b, k, n) : b;
            double[] c = new double[(m * n) + 2];
            Array.Fill(c, double.NaN);
            doubles.Run(m, n, k, left, transposeA, right, transposeB, c, accumulate: false);
            doubles.Run(m, n, k, left, transposeA, right, transposeB, c, accumulate: true);
            float[] f = new float[m * n];
            Array.Fill(f, 1);
            floats.Run(m, n, k, Single(left), transposeA, Single(right), transposeB, f, accumulate: true);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(2 * expected[i], c[i], 1e-10);
                Assert.Equal(1 + expected[i], f[i], 1e-4 * (1 + Math.Sqrt(k)));
            }

            Assert.True(double.IsNaN(c[m * n]), "Written past the matrix.");
        }
    }

    private static double[] Draw(Random random, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)((2 * random.NextDouble()) - 1);
        return values;
    }

    private static double[] Transposed(double[] matrix, int rows, int columns)
    {
        double[] result = new double[matrix.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                result[(j * rows) + i] = matrix[(i * columns) + j];
        }

        return result;
    }

    private static float[] Single(double[] values) => Array.ConvertAll(values, v => (float)v);
}
