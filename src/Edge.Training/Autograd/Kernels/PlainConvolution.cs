using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>Convolution as its definition says, for any geometry. Every worker sums its own results in one order.</summary>
internal sealed class PlainConvolution<T>(ConvolutionShape shape, Workers workers) : Convolution<T>(shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _groupInputs = shape.InputChannels / shape.Groups;
    private readonly int _groupOutputs = shape.OutputChannels / shape.Groups;

    public override void Forward(T[] x, T[] weights, T[]? bias, T[] y, int batch) =>
        workers.Run(batch * Shape.OutputHeight, (first, end) =>
        {
            for (int row = first; row < end; row++)
            {
                for (int ox = 0; ox < Shape.OutputWidth; ox++)
                {
                    Span<T> pixel = y.AsSpan(((row * Shape.OutputWidth) + ox) * Shape.OutputChannels, Shape.OutputChannels);
                    if (bias is null)
                        pixel.Clear();
                    else
                        bias.AsSpan(0, pixel.Length).CopyTo(pixel);
                    ForEachTap(row, ox, (from, tap) =>
                    {
                        Span<T> sums = y.AsSpan(((row * Shape.OutputWidth) + ox) * Shape.OutputChannels, Shape.OutputChannels);
                        for (int o = 0; o < sums.Length; o++)
                        {
                            int input = from + (o / _groupOutputs * _groupInputs);
                            for (int i = 0; i < _groupInputs; i++)
                                sums[o] += x[input + i] * weights[WeightIndex(o, i, tap)];
                        }
                    });
                }
            }
        });

    public override void BackwardData(T[] weights, T[] dy, T[] dx, int batch, bool accumulate) =>
        workers.Run(batch, (first, end) =>
        {
            if (!accumulate)
                dx.AsSpan(first * Shape.InputElements, (end - first) * Shape.InputElements).Clear();
            ForEachPixel(first, end, (row, ox) => ForEachTap(row, ox, (to, tap) =>
            {
                int from = ((row * Shape.OutputWidth) + ox) * Shape.OutputChannels;
                for (int o = 0; o < Shape.OutputChannels; o++)
                {
                    int input = to + (o / _groupOutputs * _groupInputs);
                    for (int i = 0; i < _groupInputs; i++)
                        dx[input + i] += dy[from + o] * weights[WeightIndex(o, i, tap)];
                }
            }));
        });

    public override void BackwardWeights(T[] x, T[] dy, T[] dw, T[]? dbias, int batch) =>
        workers.Run(Shape.OutputChannels, (first, end) => ForEachPixel(0, batch, (row, ox) =>
        {
            int output = ((row * Shape.OutputWidth) + ox) * Shape.OutputChannels;
            for (int o = first; o < end && dbias is not null; o++)
                dbias[o] += dy[output + o];
            ForEachTap(row, ox, (from, tap) =>
            {
                for (int o = first; o < end; o++)
                {
                    int input = from + (o / _groupOutputs * _groupInputs);
                    for (int i = 0; i < _groupInputs; i++)
                        dw[WeightIndex(o, i, tap)] += dy[output + o] * x[input + i];
                }
            });
        }));

    private int WeightIndex(int o, int i, int tap) => (((o * _groupInputs) + i) * Shape.KernelHeight * Shape.KernelWidth) + tap;

    private void ForEachPixel(int firstImage, int endImage, Action<int, int> body)
    {
        for (int row = firstImage * Shape.OutputHeight; row < endImage * Shape.OutputHeight; row++)
        {
            for (int ox = 0; ox < Shape.OutputWidth; ox++)
                body(row, ox);
        }
    }

    /// <summary>Calls the body with the index of the input pixel under each tap that lies inside the image, and the tap.</summary>
    private void ForEachTap(int row, int ox, Action<int, int> body)
    {
        int image = row / Shape.OutputHeight, oy = row % Shape.OutputHeight;
        for (int ky = 0; ky < Shape.KernelHeight; ky++)
        {
            int iy = (oy * Shape.StrideY) - Shape.PadTop + (ky * Shape.DilationY);
            for (int kx = 0; kx < Shape.KernelWidth; kx++)
            {
                int ix = (ox * Shape.StrideX) - Shape.PadLeft + (kx * Shape.DilationX);
                if ((uint)iy < (uint)Shape.Height && (uint)ix < (uint)Shape.Width)
                    body(((((image * Shape.Height) + iy) * Shape.Width) + ix) * Shape.InputChannels, (ky * Shape.KernelWidth) + kx);
            }
        }
    }
}
