using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Dense and grouped float32 convolution over NHWC: pixels by output channels as a matrix product that reads the input in
/// place, one address per pixel and tap. Where a group has few input channels (a first layer on RGB) the window is gathered
/// into one vector per pixel instead. A piece is a run of pixels times a block of output channels.
/// </summary>
internal sealed unsafe class FloatConv<TTile> : PreparedOperator
    where TTile : IFloatGemmTile
{
    /// <summary>Gathering pays below this many input channels per group.</summary>
    private const int GatherBelow = 8;

    /// <summary>Largest window; its addresses lie on the stack.</summary>
    private const int MaxTaps = 2048;

    /// <summary>Input bytes that one run of pixels may touch: they should stay in the second-level cache.</summary>
    private const int ChunkBytes = 128 * 1024;

    /// <summary>Stack bytes for addresses and gathered vectors of one run, where more than one tile would fit.</summary>
    private const int StackBytes = 32 * 1024;

    private readonly FloatImage _input;
    private readonly FloatImage _output;
    private readonly Window _window;
    private readonly int _groups;
    private readonly int _depth;
    private readonly int _taps;
    private readonly bool _gather;
    private readonly int _groupOutputs;
    private readonly int _tilesPerGroup;
    private readonly int _pixelTiles;
    private readonly int _chunkTiles;
    private readonly int _columnBlocks;
    private readonly float* _weights;
    private readonly float* _bias;
    private readonly float* _zeros;
    private readonly float _low;
    private readonly float _high;

    public FloatConv(FloatConvOperator op, PreparationContext context)
    {
        _input = new FloatImage(context.Tensor(op.Inputs[0]));
        _output = new FloatImage(context.Tensor(op.Outputs[0]));
        _window = op.Window;
        _groups = op.Groups;
        _depth = _input.Channels / _groups;
        _groupOutputs = _output.Channels / _groups;
        _taps = _window.KernelHeight * _window.KernelWidth;
        if (_taps > MaxTaps)
            throw new NotSupportedException($"'{op.Name}': a float convolution window has at most {MaxTaps} positions, this one {_taps}");
        _low = op.Low ?? float.NegativeInfinity;
        _high = op.High ?? float.PositiveInfinity;
        _gather = _taps > 1 && _depth < GatherBelow && (long)_input.Channels * _taps * TTile.Rows * sizeof(float) <= 4 * StackBytes;

        _tilesPerGroup = (_groupOutputs + TTile.Columns - 1) / TTile.Columns;
        _pixelTiles = (_output.Pixels + TTile.Rows - 1) / TTile.Rows;
        _chunkTiles = ChunkTiles();
        int chunks = (_pixelTiles + _chunkTiles - 1) / _chunkTiles;
        int wanted = context.Workers == 1 ? 1 : 4 * context.Workers;
        if (chunks < wanted && _groups * _tilesPerGroup < wanted)
        {
            _chunkTiles = Math.Max(1, Math.Min(_chunkTiles, _pixelTiles / wanted));
            chunks = (_pixelTiles + _chunkTiles - 1) / _chunkTiles;
        }

        _columnBlocks = Math.Min(_groups * _tilesPerGroup, Math.Max(1, (wanted + chunks - 1) / chunks));
        Pieces = chunks * _columnBlocks;

        _weights = Pack(context.Constant<float>(op.Weights), context);
        _bias = PackBias(context.Constant<float>(op.Bias), context);
        _zeros = (float*)context.Allocate(((nuint)_input.Channels * sizeof(float)) + PreparationContext.OverreadBytes);
    }

    public override int Pieces { get; }

    public override long MultiplyAccumulates => (long)_output.Pixels * _output.Channels * _taps * _depth;

    public override string Kernel => $"FloatConv-{TTile.Suffix}";

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            int chunk = piece / _columnBlocks, block = piece % _columnBlocks, columns = _groups * _tilesPerGroup;
            int firstTile = chunk * _chunkTiles, tiles = Math.Min(_chunkTiles, _pixelTiles - firstTile);
            int firstColumn = (int)((long)columns * block / _columnBlocks), endColumn = (int)((long)columns * (block + 1) / _columnBlocks);
            if (_gather)
                RunGathered(firstTile, tiles, firstColumn, endColumn);
            else
                RunInPlace(firstTile, tiles, firstColumn, endColumn);
        }
    }

    [SkipLocalsInit]
    private void RunInPlace(int firstTile, int tiles, int firstColumn, int endColumn)
    {
        float** rows = stackalloc float*[tiles * _taps * TTile.Rows];
        for (int i = 0; i < tiles * TTile.Rows; i++)
        {
            float** place = rows + ((nint)(i / TTile.Rows) * _taps * TTile.Rows) + (i % TTile.Rows);
            (int n, int y, int x) = Locate(((firstTile + (i / TTile.Rows)) * TTile.Rows) + (i % TTile.Rows));
            for (int ky = 0; ky < _window.KernelHeight; ky++)
            {
                int iy = y + (ky * _window.DilationY);
                for (int kx = 0; kx < _window.KernelWidth; kx++, place += TTile.Rows)
                    *place = At(n, iy, x + (kx * _window.DilationX));
            }
        }

        Multiply(rows, _taps, _depth, _depth, firstTile, tiles, firstColumn, endColumn);
    }

    [SkipLocalsInit]
    private void RunGathered(int firstTile, int tiles, int firstColumn, int endColumn)
    {
        // One vector per pixel: [group][tap][channel of the group].
        int length = _taps * _input.Channels, count = tiles * TTile.Rows;
        float* gathered = stackalloc float[count * length];
        float** rows = stackalloc float*[count];
        for (int i = 0; i < count; i++)
        {
            float* row = rows[i] = gathered + ((nint)i * length);
            (int n, int y, int x) = Locate((firstTile * TTile.Rows) + i);
            for (int ky = 0; ky < _window.KernelHeight; ky++)
            {
                int iy = y + (ky * _window.DilationY);
                for (int kx = 0; kx < _window.KernelWidth; kx++, row += _depth)
                {
                    float* source = At(n, iy, x + (kx * _window.DilationX));
                    for (int g = 0; g < _groups; g++)
                    {
                        for (int k = 0; k < _depth; k++)
                            row[(g * _taps * _depth) + k] = *source++;
                    }
                }
            }
        }

        Multiply(rows, 1, _taps * _depth, _taps * _depth, firstTile, tiles, firstColumn, endColumn);
    }

    /// <summary>Multiplies the rows of every tile with the column tiles [firstColumn, endColumn).</summary>
    private void Multiply(float** rows, int taps, int depth, int groupOffset, int firstTile, int tiles, int firstColumn, int endColumn)
    {
        float* edge = stackalloc float[TTile.Rows * TTile.Columns];
        nint panel = (nint)_taps * _depth * TTile.Columns;
        for (int column = firstColumn; column < endColumn; column++)
        {
            int group = column / _tilesPerGroup, first = column % _tilesPerGroup * TTile.Columns;
            int width = Math.Min(TTile.Columns, _groupOutputs - first);
            float* weights = _weights + (column * panel), bias = _bias + ((nint)column * TTile.Columns);
            for (int tile = 0; tile < tiles; tile++)
            {
                int pixel = (firstTile + tile) * TTile.Rows, height = Math.Min(TTile.Rows, _output.Pixels - pixel);
                float* target = _output.Data + (pixel * _output.Stride) + ((nint)group * _groupOutputs) + first;
                float** tileRows = rows + ((nint)tile * taps * TTile.Rows);
                if (height == TTile.Rows && width == TTile.Columns)
                {
                    TTile.Run(tileRows, (nint)group * groupOffset, taps, depth, weights, TTile.Columns, bias, _low, _high, target, _output.Stride);
                    continue;
                }

                TTile.Run(tileRows, (nint)group * groupOffset, taps, depth, weights, TTile.Columns, bias, _low, _high, edge, TTile.Columns);
                for (int r = 0; r < height; r++)
                    new ReadOnlySpan<float>(edge + (r * TTile.Columns), width).CopyTo(new Span<float>(target + (r * _output.Stride), width));
            }
        }
    }

    /// <summary>Image and top left corner of the window of an output pixel; the last pixel stands in for those behind it.</summary>
    private (int N, int Y, int X) Locate(int pixel)
    {
        pixel = Math.Min(pixel, _output.Pixels - 1);
        int x = pixel % _output.Width, line = pixel / _output.Width;
        return (line / _output.Height, (line % _output.Height * _window.StrideY) - _window.PadTop, (x * _window.StrideX) - _window.PadLeft);
    }

    private float* At(int n, int y, int x) =>
        (uint)y < (uint)_input.Height && (uint)x < (uint)_input.Width ? _input.Pixel(n, y, x) : _zeros;

    private int ChunkTiles()
    {
        long stackPerTile = (long)TTile.Rows * (_gather ? (_taps * _input.Channels * sizeof(float)) + sizeof(float*) : _taps * sizeof(float*));
        long inputPerTile = (long)TTile.Rows * _input.Channels * _window.StrideY * _window.StrideX * sizeof(float);
        return (int)Math.Clamp(Math.Min(StackBytes / stackPerTile, ChunkBytes / inputPerTile), 1, _pixelTiles);
    }

    /// <summary>[output, kernel row, kernel column, input] to one panel per column tile: [tap, input, column], zero beyond the last output.</summary>
    private float* Pack(ReadOnlySpan<float> weights, PreparationContext context)
    {
        int columns = _groups * _tilesPerGroup, length = _taps * _depth;
        float* packed = (float*)context.Allocate((nuint)columns * (nuint)length * (nuint)TTile.Columns * sizeof(float));
        for (int o = 0; o < _output.Channels; o++)
        {
            int group = o / _groupOutputs, within = o % _groupOutputs;
            nint tile = ((nint)group * _tilesPerGroup) + (within / TTile.Columns);
            float* target = packed + (tile * length * TTile.Columns) + (within % TTile.Columns);
            foreach (float w in weights.Slice(o * length, length))
            {
                *target = w;
                target += TTile.Columns;
            }
        }

        return packed;
    }

    private float* PackBias(ReadOnlySpan<float> bias, PreparationContext context)
    {
        float* packed = (float*)context.Allocate((nuint)(_groups * _tilesPerGroup * TTile.Columns) * sizeof(float));
        for (int o = 0; o < _output.Channels; o++)
            packed[((nint)(o / _groupOutputs) * _tilesPerGroup * TTile.Columns) + (o % _groupOutputs)] = bias[o];
        return packed;
    }
}
