using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 convolutions of stride 1 as Winograd's F(4×4, 3×3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
/// 2016) in integers: a tile of 4×4 outputs takes 36 products per input and output channel instead of 144, and gives the direct
/// convolution's very sums (<see cref="WinogradWeights"/> says why). A piece is a run of tiles × a run of blocks of
/// <see cref="Channels"/> output channels.
/// </summary>
/// <remarks>
/// Three stages: patches of 6×6 inputs become 36 int16 values per channel; for each of the 36, a matrix product of tiles by
/// channels; the 36 sums of an output channel become 16 outputs.
/// </remarks>
internal sealed unsafe class Winograd4x4Neon : PreparedOperator
{
    /// <summary>Outputs of a tile: 4 rows of 4.</summary>
    public const int Outputs = 16;

    /// <summary>Inputs of a tile, and values after the transform: 6 rows of 6.</summary>
    public const int Points = 36;

    /// <summary>Tiles and output channels of the inner product's block in registers.</summary>
    public const int Rows = 4, Channels = 16;

    /// <summary>Input channels are padded to a multiple of this with weights of 0.</summary>
    public const int DepthStep = 8;

    /// <summary>
    /// Transformed inputs and sums of one run of tiles: on the stack, and in a small core's second-level cache.
    /// </summary>
    private const int ScratchBytes = 128 * 1024;

    /// <summary>Pieces per worker: each of a run's pieces transforms the inputs again, so there are few.</summary>
    private const int PiecesPerWorker = 2;

    private readonly WinogradTiles _tiles;
    private readonly WinogradWeights _weights;
    private readonly int _groupInputs, _groupOutputs, _depth, _inputBlocks;
    private readonly int _tilesPerRun, _blocks, _blocksPerPiece, _blockRuns;
    private readonly int _low, _high, _zeroPoint;

    public Winograd4x4Neon(in ConvProblem problem, PreparationContext context, string name)
    {
        Kernel = name;
        MultiplyAccumulates = problem.MultiplyAccumulates;
        _tiles = new WinogradTiles(problem, context);
        _weights = new WinogradWeights(problem, context);
        _groupInputs = problem.GroupInputs;
        _groupOutputs = problem.GroupOutputs;
        _depth = DivideUp(problem.GroupInputs, DepthStep) * DepthStep;
        _inputBlocks = DivideUp(problem.InputChannels, DepthStep);
        _low = problem.Low;
        _high = problem.High;
        _zeroPoint = problem.OutputZeroPoint;

        int wanted = context.Workers > 1 ? context.Workers * PiecesPerWorker : 1;
        int tileBytes = Points * ((_inputBlocks * DepthStep * sizeof(short)) + (Channels * sizeof(int)));
        int fitting = Math.Max(ScratchBytes / tileBytes / Rows, 1) * Rows;
        _tilesPerRun = Math.Min(fitting, DivideUp(DivideUp(_tiles.Count, wanted), Rows) * Rows);
        int tileRuns = DivideUp(_tiles.Count, _tilesPerRun);
        _tilesPerRun = DivideUp(DivideUp(_tiles.Count, tileRuns), Rows) * Rows;
        tileRuns = DivideUp(_tiles.Count, _tilesPerRun);
        _blocks = problem.Groups * _weights.BlocksPerGroup;
        _blocksPerPiece = DivideUp(_blocks, Math.Clamp(DivideUp(wanted, tileRuns), 1, _blocks));
        _blockRuns = DivideUp(_blocks, _blocksPerPiece);
        Pieces = tileRuns * _blockRuns;
    }

    public override int Pieces { get; }

    public override long MultiplyAccumulates { get; }

    public override string Kernel { get; }

    /// <summary>
    /// Whether the sums are provably exact and fewer instructions are expected than of the direct product. Estimates per tile,
    /// from counts of both kernels' loops: an inner product of 8 input channels, 4 tiles and 16 output channels takes 128 smlal
    /// and about 28 other instructions, and about 52 around it; a channel of input takes 45 instructions to transform, one of
    /// output 85. The direct product takes about 3.3 instructions for 16 multiply-accumulates.
    /// </summary>
    public static bool Accepts(in ConvProblem problem)
    {
        bool possible = problem.Window is { KernelHeight: 3, KernelWidth: 3, StrideY: 1, StrideX: 1, DilationY: 1, DilationX: 1 }
            && problem.GroupOutputs % 4 == 0
            && (problem.Groups == 1 || problem.GroupInputs % DepthStep == 0);
        if (!possible)
            return false;
        long tiles = (long)DivideUp(problem.OutputHeight, 4) * DivideUp(problem.OutputWidth, 4);
        long rows = (tiles + Rows - 1) / Rows, steps = DivideUp(problem.GroupInputs, DepthStep);
        long blocks = (long)problem.Groups * DivideUp(problem.GroupOutputs, Channels);
        long products = rows * blocks * Points * ((steps * 156) + 52);
        long transforms = tiles * ((45L * problem.InputChannels) + (85L * problem.OutputChannels));
        return products + transforms < problem.MultiplyAccumulates * 33 / 160 && WinogradWeights.IsExact(problem);
    }

    [SkipLocalsInit]
    public override void Run(int first, int end)
    {
        nint tileValues = (nint)_inputBlocks * DepthStep * Points;
        short* values = stackalloc short[(int)tileValues * _tilesPerRun];
        int* sums = stackalloc int[Points * Channels * _tilesPerRun];
        int transformed = -1;
        for (int piece = first; piece < end; piece++)
        {
            int run = piece / _blockRuns, firstTile = run * _tilesPerRun;
            int tiles = Math.Min(_tilesPerRun, _tiles.Count - firstTile);
            if (run != transformed)
            {
                for (int tile = 0; tile < tiles; tile++)
                    WinogradInputNeon.Transform(_tiles.Inputs(firstTile + tile), values + (tile * tileValues), _inputBlocks);
                transformed = run;
            }

            int firstBlock = piece % _blockRuns * _blocksPerPiece;
            for (int block = firstBlock; block < Math.Min(firstBlock + _blocksPerPiece, _blocks); block++)
                Run(block, values, tileValues, sums, firstTile, tiles);
        }
    }

    private void Run(int block, short* values, nint tileValues, int* sums, int firstTile, int tiles)
    {
        int group = block / _weights.BlocksPerGroup, channel = block % _weights.BlocksPerGroup * Channels;
        WinogradProductNeon.Multiply(
            values + ((nint)group * _groupInputs * Points), tileValues, _weights.Block(block), sums, tiles, _depth);
        var output = new WinogradOutput
        {
            Bias = _weights.Bias + (block * Channels),
            Multipliers = _weights.Multipliers + (block * Channels),
            Offset = (group * _groupOutputs) + channel,
            Channels = Math.Min(Channels, _groupOutputs - channel),
            Low = _low,
            High = _high,
            ZeroPoint = _zeroPoint,
        };
        for (int tile = 0; tile < tiles; tile++)
            WinogradOutputNeon.Transform(output, sums + (tile * Points * Channels), _tiles.Outputs(firstTile + tile));
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;
}
