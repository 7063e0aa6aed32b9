using System.Numerics;
using System.Runtime.CompilerServices;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// The gradient of the weights as a matrix product that sums over pixels: rows are the elements of the kernel (tap, then input
/// channel), columns the output channels. Each worker sums its own pixels, block by block; the sums of all workers are then added
/// in their order.
/// </summary>
internal sealed unsafe class WeightGradient<T, TKernel>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TKernel : struct, IGemmKernel<T>
{
    /// <summary>Elements of both operands in a block of pixels: what the second-level cache holds beside the sums.</summary>
    private const int BlockElements = 262144;

    /// <summary>Elements that packing copies at a time where it can.</summary>
    private const int CopyStep = 4;

    private readonly ConvolutionShape _shape;
    private readonly GatherPlan _plan;
    private readonly ImagePadding? _padding;
    private readonly int _depth, _columns, _vector, _rows, _rowPanels, _block;
    private readonly Panels _panels;
    private readonly Segment[] _segments;
    private readonly nint[] _sums;

    public WeightGradient(ConvolutionShape shape, GatherPlan plan, ImagePadding? padding, int workers)
    {
        _shape = shape;
        _plan = plan;
        _padding = padding;
        _depth = shape.InputChannels / shape.Groups;
        _columns = shape.OutputChannels / shape.Groups;

        // The elements under one address; a kernel row of a padded image is rounded up to whole copies, with what follows it.
        _vector = padding is null ? _depth : ((_depth * shape.KernelWidth) + CopyStep - 1) / CopyStep * CopyStep;
        _rows = plan.Taps.Length * _vector;
        _rowPanels = (_rows + TKernel.Rows - 1) / TKernel.Rows;
        _panels = new Panels(_columns, TKernel.Narrow);
        _block = Math.Clamp(BlockElements / ((_rowPanels * TKernel.Rows) + _panels.Padded), 64, 256);
        _segments = Segments(plan.Taps.Length, _vector, _block);
        _sums = new nint[workers];
    }

    private int GroupLength => _rowPanels * TKernel.Rows * _panels.Padded;

    /// <summary>Sums one worker's share of the pixels.</summary>
    /// <param name="x">[batch, h, w, i].</param>
    /// <param name="dy">[batch, oh, ow, o].</param>
    /// <param name="batch">Images.</param>
    /// <param name="worker">Of the number of workers given to the constructor.</param>
    /// <param name="withBias">Sum dy, too.</param>
    public void Sum(T* x, T* dy, int batch, int worker, bool withBias)
    {
        Scratch<T> scratch = Scratch<T>.Current;
        T* zeros = scratch.Elements(ScratchUse.Zeros, _rows * _shape.Groups);
        new Span<T>(zeros, _rows * _shape.Groups).Clear();
        int length = _shape.Groups * GroupLength;
        T* sums = scratch.Elements(ScratchUse.Sums, length + _shape.OutputChannels);
        _sums[worker] = (nint)sums;
        new Span<T>(sums + length, _shape.OutputChannels).Clear();
        long points = (long)batch * _plan.GridPixels;
        long begin = points * worker / _sums.Length, end = points * (worker + 1) / _sums.Length;
        if (begin == end)
            new Span<T>(sums, length).Clear();
        for (long first = begin; first < end;)
        {
            long last = end, firstOfInput = 0;
            T* input = x;
            if (_padding is not null)
            {
                long image = first / _plan.GridPixels;
                firstOfInput = image * _plan.GridPixels;
                last = Math.Min(end, firstOfInput + _plan.GridPixels);
                input = scratch.Elements(ScratchUse.Image, _padding.Elements + CopyStep);
                _padding.Copy(x + ((nint)image * _shape.InputElements), input);
            }

            for (; first < last; first += _block)
            {
                int pixels = (int)Math.Min(_block, last - first);
                SumBlock(input, dy, zeros, sums, first, first - firstOfInput, pixels, accumulate: first > begin);
                if (withBias)
                    Columns.Add(dy + ((nint)first * _shape.OutputChannels), pixels, _shape.OutputChannels, sums + length);
            }

            first = last;
        }
    }

    /// <summary>Adds the sums of all workers to the gradients of some output channels.</summary>
    /// <param name="dw">[o, i/g, kh, kw].</param>
    /// <param name="dbias">[o]; null for none.</param>
    /// <param name="first">Output channel.</param>
    /// <param name="end">Output channel.</param>
    public void Add(T* dw, T* dbias, int first, int end)
    {
        const int Block = 16;
        int taps = _shape.KernelHeight * _shape.KernelWidth;
        foreach (nint worker in _sums)
        {
            T* sums = (T*)worker;
            T* bias = sums + (_shape.Groups * GroupLength);
            for (int o = first; o < end && dbias != null; o++)
                dbias[o] += bias[o];
            for (int o = first; o < end;)
            {
                (int g, int column) = Math.DivRem(o, _columns);
                int count = Math.Min(Math.Min(Block, end - o), _columns - column);
                nint length = (nint)taps * _depth;
                T* to = dw + (o * length);
                for (int i = 0; i < _depth; i++)
                {
                    for (int t = 0; t < taps; t++)
                    {
                        T* from = sums + ((nint)g * GroupLength) + (Row(t, i) * _panels.Padded) + column;
                        for (int j = 0; j < count; j++)
                            to[(j * length) + (i * taps) + t] += from[j];
                    }
                }

                o += count;
            }
        }
    }

    /// <summary>The row of the product that belongs to an element of the kernel.</summary>
    private nint Row(int tap, int channel)
    {
        if (_padding is null)
            return ((nint)tap * _vector) + channel;
        (int ky, int kx) = Math.DivRem(tap, _shape.KernelWidth);
        return ((nint)ky * _vector) + (kx * _depth) + channel;
    }

    private void SumBlock(T* x, T* dy, T* zeros, T* sums, long first, long firstOfInput, int pixels, bool accumulate)
    {
        Scratch<T> scratch = Scratch<T>.Current;
        int taps = _plan.Taps.Length;
        T** inputs = scratch.Addresses(ScratchUse.Inputs, (long)_block * taps);
        _plan.Inputs(x, zeros, firstOfInput, pixels, 1, inputs);
        T* left = scratch.Elements(ScratchUse.Left, (long)_rowPanels * TKernel.Rows * _block);
        T* right = scratch.Elements(ScratchUse.Right, (long)_panels.Padded * _block);
        if (_rows % TKernel.Rows != 0)
            new Span<T>(left + ((nint)(_rowPanels - 1) * TKernel.Rows * _block), TKernel.Rows * _block).Clear();
        for (int g = 0; g < _shape.Groups; g++)
        {
            PackLeft(inputs, taps, g * _depth, pixels, left);
            T* gradients = dy + ((nint)first * _shape.OutputChannels) + (g * _columns);

            // A single panel without overhang is already in place.
            bool inPlace = _panels.Padded == _columns && _panels.Count == 1;
            if (!inPlace)
                PackRight(gradients, pixels, right);
            for (int panel = 0; panel < _panels.Count; panel++)
            {
                T* b = inPlace ? gradients : right + ((nint)_panels.First(panel) * _block);
                int stride = inPlace ? _shape.OutputChannels : _panels.Width(panel);
                for (int i = 0; i < _rowPanels; i++)
                {
                    T* a = left + ((nint)i * TKernel.Rows * _block);
                    T* c = sums + ((nint)g * GroupLength) + ((nint)i * TKernel.Rows * _panels.Padded) + _panels.First(panel);
                    TKernel.Outer(_panels.IsWide(panel), pixels, a, b, stride, c, _panels.Padded, accumulate);
                }
            }
        }
    }

    /// <summary>The pixels under the kernel as [row panels, block, Rows].</summary>
    private void PackLeft(T** inputs, int taps, int offset, int pixels, T* left)
    {
        for (int p = 0; p < pixels; p++, inputs += taps, left += TKernel.Rows)
        {
            foreach (Segment s in _segments)
            {
                T* from = inputs[s.Tap] + s.Offset + offset;
                T* to = left + s.Target;
                if (s.Count == TKernel.Rows)
                {
                    Unsafe.CopyBlockUnaligned(to, from, (uint)(TKernel.Rows * sizeof(T)));
                    continue;
                }

                int k = 0;
                for (; k <= s.Count - CopyStep; k += CopyStep)
                    Unsafe.CopyBlockUnaligned(to + k, from + k, (uint)(CopyStep * sizeof(T)));
                for (; k < s.Count; k++)
                    to[k] = from[k];
            }
        }
    }

    /// <summary>The gradients as [panels, block, width of the panel].</summary>
    private void PackRight(T* dy, int pixels, T* right)
    {
        for (int p = 0; p < pixels; p++, dy += _shape.OutputChannels)
        {
            for (int panel = 0; panel < _panels.Count; panel++)
            {
                int width = _panels.Width(panel), valid = _panels.Valid(panel);
                T* from = dy + _panels.First(panel);
                T* to = right + ((nint)_panels.First(panel) * _block) + ((nint)p * width);
                if (valid == 2 * TKernel.Narrow)
                {
                    Unsafe.CopyBlockUnaligned(to, from, (uint)(2 * TKernel.Narrow * sizeof(T)));
                    continue;
                }

                if (valid == TKernel.Narrow)
                    Unsafe.CopyBlockUnaligned(to, from, (uint)(TKernel.Narrow * sizeof(T)));
                else
                    new Span<T>(from, valid).CopyTo(new Span<T>(to, width));
                for (int j = valid; j < width; j++)
                    to[j] = T.Zero;
            }
        }
    }

    /// <summary>The runs of elements that lie side by side both under the kernel and in a panel.</summary>
    private static Segment[] Segments(int taps, int depth, int block)
    {
        List<Segment> segments = [];
        for (int row = 0; row < taps * depth;)
        {
            (int tap, int offset) = Math.DivRem(row, depth);
            (int panel, int within) = Math.DivRem(row, TKernel.Rows);
            int count = Math.Min(depth - offset, TKernel.Rows - within);
            segments.Add(new Segment(tap, offset, count, (panel * TKernel.Rows * block) + within));
            row += count;
        }

        return [.. segments];
    }

    private readonly record struct Segment(int Tap, int Offset, int Count, int Target);
}
