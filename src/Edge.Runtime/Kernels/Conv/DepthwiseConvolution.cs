using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Depthwise convolution: output channel o reads only input channel o / multiplier. Blocks of sixteen channels run over an
/// output row while their weights stay in registers. A piece is a row × a run of blocks.
/// </summary>
internal sealed unsafe class DepthwiseConvolution<TTile> : PreparedOperator
    where TTile : struct, IDepthwiseTile
{
    private const int Channels = IDepthwiseTile.Channels;

    /// <summary>Pieces per worker that keep the last one from waiting long.</summary>
    private const int PiecesPerWorker = 4;

    /// <summary>Pixels that are computed before they are copied where the last channels of a block don't exist.</summary>
    private const int PartialPixels = 32;

    private readonly TapTable _table;
    private readonly byte* _weights;
    private readonly int* _bias;
    private readonly float* _multipliers;
    private readonly byte* _channelMaps;
    private readonly nint _blockBytes;
    private readonly sbyte* _output;
    private readonly int _outputStride, _outputWidth, _outputChannels, _multiplier, _blocks, _blocksPerPiece, _blockRuns;
    private readonly RequantizeParameters _requantize;

    public DepthwiseConvolution(in ConvProblem problem, PreparationContext context, string name)
    {
        Kernel = name;
        MultiplyAccumulates = problem.MultiplyAccumulates;
        _table = new TapTable(problem, context, rows: 1, tapMultiple: 2);
        _output = problem.Output;
        _outputStride = problem.OutputStride;
        _outputWidth = problem.OutputWidth;
        _outputChannels = problem.OutputChannels;
        _multiplier = problem.GroupOutputs;
        _requantize = RequantizeParameters.Of(problem);

        _blocks = (_outputChannels + Channels - 1) / Channels;
        _blockBytes = (nint)_table.Taps * Channels * TTile.WeightBytes;
        _weights = (byte*)context.Allocate((nuint)(_blocks * _blockBytes));
        _bias = (int*)context.Allocate((nuint)(_blocks * Channels * sizeof(int)));
        _multipliers = (float*)context.Allocate((nuint)(_blocks * Channels * sizeof(float)));
        _channelMaps = (byte*)context.Allocate((nuint)(_blocks * Channels));
        Pack(problem);

        int rowPieces = problem.OutputHeight, wanted = context.Workers > 1 ? context.Workers * PiecesPerWorker : 1;
        int blockRuns = Math.Clamp((wanted + rowPieces - 1) / rowPieces, 1, _blocks);
        _blocksPerPiece = (_blocks + blockRuns - 1) / blockRuns;
        _blockRuns = (_blocks + _blocksPerPiece - 1) / _blocksPerPiece;
        Pieces = rowPieces * _blockRuns;
    }

    public override int Pieces { get; }

    public override long MultiplyAccumulates { get; }

    public override string Kernel { get; }

    public override void Run(int first, int end)
    {
        DepthwiseRow call = default;
        call.TapPairs = _table.Taps / 2;
        call.Pixels = _outputWidth;
        call.OutputStride = _outputStride;
        call.Requantize = _requantize;
        for (int piece = first; piece < end; piece++)
        {
            int row = piece / _blockRuns, firstBlock = piece % _blockRuns * _blocksPerPiece;
            sbyte* output = _output + ((nint)row * _outputWidth * _outputStride);
            call.Inputs = _table.Tile(row * _outputWidth, 1);
            for (int block = firstBlock; block < Math.Min(firstBlock + _blocksPerPiece, _blocks); block++)
            {
                int channel = block * Channels;
                call.InputOffset = channel / _multiplier;
                call.Weights = _weights + (block * _blockBytes);
                call.Bias = _bias + channel;
                call.ChannelMap = _channelMaps + channel;
                call.Requantize.Multipliers = _multipliers + channel;
                int channels = Math.Min(Channels, _outputChannels - channel);
                if (channels < Channels)
                {
                    RunPartial(call, output + channel, channels);
                    continue;
                }

                call.Output = output + channel;
                TTile.Compute(call);
            }
        }
    }

    /// <summary>Computes a block of which only the first channels exist, some pixels at a time in memory of its own.</summary>
    private void RunPartial(DepthwiseRow call, sbyte* output, int channels)
    {
        sbyte* partial = stackalloc sbyte[PartialPixels * Channels];
        call.Output = partial;
        call.OutputStride = Channels;
        for (int first = 0; first < _outputWidth; first += PartialPixels)
        {
            call.Pixels = Math.Min(PartialPixels, _outputWidth - first);
            TTile.Compute(call);
            for (int pixel = 0; pixel < call.Pixels; pixel++, output += _outputStride)
                Unsafe.CopyBlockUnaligned(output, partial + (pixel * Channels), (uint)channels);
            call.Inputs += call.Pixels * _table.Taps;
        }
    }

    private void Pack(in ConvProblem problem)
    {
        for (int output = 0; output < problem.OutputChannels; output++)
        {
            int channel = output % Channels, first = output - channel;
            _bias[output] = problem.FoldedBias(output, flip: 0);
            _multipliers[output] = problem.Multiplier(output);
            _channelMaps[output] = (byte)((output / _multiplier) - (first / _multiplier));
            byte* data = _weights + (output / Channels * _blockBytes);
            for (int tap = 0; tap < problem.KernelSize; tap++)
            {
                sbyte weight = problem.Weights[(output * problem.KernelSize) + tap];
                int place = (tap / 2 * 2 * Channels) + TTile.Slot(channel, tap % 2);
                if (TTile.WeightBytes == 1)
                    ((sbyte*)data)[place] = weight;
                else
                    ((short*)data)[place] = weight;
            }
        }
    }
}
