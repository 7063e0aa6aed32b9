using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Float;

namespace Edge.Runtime.Kernels.Pool;

/// <summary>Pooling of an int8 NHWC image, see <see cref="PoolOperator"/>.</summary>
internal sealed unsafe class PoolKernel<TForm> : PreparedOperator
    where TForm : IPoolForm
{
    /// <summary>Channels of one piece where there are too few rows to share out: one cache line.</summary>
    private const int ChannelBlock = 64;

    private readonly PoolOperator _op;
    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly WindowSpan[] _rows;
    private readonly WindowSpan[] _columns;

    /// <summary>Per output position; unused by max pools.</summary>
    private readonly float[,] _multipliers;
    private readonly int _channelsPerPiece;
    private readonly int _blocks;
    private readonly bool _isReal;

    public PoolKernel(string kernel, PoolOperator op, PreparationContext context)
    {
        Kernel = kernel;
        (_op, _input, _output) = (op, context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        _isReal = _output.Definition.Type == ElementType.Float32;
        _rows = new WindowSpan[_output.Height];
        for (int y = 0; y < _rows.Length; y++)
            _rows[y] = WindowSpan.Rows(op.Window, y, _input.Height);
        _columns = new WindowSpan[_output.Width];
        for (int x = 0; x < _columns.Length; x++)
            _columns[x] = WindowSpan.Columns(op.Window, x, _input.Width);
        _multipliers = Multipliers();
        _channelsPerPiece = _rows.Length >= 2 * context.Workers ? _output.Channels : ChannelBlock;
        _blocks = (_output.Channels + _channelsPerPiece - 1) / _channelsPerPiece;
    }

    /// <summary>Output rows, cut into blocks of channels where there are few of them.</summary>
    public override int Pieces => _rows.Length * _blocks;

    public override string Kernel { get; }

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            int y = piece / _blocks, channel = piece % _blocks * _channelsPerPiece;
            Row(y, channel, Math.Min(_channelsPerPiece, _output.Channels - channel));
        }
    }

    private void Row(int y, int channel, int channels)
    {
        nint stride = _input.RowStride, rowStep = stride * _input.Width;
        WindowSpan rows = _rows[y];
        nint elementBytes = _output.Definition.Type.Size(), pixelBytes = _output.RowStride * elementBytes;
        sbyte* destination = _output.Int8 + (y * _output.Width * pixelBytes) + (channel * elementBytes);
        for (int x = 0; x < _columns.Length; x++)
        {
            WindowSpan columns = _columns[x];
            int inside = rows.Count * columns.Count;
            var pixel = new PoolPixel
            {
                First = inside == 0
                    ? _input.Int8
                    : _input.Int8 + (rows.Position(rows.First) * rowStep) + (columns.Position(columns.First) * stride) + channel,
                Rows = rows.Count,
                RowStep = rowStep * _op.Window.DilationY,
                Columns = columns.Count,
                ColumnStep = stride * _op.Window.DilationX,
                Channels = channels,
                Offset = _input.ZeroPoint * inside,
                Multiplier = _multipliers[y, x],
                ZeroPoint = _output.ZeroPoint,
                Low = _op.Low,
                High = _op.High,
                IsReal = _isReal,
            };
            TForm.Pool(pixel, destination);
            destination += pixelBytes;
        }
    }

    private float[,] Multipliers()
    {
        float outputScale = _isReal ? 1 : _output.Scale;
        var multipliers = new float[_rows.Length, _columns.Length];
        for (int y = 0; y < _rows.Length; y++)
        {
            for (int x = 0; x < _columns.Length; x++)
            {
                int count = _op.CountIncludePad ? _rows[y].Padded * _columns[x].Padded : _rows[y].Count * _columns[x].Count;

                // The average of no positions at all is real 0.
                multipliers[y, x] = count == 0 || _op.Kind == PoolKind.Max ? 0 : _input.Scale / (outputScale * count);
            }
        }

        return multipliers;
    }
}
