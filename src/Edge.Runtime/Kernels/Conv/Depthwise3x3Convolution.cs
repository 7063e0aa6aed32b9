using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 depthwise convolution, channel multiplier 1. A piece is a run of output rows × a run of channel blocks. Where the number
/// of channels is no multiple of the block, the last block begins earlier and computes some channels again.
/// </summary>
internal sealed unsafe class Depthwise3x3Convolution<TTile> : PreparedOperator
    where TTile : struct, IDepthwise3x3Tile
{
    /// <summary>
    /// Input that a piece's blocks read again, of the channels that share cache lines: half of a small core's first-level cache.
    /// </summary>
    private const int PieceBytes = 16 * 1024;

    private const int CacheLine = 64;

    /// <summary>Pieces per worker that keep the last one from waiting long.</summary>
    private const int PiecesPerWorker = 4;

    private readonly sbyte** _rows;
    private readonly sbyte* _weights;
    private readonly int* _bias;
    private readonly float* _multipliers, _scaledOffsets;
    private readonly int _height, _channels, _rowsPerPiece, _blocks, _blocksPerPiece, _blockRuns;

    /// <summary>What all calls have in common.</summary>
    private readonly Depthwise3x3Block _call;

    public Depthwise3x3Convolution(in ConvProblem problem, PreparationContext context, string name)
    {
        Kernel = name;
        MultiplyAccumulates = problem.MultiplyAccumulates;
        _height = problem.OutputHeight;
        _channels = problem.OutputChannels;
        _blocks = DivideUp(_channels, TTile.Channels);
        _rows = RowPointers(problem, context);
        _weights = (sbyte*)context.Allocate((nuint)(_blocks * TTile.WeightBytes));
        _bias = (int*)context.Allocate((nuint)(_blocks * TTile.Channels * sizeof(int)));
        _multipliers = (float*)context.Allocate((nuint)(_blocks * TTile.Channels * sizeof(float)));
        _scaledOffsets = (float*)context.Allocate((nuint)(_blocks * TTile.Channels * sizeof(float)));
        var requantize = RequantizeParameters.Of(problem);
        Pack(problem, TTile.TakesOffsetSums ? requantize.OffsetSums(problem.LargestSum()) : 0);
        _call = new Depthwise3x3Block
        {
            InputStride = problem.InputStride,
            PadLeft = problem.Window.PadLeft > 0,
            PadRight = ColumnsBehind(problem) > 0,
            Padding = (sbyte)problem.InputZeroPoint,
            SumsAreOffset = requantize.SumsAreOffset,
            IsUnsigned = requantize.IsUnsigned,
            Output = problem.Output,
            OutputStride = problem.OutputStride,
            OutputRowStride = (nint)problem.OutputStride * problem.OutputWidth,
            OutputWidth = problem.OutputWidth,
            Low = problem.Low,
            High = problem.High,
            ZeroPoint = problem.OutputZeroPoint,
        };

        int wanted = context.Workers > 1 ? context.Workers * PiecesPerWorker : 1;
        int rowBytes = problem.InputWidth * Math.Min(problem.InputStride, CacheLine);
        int rows = Math.Min(((PieceBytes / rowBytes) - 2) / TTile.Stride, _height / wanted);
        _rowsPerPiece = Math.Max(2, rows & ~1);
        int rowRuns = DivideUp(_height, _rowsPerPiece);
        int blockRuns = Math.Min(DivideUp(wanted, rowRuns), _blocks);
        _blocksPerPiece = DivideUp(_blocks, blockRuns);
        _blockRuns = DivideUp(_blocks, _blocksPerPiece);
        Pieces = rowRuns * _blockRuns;
    }

    public override int Pieces { get; }

    public override long MultiplyAccumulates { get; }

    public override string Kernel { get; }

    public static bool Accepts(in ConvProblem problem) =>
        problem.IsDepthwise
        && problem.GroupOutputs == 1
        && problem.OutputChannels >= TTile.Channels
        && problem.Window is { KernelHeight: 3, KernelWidth: 3, DilationY: 1, DilationX: 1, PadLeft: <= 1 }
        && problem.Window.StrideY == TTile.Stride
        && problem.Window.StrideX == TTile.Stride
        && ColumnsBehind(problem) <= 1;

    public override void Run(int first, int end)
    {
        Depthwise3x3Block call = _call;
        for (int piece = first; piece < end; piece++)
        {
            int row = piece / _blockRuns * _rowsPerPiece, firstBlock = piece % _blockRuns * _blocksPerPiece;
            int endBlock = Math.Min(firstBlock + _blocksPerPiece, _blocks);
            sbyte* output = _call.Output + (row * _call.OutputRowStride);
            call.Rows = _rows + (row * TTile.Stride);
            call.OutputRows = Math.Min(_rowsPerPiece, _height - row);
            for (int block = firstBlock; block < endBlock; block++)
            {
                int channel = FirstChannel(block);
                call.InputOffset = channel;
                call.Output = output + channel;
                call.Weights = _weights + (block * TTile.WeightBytes);
                call.Bias = _bias + (block * TTile.Channels);
                call.Multipliers = _multipliers + (block * TTile.Channels);
                call.ScaledOffsets = _scaledOffsets + (block * TTile.Channels);
                TTile.Compute(call);
            }
        }
    }

    private static sbyte** RowPointers(in ConvProblem problem, PreparationContext context)
    {
        int bytes = (problem.InputWidth * problem.InputStride) + PreparationContext.OverreadBytes;
        var padding = (sbyte*)context.Allocate((nuint)bytes);
        NativeMemory.Fill(padding, (nuint)bytes, (byte)problem.InputZeroPoint);

        int count = (problem.OutputHeight * TTile.Stride) + 4;
        var rows = (sbyte**)context.Allocate((nuint)count * (nuint)sizeof(sbyte*));
        for (int i = 0; i < count; i++)
        {
            int y = i - problem.Window.PadTop;
            bool inside = y >= 0 && y < problem.InputHeight;
            rows[i] = inside ? problem.Input + ((nint)y * problem.InputWidth * problem.InputStride) : padding;
        }

        return rows;
    }

    /// <summary>Columns of the last window that lie right of the image.</summary>
    private static int ColumnsBehind(in ConvProblem problem)
    {
        Window window = problem.Window;
        int behind = ((problem.OutputWidth - 1) * window.StrideX) - window.PadLeft + window.KernelWidth - problem.InputWidth;
        return Math.Max(behind, 0);
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;

    private int FirstChannel(int block) => Math.Min(block * TTile.Channels, _channels - TTile.Channels);

    /// <param name="start">Added to every bias.</param>
    private void Pack(in ConvProblem problem, int start)
    {
        for (int block = 0; block < _blocks; block++)
        {
            int first = FirstChannel(block);
            for (int channel = 0; channel < TTile.Channels; channel++)
            {
                int place = (block * TTile.Channels) + TTile.Place(channel);
                _bias[place] = unchecked(start + problem.FoldedBias(first + channel, TTile.ActivationFlip));
                _multipliers[place] = problem.Multiplier(first + channel);
                _scaledOffsets[place] = BitConverter.Int32BitsToSingle(RequantizeParameters.PositiveOffset) * _multipliers[place];
            }

            TTile.Pack(problem.Weights.Slice(first * 9, TTile.Channels * 9), _weights + (block * TTile.WeightBytes));
        }
    }
}
