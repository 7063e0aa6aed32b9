using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Weights, biases and multipliers of a convolution in a tile's order, padded with zeros to whole channel blocks and depth
/// steps. Every group starts a new block.
/// </summary>
internal readonly unsafe struct GemmWeights
{
    /// <summary>[block][tap][step][slot].</summary>
    public byte* Data { get; private init; }

    /// <summary>[block][channel], zero point and flip folded in.</summary>
    public int* Bias { get; private init; }

    /// <summary>[block][channel].</summary>
    public float* Multipliers { get; private init; }

    public int BlocksPerGroup { get; private init; }

    public nint BlockBytes { get; private init; }

    public int Taps { get; private init; }

    /// <summary>Padded input channels of a tap.</summary>
    public int Depth { get; private init; }

    /// <param name="taps">Taps of the kernel as the tile sees them.</param>
    /// <param name="depth">Real input bytes of a tap: taps · depth weights lie in a row for each output.</param>
    public static GemmWeights Pack<TTile>(in ConvProblem problem, PreparationContext context, int taps, int depth)
        where TTile : struct, IGemmTile
    {
        int channels = TTile.Channels, step = TTile.DepthStep, steps = (depth + step - 1) / step;
        int blocksPerGroup = (problem.GroupOutputs + channels - 1) / channels, blocks = problem.Groups * blocksPerGroup;
        nint blockBytes = (nint)taps * steps * step * channels * TTile.WeightBytes;
        var packed = new GemmWeights
        {
            Data = (byte*)context.Allocate((nuint)(blocks * blockBytes)),
            Bias = (int*)context.Allocate((nuint)(blocks * channels * sizeof(int))),
            Multipliers = (float*)context.Allocate((nuint)(blocks * channels * sizeof(float))),
            BlocksPerGroup = blocksPerGroup,
            BlockBytes = blockBytes,
            Taps = taps,
            Depth = steps * step,
        };
        for (int output = 0; output < problem.OutputChannels; output++)
        {
            int inGroup = output % problem.GroupOutputs, channel = inGroup % channels;
            int block = (output / problem.GroupOutputs * blocksPerGroup) + (inGroup / channels);
            packed.Bias[(block * channels) + channel] = problem.FoldedBias(output, TTile.ActivationFlip);
            packed.Multipliers[(block * channels) + channel] = problem.Multiplier(output);
            byte* data = packed.Data + (block * blockBytes);
            for (int tap = 0; tap < taps; tap++)
            {
                ReadOnlySpan<sbyte> source = problem.Weights.Slice(((output * taps) + tap) * depth, depth);
                for (int k = 0; k < depth; k++)
                {
                    nint place = ((((nint)tap * steps) + (k / step)) * step * channels) + TTile.Slot(channel, k % step);
                    if (TTile.WeightBytes == 1)
                        ((sbyte*)data)[place] = source[k];
                    else
                        ((short*)data)[place] = source[k];
                }
            }
        }

        return packed;
    }
}
