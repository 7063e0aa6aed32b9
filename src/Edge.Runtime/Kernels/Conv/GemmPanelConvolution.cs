using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Convolution of one group as a matrix product over panels: the activations of some tiles of pixels are brought into the
/// tile's form once and multiplied by every channel block. A piece is a tile of pixels, or a channel block where that divides the
/// work more evenly.
/// </summary>
internal sealed unsafe class GemmPanelConvolution<TPanel, TTile> : PreparedOperator
    where TPanel : struct, IGemmPanel<TTile>
    where TTile : struct, IGemmTile
{
    private const int Rows = IGemmPanel<TTile>.Rows;

    /// <summary>Panels that stay in the first-level cache beside a block of weights.</summary>
    private const int NearBytes = 16 * 1024;

    /// <summary>Panels that stay in the second-level cache: where blocks of weights are long, these are kept near.</summary>
    private const int FarBytes = 64 * 1024;

    private readonly TapTable? _table;
    private readonly GemmWeights _weights;
    private readonly sbyte* _input;
    private readonly sbyte* _output;
    private readonly int _inputStride, _outputStride, _pixels, _tiles, _tilesPerRun, _panelBytes;
    private readonly bool _piecesAreBlocks;
    private readonly RequantizeParameters _requantize;

    public GemmPanelConvolution(in ConvProblem problem, PreparationContext context, string name)
    {
        Kernel = name;
        MultiplyAccumulates = problem.MultiplyAccumulates;
        _input = problem.Input;
        _output = problem.Output;
        _inputStride = problem.InputStride;
        _outputStride = problem.OutputStride;
        _pixels = problem.Pixels;
        _requantize = RequantizeParameters.Of(problem);
        if (!problem.IsPointwise)
            _table = new TapTable(problem, context, _pixels + Rows - 1);
        _weights = GemmWeights.Pack<TTile>(problem, context, _table?.Taps ?? 1, _table?.Depth ?? problem.InputChannels);
        _weights.OffsetSums(_requantize.OffsetSums(_weights.LargestSum));
        _panelBytes = Rows * _weights.Taps * _weights.Depth * TPanel.ActivationBytes;
        _tiles = DivideUp(_pixels, Rows);
        int runBytes = _panelBytes > NearBytes / 4 ? FarBytes : NearBytes;
        int tiles = runBytes / _panelBytes;

        // Where all weights are near as well, so are the outputs, of which every block writes a part of each cache line.
        if (_weights.Taps * _weights.Depth * problem.OutputChannels <= NearBytes / 2)
            tiles = Math.Min(tiles, NearBytes / (Rows * problem.OutputChannels));
        _tilesPerRun = Math.Clamp(tiles, 1, _tiles);
        _piecesAreBlocks = PieceChoice.BlocksPay(_weights.Blocks.Length, _tiles, context.Workers);
        Pieces = _piecesAreBlocks ? _weights.Blocks.Length : _tiles;
    }

    public override int Pieces { get; }

    public override long MultiplyAccumulates { get; }

    public override string Kernel { get; }

    public static bool Accepts(in ConvProblem problem) =>
        problem.Groups == 1 && problem.Pixels > 1 && problem.OutputChannels >= TPanel.FewestOutputs
        && problem.InputChannels >= PatchGather.FewChannels
        && (long)problem.KernelSize * (problem.InputChannels + TTile.DepthStep) * Rows * TPanel.ActivationBytes <= FarBytes;

    [SkipLocalsInit]
    public override void Run(int first, int end)
    {
        byte* panels = stackalloc byte[_tilesPerRun * _panelBytes];
        GemmRun run = default;
        run.Input = (sbyte*)panels;
        run.Depth = _weights.Taps * _weights.Depth;
        run.OutputStride = _outputStride;
        run.Requantize = _requantize;
        int firstTile = _piecesAreBlocks ? 0 : first, endTile = _piecesAreBlocks ? _tiles : end;
        ReadOnlySpan<GemmBlock> blocks = _piecesAreBlocks ? _weights.Blocks.AsSpan(first, end - first) : _weights.Blocks;
        for (int tile = firstTile; tile < endTile; tile += _tilesPerRun)
        {
            int count = Math.Min(_tilesPerRun, endTile - tile), pixel = tile * Rows;
            run.Pixels = Math.Min(count * Rows, _pixels - pixel);
            for (int i = 0; i < count; i++)
                FillPanel(pixel + (i * Rows), panels + ((nint)i * _panelBytes));
            foreach (ref readonly GemmBlock block in blocks)
            {
                run.Weights = block.Weights;
                run.Bias = block.Bias;
                run.Requantize.Multipliers = block.Multipliers;
                run.Output = _output + ((nint)pixel * _outputStride) + block.Channel;
                TPanel.Compute(run);
            }
        }
    }

    /// <summary>Behind the image's last pixel it is repeated.</summary>
    private void FillPanel(int pixel, byte* panel)
    {
        nint depth = _weights.Depth;
        if (_table is null)
        {
            sbyte** rows = stackalloc sbyte*[Rows];
            for (int i = 0; i < Rows; i++)
                rows[i] = _input + ((nint)Math.Min(pixel + i, _pixels - 1) * _inputStride);
            TPanel.Interleave(rows, depth, panel);
            return;
        }

        sbyte** pointers = _table.Pixel(pixel);
        for (int tap = _table.Taps; tap > 0; tap--, pointers += _table.TapPitch, panel += depth * Rows * TPanel.ActivationBytes)
            TPanel.Interleave(pointers, depth, panel);
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;
}
