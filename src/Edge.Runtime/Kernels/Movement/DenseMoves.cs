using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Movement;

/// <summary>The moving operators on dense tensors, done at once. Elements have 1, 4 or 8 bytes.</summary>
internal static unsafe class DenseMoves
{
    /// <summary>output[i…] = source[begin + step·i…].</summary>
    public static void Slice(
        void* source, ReadOnlySpan<int> sourceShape, ReadOnlySpan<int> begin, ReadOnlySpan<int> step,
        void* destination, ReadOnlySpan<int> shape, int elementSize) =>
        RunAll(MovePlans.Slice(new(sourceShape), new(shape), begin, step, elementSize), source, destination);

    /// <summary>The output's shape is shape[i] = sourceShape[permutation[i]].</summary>
    public static void Transpose(
        void* source, ReadOnlySpan<int> sourceShape, ReadOnlySpan<int> permutation, void* destination, int elementSize)
    {
        var shape = new int[sourceShape.Length];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = sourceShape[permutation[i]];
        RunAll(MovePlans.Transpose(new(sourceShape), new(shape), permutation, elementSize), source, destination);
    }

    /// <summary>Pads in front of each axis by <paramref name="before"/>, behind it by the rest of <paramref name="shape"/>.</summary>
    /// <param name="fill">Bits of the element that <see cref="PadMode.Constant"/> writes.</param>
    public static void Pad(
        void* source, ReadOnlySpan<int> sourceShape, ReadOnlySpan<int> before, PadMode mode, ulong fill,
        void* destination, ReadOnlySpan<int> shape, int elementSize) =>
        RunAll(MovePlans.Pad(new(sourceShape), new(shape), before, mode, fill, elementSize), source, destination);

    /// <summary>Puts one input of a concatenation into its place; call it for every input.</summary>
    /// <param name="position">Sum of the inputs before this one along <paramref name="axis"/>.</param>
    public static void Concat(
        void* part, ReadOnlySpan<int> partShape, int axis, int position, void* whole, ReadOnlySpan<int> wholeShape, int elementSize)
    {
        BoxCopy copy = MovePlans.Concat(new(partShape), new(wholeShape), axis, position, elementSize, out nint start);
        RunAll(copy, part, (byte*)whole + (start * elementSize));
    }

    private static void RunAll(BoxCopy copy, void* source, void* destination) => copy.Run(source, destination, 0, copy.Rows);
}
