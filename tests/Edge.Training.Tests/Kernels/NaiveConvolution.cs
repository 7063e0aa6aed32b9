using Edge.Training.Autograd.Kernels;

namespace Edge.Training.Tests.Kernels;

/// <summary>The definition of convolution, one output after the other.</summary>
internal static class NaiveConvolution
{
    public static double[] Forward(ConvolutionShape s, double[] x, double[] weights, double[]? bias, int batch)
    {
        double[] y = new double[batch * s.OutputElements];
        int inputs = s.InputChannels / s.Groups, outputs = s.OutputChannels / s.Groups, at = 0;
        for (int n = 0; n < batch; n++)
        {
            for (int oy = 0; oy < s.OutputHeight; oy++)
            {
                for (int ox = 0; ox < s.OutputWidth; ox++)
                {
                    for (int o = 0; o < s.OutputChannels; o++)
                        y[at++] = (bias?[o] ?? 0) + Sum(n, oy, ox, o);
                }
            }
        }

        return y;

        double Sum(int n, int oy, int ox, int o)
        {
            double sum = 0;
            int w = o * inputs * s.KernelHeight * s.KernelWidth;
            for (int i = o / outputs * inputs; i < ((o / outputs) + 1) * inputs; i++)
            {
                for (int ky = 0; ky < s.KernelHeight; ky++)
                {
                    for (int kx = 0; kx < s.KernelWidth; kx++, w++)
                    {
                        int iy = (oy * s.StrideY) + (ky * s.DilationY) - s.PadTop;
                        int ix = (ox * s.StrideX) + (kx * s.DilationX) - s.PadLeft;
                        if (iy >= 0 && iy < s.Height && ix >= 0 && ix < s.Width)
                            sum += weights[w] * x[(((((n * s.Height) + iy) * s.Width) + ix) * s.InputChannels) + i];
                    }
                }
            }

            return sum;
        }
    }
}
