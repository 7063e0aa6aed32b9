using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>A block of output channels that a tile computes at once.</summary>
internal readonly unsafe struct GemmBlock
{
    /// <summary>The group, or the run of <see cref="IWeightOrder.GroupsPerBlock"/> groups, that the channels belong to.</summary>
    public required int Group { get; init; }

    /// <summary>The first output channel.</summary>
    public required int Channel { get; init; }

    /// <summary>Channels that the tile computes.</summary>
    public required int Width { get; init; }

    /// <summary>[tap][step][slot].</summary>
    public required byte* Weights { get; init; }

    /// <summary>See <see cref="IWeightOrder.Plan"/>.</summary>
    public required int* Plan { get; init; }

    /// <summary>[bias row][channel][bias stride], zero point and flip folded in.</summary>
    public required int* Bias { get; init; }

    public required float* Multipliers { get; init; }

    /// <summary>See <see cref="RequantizeParameters.FitsInt16"/>.</summary>
    public required bool FitsInt16 { get; init; }
}

/// <summary>
/// Weights, biases and multipliers of a convolution in a tile's order. Every group is cut into blocks of its own, unless the tile takes
/// several of them at once; its last block reaches back over channels of the block before, so that each computes channels that exist.
/// Only groups narrower than a block are padded, with zeros.
/// </summary>
internal readonly unsafe struct GemmWeights
{
    /// <summary>Below it no rounding in float32 and no zero point carries a value out of int16.</summary>
    private const double LargestScaled = 32_000;

    public GemmBlock[] Blocks { get; private init; }

    public int Taps { get; private init; }

    /// <summary>The largest magnitude that a sum can have.</summary>
    public long LargestSum { get; private init; }

    /// <summary>Padded input channels of a tap.</summary>
    public int Depth { get; private init; }

    /// <param name="taps">Taps of the kernel as the tile sees them.</param>
    /// <param name="depth">Real input bytes of a tap: taps · depth weights lie in a row for each output.</param>
    public static GemmWeights Pack<TTile>(in ConvProblem problem, PreparationContext context, int taps, int depth)
        where TTile : struct, IWeightOrder
    {
        int steps = (depth + TTile.DepthStep - 1) / TTile.DepthStep, outputs = problem.GroupOutputs * TTile.GroupsPerBlock;
        int groups = problem.Groups / TTile.GroupsPerBlock;
        int wide = TTile.Channels, narrow = TTile.NarrowChannels, whole = outputs / wide, rest = outputs % wide;
        int wideBlocks = rest > narrow && whole > 0 ? whole + 1 : whole;
        int narrowBlocks = rest == 0 || wideBlocks > whole ? 0 : rest <= narrow ? 1 : 2;
        int blocksPerGroup = wideBlocks + narrowBlocks, channels = (wideBlocks * wide) + (narrowBlocks * narrow);

        nint channelBytes = (nint)taps * steps * TTile.DepthStep * TTile.WeightBytes;
        var data = (byte*)context.Allocate((nuint)(groups * channels * channelBytes));
        int biasLength = TTile.BiasRows * TTile.BiasStride;
        var bias = (int*)context.Allocate((nuint)(groups * channels * biasLength * sizeof(int)));
        var multipliers = (float*)context.Allocate((nuint)(groups * channels * sizeof(float)));
        int planLength = TTile.PlanLength(taps, steps);
        int planBytes = groups * blocksPerGroup * planLength * sizeof(int);
        int* plan = planBytes == 0 ? null : (int*)context.Allocate((nuint)planBytes);
        var blocks = new GemmBlock[groups * blocksPerGroup];
        long largestSum = 0;
        for (int i = 0; i < blocks.Length; i++)
        {
            (int group, int index) = Math.DivRem(i, blocksPerGroup);
            int width = index < wideBlocks ? wide : narrow;
            int place = index < wideBlocks ? index * wide : (wideBlocks * wide) + ((index - wideBlocks) * narrow);
            int first = Math.Max(Math.Min(place, outputs - width), 0);
            int firstOutput = (group * outputs) + first;
            bool fitsInt16 = true;
            for (int channel = 0; channel < Math.Min(width, outputs); channel++)
            {
                int output = firstOutput + channel;
                ReadOnlySpan<sbyte> weights = problem.WeightsOf(output);
                WeightSums sums = WeightSums.Of(weights);
                for (int row = 0, start = problem.FoldedBias(output, TTile.ActivationFlip, sums); row < TTile.BiasRows; row++)
                    bias[((row * width) + TTile.Place(channel)) * TTile.BiasStride] = start;
                float multiplier = multipliers[TTile.Place(channel)] = problem.Multiplier(output);
                long largest = problem.LargestSum(output, sums);
                largestSum = Math.Max(largestSum, largest);
                fitsInt16 &= largest * (double)multiplier < LargestScaled;
                fixed (sbyte* source = weights)
                    PackChannel<TTile>(source, taps, depth, channel, width, data);
            }

            blocks[i] = new GemmBlock
            {
                Group = group,
                Channel = firstOutput,
                Width = width,
                Weights = data,
                Plan = plan,
                Bias = bias,
                Multipliers = multipliers,
                FitsInt16 = fitsInt16,
            };
            TTile.Plan(data, taps, steps, width, plan);
            plan += planLength;
            data += width * channelBytes;
            bias += width * biasLength;
            multipliers += width;
        }

        return new GemmWeights { Blocks = blocks, LargestSum = largestSum, Taps = taps, Depth = steps * TTile.DepthStep };
    }

    /// <summary>Adds <see cref="RequantizeParameters.OffsetSums"/> to the start values, of which there is one per channel.</summary>
    public void OffsetSums(int offset)
    {
        foreach (ref readonly GemmBlock block in Blocks.AsSpan())
        {
            for (int channel = 0; channel < block.Width; channel++)
                block.Bias[channel] = unchecked(block.Bias[channel] + offset);
        }
    }

    private static void PackChannel<TTile>(sbyte* source, int taps, int depth, int channel, int width, byte* data)
        where TTile : struct, IWeightOrder
    {
        int step = TTile.DepthStep, stepBytes = step * width * TTile.WeightBytes, whole = depth / step * step;
        for (int tap = 0; tap < taps; tap++, source += depth)
        {
            int k = 0;
            if (TTile.WeightBytes == 1 && TTile.WeightRun == 4 && TTile.DepthStep == 4)
            {
                byte* to = data + TTile.Slot(channel, 0);
                for (; k < whole; k += 4, to += stepBytes)
                    Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<int>(source + k));
                data += (nint)(whole / 4) * stepBytes;
            }

            for (; k < whole; k += step, data += stepBytes)
            {
                for (int run = 0; run < step; run += TTile.WeightRun)
                    CopyRun<TTile>(source + k + run, data + (TTile.Slot(channel, run) * TTile.WeightBytes));
            }

            if (k == depth)
                continue;
            for (int i = 0; k < depth; i++, k++)
                Copy<TTile>(source + k, data + (TTile.Slot(channel, i) * TTile.WeightBytes));
            data += stepBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRun<TTile>(sbyte* source, byte* to)
        where TTile : struct, IWeightOrder
    {
        if (TTile.WeightBytes == 1 && TTile.WeightRun == 4)
        {
            Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<int>(source));
            return;
        }

        for (int i = 0; i < TTile.WeightRun; i++)
            Copy<TTile>(source + i, to + (i * TTile.WeightBytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<TTile>(sbyte* source, byte* to)
        where TTile : struct, IWeightOrder
    {
        if (TTile.WeightBytes == 1)
            *to = (byte)*source;
        else
            *(short*)to = *source;
    }
}
