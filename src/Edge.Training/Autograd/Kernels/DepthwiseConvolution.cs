using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// Convolution of every channel by a kernel of its own. It has few multiply-adds for what it reads and writes: pixels are taken
/// in the order in which they lie, all channels at once.
/// </summary>
internal sealed unsafe class DepthwiseConvolution<T, TKernel>(ConvolutionShape shape, Workers workers) : Convolution<T>(shape)
    where T : unmanaged, IFloatingPointIeee754<T>
    where TKernel : struct, IDepthwiseKernel<T>
{
    /// <summary>Elements of a block of output pixels: with the input rows under it well inside the second-level cache.</summary>
    private const int BlockElements = 16384;

    /// <summary>Of one image: few enough that all classes of a strided gradient find theirs in the cache.</summary>
    private const int PartsPerImage = 4;

    private readonly GatherPlan[] _forward = [GatherPlan.Forward(shape)];
    private readonly GatherPlan[] _backward = [.. GatherPlan.Backward(shape)];
    private readonly nint[] _sums = new nint[workers.Count];
    private readonly int _channels = shape.InputChannels;
    private readonly int _taps = shape.KernelHeight * shape.KernelWidth;
    private readonly int _block = Math.Clamp(BlockElements / shape.InputChannels, 8, 128);

    private protected override void Forward(T* x, T* weights, T* bias, T* y, int batch) =>
        Gather(_forward, x, weights, bias, y, batch, accumulate: false);

    private protected override void BackwardData(T* weights, T* dy, T* dx, int batch, bool accumulate) =>
        Gather(_backward, dy, weights, null, dx, batch, accumulate);

    private protected override void BackwardWeights(T* x, T* dy, T* dw, T* dbias, int batch)
    {
        workers.Run(workers.Count, (first, end) =>
        {
            for (int worker = first; worker < end; worker++)
                Sum(x, dy, batch, worker, dbias != null);
        });
        for (int worker = 0; worker < workers.Count; worker++)
        {
            T* sums = (T*)_sums[worker];
            for (int c = 0; c < _channels; c++)
            {
                for (int t = 0; t < _taps; t++)
                    dw[(c * _taps) + t] += sums[(t * _channels) + c];
                if (dbias != null)
                    dbias[c] += sums[(RoundedTaps * _channels) + c];
            }
        }
    }

    private int RoundedTaps => (_taps + 2) / 3 * 3;

    private void Gather(GatherPlan[] plans, T* input, T* weights, T* bias, T* output, int batch, bool accumulate)
    {
        T* packed = Scratch<T>.Current.Elements(ScratchUse.Weights, (long)plans.Sum(p => p.Taps.Length) * _channels);
        T* to = packed;
        foreach (GatherPlan plan in plans)
        {
            foreach (GatherPlan.Tap tap in plan.Taps)
            {
                for (int c = 0; c < _channels; c++)
                    *to++ = weights[(c * _taps) + tap.Weight];
            }
        }

        int parts = batch * PartsPerImage;
        workers.Run(parts, (first, end) =>
        {
            for (int part = first; part < end; part++)
            {
                T* weightsOfPlan = packed;
                foreach (GatherPlan plan in plans)
                {
                    long points = (long)batch * plan.GridPixels;
                    Gather(
                        plan, input, weightsOfPlan, bias, output, points * part / parts, points * (part + 1) / parts, accumulate);
                    weightsOfPlan += plan.Taps.Length * _channels;
                }
            }
        });
    }

    private void Gather(
        GatherPlan plan, T* input, T* weights, T* bias, T* output, long first, long end, bool accumulate)
    {
        Scratch<T> scratch = Scratch<T>.Current;
        int taps = plan.Taps.Length;
        T* zeros = Zeros(scratch);
        T** inputs = scratch.Addresses(ScratchUse.Inputs, (long)_block * taps);
        T** outputs = scratch.Addresses(ScratchUse.Outputs, _block);
        for (; first < end; first += _block)
        {
            int pixels = (int)Math.Min(_block, end - first);
            plan.Inputs(input, zeros, first, pixels, 1, inputs);
            plan.Outputs(output, _channels, first, pixels, outputs);
            TKernel.Gather(inputs, taps, weights, _channels, bias, accumulate, outputs, pixels);
        }
    }

    private void Sum(T* x, T* dy, int batch, int worker, bool withBias)
    {
        Scratch<T> scratch = Scratch<T>.Current;
        T* zeros = Zeros(scratch);
        int length = RoundedTaps * _channels;
        T* sums = scratch.Elements(ScratchUse.Sums, length + _channels);
        new Span<T>(sums, length + _channels).Clear();
        _sums[worker] = (nint)sums;
        T** inputs = scratch.Addresses(ScratchUse.Inputs, (long)_block * _taps);
        long points = (long)batch * _forward[0].GridPixels, end = points * (worker + 1) / workers.Count;
        for (long first = points * worker / workers.Count; first < end; first += _block)
        {
            int pixels = (int)Math.Min(_block, end - first);
            T* gradients = dy + ((nint)first * _channels);
            _forward[0].Inputs(x, zeros, first, pixels, 1, inputs);
            TKernel.Weights(inputs, _taps, gradients, sums, _channels, pixels);
            if (withBias)
                Columns.Add(gradients, pixels, _channels, sums + length);
        }
    }

    private T* Zeros(Scratch<T> scratch)
    {
        T* zeros = scratch.Elements(ScratchUse.Zeros, _channels);
        new Span<T>(zeros, _channels).Clear();
        return zeros;
    }
}
