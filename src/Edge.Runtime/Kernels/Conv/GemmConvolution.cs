using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Convolution as a matrix product over tiles: pointwise ones read their activations in place, others through a
/// <see cref="TapTable"/>. A piece is a run of pixel tiles × a run of channel blocks.
/// </summary>
internal sealed unsafe class GemmConvolution<TTile> : PreparedOperator
    where TTile : struct, IGemmTile
{
    /// <summary>
    /// Activations that a piece reads again for each of its channel blocks: half of a small core's first-level cache.
    /// </summary>
    private const int PieceBytes = 16 * 1024;

    /// <summary>Pieces per worker that keep the last one from waiting long.</summary>
    private const int PiecesPerWorker = 4;

    private readonly TapTable? _table;
    private readonly GemmWeights _weights;
    private readonly sbyte* _input;
    private readonly sbyte* _output;
    private readonly int _inputStride, _outputStride, _pixels, _groupInputs, _groupOutputs;
    private readonly int _tiles, _tilesPerPiece, _blocks, _blocksPerPiece, _blockRuns;
    private readonly float _low, _high;
    private readonly int _zeroPoint;

    public GemmConvolution(in ConvProblem problem, PreparationContext context, string name)
    {
        Kernel = name;
        MultiplyAccumulates = problem.MultiplyAccumulates;
        _table = problem.IsPointwise ? null : new TapTable(problem, context, TTile.Rows);
        _weights = GemmWeights.Pack<TTile>(problem, context, _table?.Taps ?? 1, _table?.Depth ?? problem.GroupInputs);
        _input = problem.Input;
        _output = problem.Output;
        _inputStride = problem.InputStride;
        _outputStride = problem.OutputStride;
        _pixels = problem.Pixels;
        _groupInputs = problem.GroupInputs;
        _groupOutputs = problem.GroupOutputs;
        _low = problem.Low - problem.OutputZeroPoint;
        _high = problem.High - problem.OutputZeroPoint;
        _zeroPoint = problem.OutputZeroPoint;

        _tiles = DivideUp(_pixels, TTile.Rows);
        _blocks = problem.Groups * _weights.BlocksPerGroup;
        int tileBytes = TTile.Rows * problem.InputChannels * problem.Window.KernelHeight;
        int wanted = context.Workers > 1 ? context.Workers * PiecesPerWorker : 1;
        _tilesPerPiece = Math.Clamp(PieceBytes / tileBytes, 1, Math.Max(1, _tiles / wanted));
        int tileRuns = DivideUp(_tiles, _tilesPerPiece);
        int blockRuns = _table is { HasCopies: true } ? 1 : Math.Clamp(DivideUp(wanted, tileRuns), 1, _blocks);
        _blocksPerPiece = DivideUp(_blocks, blockRuns);
        _blockRuns = DivideUp(_blocks, _blocksPerPiece);
        Pieces = tileRuns * _blockRuns;
    }

    public override int Pieces { get; }

    public override long MultiplyAccumulates { get; }

    public override string Kernel { get; }

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            int firstTile = piece / _blockRuns * _tilesPerPiece, firstBlock = piece % _blockRuns * _blocksPerPiece;
            Run(
                firstTile,
                Math.Min(firstTile + _tilesPerPiece, _tiles),
                firstBlock,
                Math.Min(firstBlock + _blocksPerPiece, _blocks));
        }
    }

    private void Run(int firstTile, int endTile, int firstBlock, int endBlock)
    {
        sbyte** inputs = stackalloc sbyte*[TTile.Rows];
        sbyte** outputs = stackalloc sbyte*[TTile.Rows];
        sbyte* partial = stackalloc sbyte[TTile.Rows * TTile.Channels];
        GemmBlock call = default;
        call.Inputs = inputs;
        call.Outputs = outputs;
        call.Taps = _weights.Taps;
        call.Depth = _weights.Depth;
        call.Requantize.Low = _low;
        call.Requantize.High = _high;
        call.Requantize.ZeroPoint = _zeroPoint;
        _table?.Refresh(firstTile, endTile);
        for (int block = firstBlock; block < endBlock; block++)
        {
            int group = block / _weights.BlocksPerGroup, channel = block % _weights.BlocksPerGroup * TTile.Channels;
            call.InputOffset = group * _groupInputs;
            nint offset = (group * _groupOutputs) + channel;
            int channels = Math.Min(TTile.Channels, _groupOutputs - channel);
            bool whole = channels == TTile.Channels;
            call.OutputOffset = whole ? offset : 0;
            call.Weights = _weights.Data + (block * _weights.BlockBytes);
            call.Bias = _weights.Bias + (block * TTile.Channels);
            call.Requantize.Multipliers = _weights.Multipliers + (block * TTile.Channels);
            for (int tile = firstTile; tile < endTile; tile++)
            {
                for (int row = 0; row < TTile.Rows; row++)
                {
                    nint pixel = Math.Min((tile * TTile.Rows) + row, _pixels - 1);
                    inputs[row] = _input + (pixel * _inputStride);
                    outputs[row] = whole ? _output + (pixel * _outputStride) : partial + (row * TTile.Channels);
                }

                if (_table is not null)
                    call.Inputs = _table.Tile(tile, TTile.Rows);
                TTile.Compute(call);
                if (!whole)
                    CopyPartial(partial, tile, offset, channels);
            }
        }
    }

    /// <summary>Stores a tile of which only the first channels exist.</summary>
    private void CopyPartial(sbyte* partial, int tile, nint offset, int channels)
    {
        int first = tile * TTile.Rows, rows = Math.Min(TTile.Rows, _pixels - first);
        for (int row = 0; row < rows; row++)
        {
            sbyte* output = _output + (((nint)first + row) * _outputStride) + offset;
            Unsafe.CopyBlockUnaligned(output, partial + (row * TTile.Channels), (uint)channels);
        }
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;
}
