using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Pool;

/// <summary>
/// 3×3 max pool with stride 1 or 2. The maximum of a column's three rows is taken once and serves every window that holds the
/// column. A register of channels walks along the output row; where the number of channels is no multiple of it, the last one
/// begins earlier and computes some channels again. A piece is an output row.
/// </summary>
internal sealed unsafe class MaxPool3x3<TLanes> : PreparedOperator
    where TLanes : struct, IByteLanes<TLanes>
{
    /// <summary>First pixels of the input rows; rows in the padding point at the smallest value.</summary>
    private readonly sbyte** _rows;
    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly int _stride, _low, _high;
    private readonly bool _padLeft, _padRight;

    public MaxPool3x3(string kernel, PoolOperator op, PreparationContext context)
    {
        Kernel = kernel;
        (_input, _output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        (_stride, _low, _high) = (op.Window.StrideX, op.Low, op.High);
        _padLeft = op.Window.PadLeft > 0;
        _padRight = ColumnsBehind(op.Window, _input.Width, _output.Width) > 0;

        int bytes = (_input.Width * _input.RowStride) + PreparationContext.OverreadBytes;
        var padding = (sbyte*)context.Allocate((nuint)bytes);
        NativeMemory.Fill(padding, (nuint)bytes, 0x80);
        int rows = ((_output.Height - 1) * _stride) + 3;
        _rows = (sbyte**)context.Allocate((nuint)rows * (nuint)sizeof(sbyte*));
        for (int i = 0; i < rows; i++)
        {
            int y = i - op.Window.PadTop;
            bool inside = y >= 0 && y < _input.Height;
            _rows[i] = inside ? _input.Int8 + ((nint)y * _input.Width * _input.RowStride) : padding;
        }
    }

    /// <summary>Output rows.</summary>
    public override int Pieces => _output.Height;

    public override string Kernel { get; }

    public static bool Accepts(PoolOperator op, PreparationContext context)
    {
        TensorView input = context.Tensor(op.Inputs[0]), output = context.Tensor(op.Outputs[0]);
        return op.Kind == PoolKind.Max
            && op.Window is { KernelHeight: 3, KernelWidth: 3, DilationY: 1, DilationX: 1, StrideX: 1 or 2, PadLeft: <= 1 }
            && op.Window.StrideY == op.Window.StrideX
            && output.Channels >= TLanes.Count
            && ColumnsBehind(op.Window, input.Width, output.Width) <= 1;
    }

    public override void Run(int first, int end)
    {
        int last = _output.Channels - TLanes.Count;
        for (int y = first; y < end; y++)
        {
            sbyte** rows = _rows + (y * _stride);
            sbyte* output = _output.Int8 + ((nint)y * _output.Width * _output.RowStride);
            for (int block = 0; block < _output.Channels; block += TLanes.Count)
            {
                int channel = Math.Min(block, last);
                if (_stride == 1)
                    Stride1(rows[0] + channel, rows[1] + channel, rows[2] + channel, output + channel);
                else
                    Stride2(rows[0] + channel, rows[1] + channel, rows[2] + channel, output + channel);
            }
        }
    }

    /// <summary>Columns of the last window that lie right of the image.</summary>
    private static int ColumnsBehind(Window window, int inputWidth, int outputWidth) =>
        Math.Max(((outputWidth - 1) * window.StrideX) - window.PadLeft + window.KernelWidth - inputWidth, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Column(sbyte* row0, sbyte* row1, sbyte* row2) =>
        TLanes.Max(TLanes.Max(TLanes.Load(row0), TLanes.Load(row1)), TLanes.Load(row2));

    private void Stride1(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* output)
    {
        TLanes low = TLanes.Broadcast(_low), high = TLanes.Broadcast(_high), left = TLanes.Broadcast(sbyte.MinValue);
        nint step = _input.RowStride, outputStep = _output.RowStride, x = 0;
        if (!_padLeft)
        {
            left = Column(row0, row1, row2);
            x = step;
        }

        TLanes middle = Column(row0 + x, row1 + x, row2 + x);
        for (int pixels = _output.Width - (_padRight ? 1 : 0); pixels > 0; pixels--)
        {
            x += step;
            TLanes right = Column(row0 + x, row1 + x, row2 + x);
            TLanes max = TLanes.Max(TLanes.Max(left, middle), right);
            TLanes.Store(TLanes.Min(TLanes.Max(max, low), high), output);
            output += outputStep;
            (left, middle) = (middle, right);
        }

        if (_padRight)
            TLanes.Store(TLanes.Min(TLanes.Max(TLanes.Max(left, middle), low), high), output);
    }

    private void Stride2(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* output)
    {
        TLanes low = TLanes.Broadcast(_low), high = TLanes.Broadcast(_high), left = TLanes.Broadcast(sbyte.MinValue);
        nint step = _input.RowStride, outputStep = _output.RowStride, x = 0;
        if (!_padLeft)
        {
            left = Column(row0, row1, row2);
            x = step;
        }

        for (int pixels = _output.Width - (_padRight ? 1 : 0); pixels > 0; pixels--)
        {
            TLanes middle = Column(row0 + x, row1 + x, row2 + x);
            x += step;
            TLanes right = Column(row0 + x, row1 + x, row2 + x);
            x += step;
            TLanes max = TLanes.Max(TLanes.Max(left, middle), right);
            TLanes.Store(TLanes.Min(TLanes.Max(max, low), high), output);
            output += outputStep;
            left = right;
        }

        if (_padRight)
        {
            TLanes max = TLanes.Max(left, Column(row0 + x, row1 + x, row2 + x));
            TLanes.Store(TLanes.Min(TLanes.Max(max, low), high), output);
        }
    }
}
