using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Convolution as a matrix product over tiles. Pointwise ones read their activations in place, those of few input channels
/// through a <see cref="PatchGather"/>, others through a <see cref="TapTable"/>. A piece is a tile of pixels, or a channel block
/// where that divides the work more evenly.
/// </summary>
internal sealed unsafe class GemmConvolution<TTile> : PreparedOperator
    where TTile : struct, IGemmTile
{
    /// <summary>
    /// Activations that are read again for each channel block: half of a small core's first-level cache.
    /// </summary>
    private const int RunBytes = 16 * 1024;

    private readonly TapTable? _table;
    private readonly PatchGather? _patches;
    private readonly GemmWeights _weights;
    private readonly sbyte* _input;
    private readonly sbyte* _output;
    private readonly int _inputStride, _outputStride, _pixels, _groupInputs, _groupOutputs;
    private readonly int _tiles, _tilesPerRun, _patchStride, _partialOffset, _scratchBytes;
    private readonly bool _grouped, _piecesAreBlocks;
    private readonly RequantizeParameters _requantize;

    public GemmConvolution(in ConvProblem problem, PreparationContext context, string name)
    {
        Kernel = name;
        MultiplyAccumulates = problem.MultiplyAccumulates;
        _input = problem.Input;
        _output = problem.Output;
        _inputStride = problem.InputStride;
        _outputStride = problem.OutputStride;
        _pixels = problem.Pixels;
        _grouped = problem.Groups > 1;
        _groupInputs = problem.GroupInputs * TTile.GroupsPerBlock;
        _groupOutputs = problem.GroupOutputs * TTile.GroupsPerBlock;
        _requantize = RequantizeParameters.Of(problem);

        if (PatchGather.Suits(problem, RunBytes / TTile.Rows))
            _patches = new PatchGather(problem);
        else if (!problem.IsPointwise)
            _table = new TapTable(problem, context, _pixels + TTile.Rows - 1);
        _weights = GemmWeights.Pack<TTile>(
            problem, context, _table?.Taps ?? 1, _table?.Depth ?? _patches?.PatchBytes ?? problem.GroupInputs);
        if (TTile.TakesOffsetSums)
            _weights.OffsetSums(_requantize.OffsetSums(_weights.LargestSum));

        _patchStride = _patches is null ? 0 : _weights.Depth;

        bool partial = _groupOutputs < _weights.Blocks[0].Width;
        int readBytes = _patches is null ? problem.InputChannels * problem.Window.KernelHeight : _patchStride;
        int scratchBytes = _patchStride + (partial ? TTile.Channels : 0);
        _tiles = DivideUp(_pixels, TTile.Rows);
        _tilesPerRun = Math.Clamp(RunBytes / (TTile.Rows * Math.Max(readBytes, scratchBytes)), 1, _tiles);
        _partialOffset = _patches is null ? 0 : (_tilesPerRun * TTile.Rows * _patchStride) + PreparationContext.OverreadBytes;
        _scratchBytes = _partialOffset + (partial ? _tilesPerRun * TTile.Rows * TTile.Channels : 0);
        _piecesAreBlocks = _patches is null && PieceChoice.BlocksPay(_weights.Blocks.Length, _tiles, context.Workers);
        Pieces = _piecesAreBlocks ? _weights.Blocks.Length : _tiles;
    }

    public override int Pieces { get; }

    public override long MultiplyAccumulates { get; }

    public override string Kernel { get; }

    [SkipLocalsInit]
    public override void Run(int first, int end)
    {
        sbyte* scratch = stackalloc sbyte[_scratchBytes];
        GemmRun run = default;
        run.InputStride = _patches is null ? _inputStride : _patchStride;
        run.OutputStride = _outputStride;
        run.TapPitch = _table?.TapPitch ?? 0;
        run.Taps = _weights.Taps;
        run.Depth = _weights.Depth;
        run.Requantize = _requantize;
        int firstTile = _piecesAreBlocks ? 0 : first, endTile = _piecesAreBlocks ? _tiles : end;
        ReadOnlySpan<GemmBlock> blocks = _piecesAreBlocks ? _weights.Blocks.AsSpan(first, end - first) : _weights.Blocks;
        for (int tile = firstTile; tile < endTile; tile += _tilesPerRun)
        {
            int pixel = tile * TTile.Rows;
            run.Pixels = Math.Min(Math.Min(tile + _tilesPerRun, endTile) * TTile.Rows, _pixels) - pixel;
            if (_table is not null)
            {
                run.Pointers = _table.Pixel(pixel);
                if (_grouped)
                    RunBlocks<GroupedInputs>(ref run, pixel, blocks, scratch);
                else
                    RunBlocks<IndirectInputs>(ref run, pixel, blocks, scratch);
            }
            else if (_patches is null)
            {
                RunBlocks<DirectInputs>(ref run, pixel, blocks, scratch);
            }
            else
            {
                run.Input = scratch;
                _patches.Copy(pixel, run.Pixels, scratch, _patchStride);
                RunBlocks<DirectInputs>(ref run, pixel, blocks, scratch + _partialOffset);
            }
        }
    }

    /// <param name="partial">Where outputs go if there are fewer of them than a block has channels.</param>
    private void RunBlocks<TInputs>(ref GemmRun run, int pixel, ReadOnlySpan<GemmBlock> blocks, sbyte* partial)
        where TInputs : struct, IGemmInputs
    {
        foreach (ref readonly GemmBlock block in blocks)
        {
            nint groupOffset = (nint)block.Group * _groupInputs;
            run.InputOffset = groupOffset;
            if (_patches is null)
                run.Input = _input + ((nint)pixel * _inputStride) + groupOffset;
            run.Channels = block.Width;
            run.Weights = block.Weights;
            run.Plan = block.Plan;
            run.Bias = block.Bias;
            run.Requantize.Multipliers = block.Multipliers;
            run.Requantize.FitsInt16 = block.FitsInt16;
            sbyte* output = _output + ((nint)pixel * _outputStride) + block.Channel;
            if (_groupOutputs >= block.Width)
            {
                run.Output = output;
                TTile.Compute<TInputs>(run);
                continue;
            }

            run.Output = partial;
            run.OutputStride = block.Width;
            TTile.Compute<TInputs>(run);
            for (int i = 0; i < run.Pixels; i++, output += _outputStride)
                Unsafe.CopyBlockUnaligned(output, partial + ((nint)i * block.Width), (uint)_groupOutputs);
        }
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;
}
