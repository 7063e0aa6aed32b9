using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>A block of output channels that a tile computes at once.</summary>
internal readonly unsafe struct GemmBlock
{
    public required int Group { get; init; }

    /// <summary>The first output channel.</summary>
    public required int Channel { get; init; }

    /// <summary>Channels that the tile computes.</summary>
    public required int Width { get; init; }

    /// <summary>[tap][step][slot].</summary>
    public required byte* Weights { get; init; }

    /// <summary>See <see cref="IGemmTile.Plan"/>.</summary>
    public required int* Plan { get; init; }

    /// <summary>One per channel, zero point and flip folded in.</summary>
    public required int* Bias { get; init; }

    public required float* Multipliers { get; init; }
}

/// <summary>
/// Weights, biases and multipliers of a convolution in a tile's order. Every group is cut into blocks of its own; its last
/// block reaches back over channels of the block before, so that each computes channels that exist. Only groups narrower than
/// a block are padded, with zeros.
/// </summary>
internal readonly unsafe struct GemmWeights
{
    public GemmBlock[] Blocks { get; private init; }

    public int Taps { get; private init; }

    /// <summary>Padded input channels of a tap.</summary>
    public int Depth { get; private init; }

    /// <param name="taps">Taps of the kernel as the tile sees them.</param>
    /// <param name="depth">Real input bytes of a tap: taps · depth weights lie in a row for each output.</param>
    public static GemmWeights Pack<TTile>(in ConvProblem problem, PreparationContext context, int taps, int depth)
        where TTile : struct, IGemmTile
    {
        int steps = (depth + TTile.DepthStep - 1) / TTile.DepthStep, outputs = problem.GroupOutputs;
        int wide = TTile.Channels, narrow = TTile.NarrowChannels, whole = outputs / wide, rest = outputs % wide;
        int wideBlocks = rest > narrow && whole > 0 ? whole + 1 : whole;
        int narrowBlocks = rest == 0 || wideBlocks > whole ? 0 : rest <= narrow ? 1 : 2;
        int blocksPerGroup = wideBlocks + narrowBlocks, channels = (wideBlocks * wide) + (narrowBlocks * narrow);

        nint channelBytes = (nint)taps * steps * TTile.DepthStep * TTile.WeightBytes;
        var data = (byte*)context.Allocate((nuint)(problem.Groups * channels * channelBytes));
        var bias = (int*)context.Allocate((nuint)(problem.Groups * channels * sizeof(int)));
        var multipliers = (float*)context.Allocate((nuint)(problem.Groups * channels * sizeof(float)));
        int planLength = TTile.PlanLength(taps, steps);
        int planBytes = problem.Groups * blocksPerGroup * planLength * sizeof(int);
        int* plan = planBytes == 0 ? null : (int*)context.Allocate((nuint)planBytes);
        var blocks = new GemmBlock[problem.Groups * blocksPerGroup];
        for (int i = 0; i < blocks.Length; i++)
        {
            (int group, int index) = Math.DivRem(i, blocksPerGroup);
            int width = index < wideBlocks ? wide : narrow;
            int place = index < wideBlocks ? index * wide : (wideBlocks * wide) + ((index - wideBlocks) * narrow);
            int first = Math.Max(Math.Min(place, outputs - width), 0);
            blocks[i] = new GemmBlock
            {
                Group = group,
                Channel = (group * outputs) + first,
                Width = width,
                Weights = data,
                Plan = plan,
                Bias = bias,
                Multipliers = multipliers,
            };
            int real = Math.Min(width, outputs);
            for (int channel = 0; channel < real; channel++)
            {
                int output = (group * outputs) + first + channel;
                ReadOnlySpan<sbyte> source = problem.Weights.Slice(output * taps * depth, taps * depth);
                bias[channel] = problem.FoldedBias(output, TTile.ActivationFlip);
                multipliers[channel] = problem.Multiplier(output);
                fixed (sbyte* from = source)
                    PackChannel<TTile>(from, taps, depth, channel, width, data);
            }

            TTile.Plan(data, taps, steps, width, plan);
            plan += planLength;
            data += width * channelBytes;
            bias += width;
            multipliers += width;
        }

        return new GemmWeights { Blocks = blocks, Taps = taps, Depth = steps * TTile.DepthStep };
    }

    private static void PackChannel<TTile>(sbyte* source, int taps, int depth, int channel, int width, byte* data)
        where TTile : struct, IGemmTile
    {
        int step = TTile.DepthStep, stepBytes = step * width * TTile.WeightBytes;
        for (int tap = 0; tap < taps; tap++, source += depth)
        {
            for (int k = 0; k < depth; k += step, data += stepBytes)
            {
                for (int part = 0; part < Math.Min(step, depth - k); part += TTile.WeightRun)
                {
                    byte* to = data + (TTile.Slot(channel, part) * TTile.WeightBytes);
                    CopyRun<TTile>(source + k + part, Math.Min(TTile.WeightRun, depth - k - part), to);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRun<TTile>(sbyte* source, int count, byte* to)
        where TTile : struct, IGemmTile
    {
        if (TTile.WeightBytes == 1 && TTile.WeightRun == 4 && count == 4)
            Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<int>(source));
        else if (TTile.WeightBytes == 1 && TTile.WeightRun == 2 && count == 2)
            Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<short>(source));
        else
        {
            for (int i = 0; i < count; i++)
            {
                if (TTile.WeightBytes == 1)
                    to[i] = (byte)source[i];
                else
                    ((short*)to)[i] = source[i];
            }
        }
    }
}
