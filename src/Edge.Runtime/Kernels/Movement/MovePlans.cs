using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Movement;

/// <summary>The operators that only move elements, as plans between two layouts of elements of 1, 4 or 8 bytes.</summary>
internal static class MovePlans
{
    /// <summary>output[i…] = source[begin + step·i…].</summary>
    /// <param name="begin">First source index per axis.</param>
    /// <param name="step">Per axis; negative runs backwards.</param>
    public static BoxCopy Slice(
        TensorLayout source, TensorLayout destination, ReadOnlySpan<int> begin, ReadOnlySpan<int> step, int elementSize)
    {
        var axes = new SourceAxis[destination.Shape.Length];
        for (int i = 0; i < axes.Length; i++)
            axes[i] = new SourceAxis(destination.Shape[i], begin[i] * source.Steps[i], step[i] * source.Steps[i]);
        return new BoxCopy(axes, destination.Steps, elementSize);
    }

    /// <summary>destination.Shape[i] = source.Shape[permutation[i]].</summary>
    public static BoxCopy Transpose(TensorLayout source, TensorLayout destination, ReadOnlySpan<int> permutation, int elementSize)
    {
        var axes = new SourceAxis[destination.Shape.Length];
        for (int i = 0; i < axes.Length; i++)
            axes[i] = new SourceAxis(destination.Shape[i], 0, source.Steps[permutation[i]]);
        return new BoxCopy(axes, destination.Steps, elementSize);
    }

    /// <summary>The source with <paramref name="before"/>[i] elements in front of axis i, and behind it what the destination has more.</summary>
    /// <param name="fill">Bits of the element that <see cref="PadMode.Constant"/> writes.</param>
    public static BoxCopy Pad(
        TensorLayout source, TensorLayout destination, ReadOnlySpan<int> before, PadMode mode, ulong fill, int elementSize)
    {
        var axes = new SourceAxis[destination.Shape.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            int length = source.Shape[i];
            if (destination.Shape[i] == length)
            {
                axes[i] = new SourceAxis(length, 0, source.Steps[i]);
                continue;
            }

            var offsets = new int[destination.Shape[i]];
            for (int j = 0; j < offsets.Length; j++)
            {
                int index = PaddedIndex(j - before[i], length, mode);
                offsets[j] = index < 0 ? SourceAxis.Fill : checked((int)(index * source.Steps[i]));
            }

            axes[i] = new SourceAxis(offsets);
        }

        return new BoxCopy(axes, destination.Steps, elementSize, fill);
    }

    /// <summary>One input of a concatenation, into its place in the whole.</summary>
    /// <param name="part">The input.</param>
    /// <param name="whole">The output.</param>
    /// <param name="axis">Axis along which the inputs stand one behind the other.</param>
    /// <param name="position">Index of the input's first element along <paramref name="axis"/> of the output.</param>
    /// <param name="destinationStart">Elements from the start of the output to the input's place.</param>
    public static BoxCopy Concat(
        TensorLayout part, TensorLayout whole, int axis, int position, int elementSize, out nint destinationStart)
    {
        destinationStart = position * whole.Steps[axis];
        var axes = new SourceAxis[part.Shape.Length];
        for (int i = 0; i < axes.Length; i++)
            axes[i] = new SourceAxis(part.Shape[i], 0, part.Steps[i]);
        return new BoxCopy(axes, whole.Steps, elementSize);
    }

    /// <summary>Output channel j·groups + g is source channel g·(C/groups) + j.</summary>
    public static BoxCopy ChannelShuffle(TensorLayout source, TensorLayout destination, int groups, int elementSize)
    {
        int outer = source.Shape.Length - 1, perGroup = source.Shape[^1] / groups;
        var axes = new SourceAxis[outer + 2];
        for (int i = 0; i < outer; i++)
            axes[i] = new SourceAxis(source.Shape[i], 0, source.Steps[i]);
        axes[outer] = new SourceAxis(perGroup, 0, 1);
        axes[outer + 1] = new SourceAxis(groups, 0, perGroup);
        nint[] steps = [.. destination.Steps[..outer], groups, 1];
        return new BoxCopy(axes, steps, elementSize);
    }

    // Index that a padded position reads, −1 for none.
    private static int PaddedIndex(int index, int length, PadMode mode)
    {
        if (index >= 0 && index < length)
            return index;
        switch (mode)
        {
            case PadMode.Edge:
                return index < 0 ? 0 : length - 1;
            case PadMode.Reflect when length > 1:
                int period = 2 * (length - 1);
                int position = ((index % period) + period) % period;
                return position < length ? position : period - position;
            case PadMode.Reflect:
                return 0;
            default:
                return -1;
        }
    }
}
