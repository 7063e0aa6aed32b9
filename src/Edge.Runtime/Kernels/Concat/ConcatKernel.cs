using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Lookup;
using Edge.Runtime.Kernels.Movement;
using Edge.Runtime.Numerics;

namespace Edge.Runtime.Kernels.Concat;

/// <summary>
/// Concatenation, int8 or float32. Inputs that lie in their place cost nothing, others are copied row by row; int8 inputs
/// with another scale or zero point than the output go through a table of 256 entries that holds the requantized values.
/// </summary>
internal sealed unsafe class ConcatKernel : PreparedOperator
{
    private readonly Part[] _parts;

    public ConcatKernel(ConcatOperator op, PreparationContext context)
    {
        TensorView output = context.Tensor(op.Outputs[0]);
        int elementSize = MoveOperator.ElementSize(output), position = 0, pieces = 0;
        var parts = new List<Part>();
        foreach (int index in op.Inputs)
        {
            TensorView input = context.Tensor(index);
            BoxCopy copy = MovePlans.Concat(new(input), new(output), op.Axis, position, elementSize, out nint start);
            position += input.Shape[op.Axis];
            byte* destination = output.Data + (start * elementSize);
            bool sameValues = InPlace.SameQuantization(input.Definition, output.Definition);
            if (sameValues && copy.IsInPlace(input.Data, destination))
                continue;
            parts.Add(new Part
            {
                Copy = copy,
                Source = input.Data,
                Destination = destination,
                FirstPiece = pieces,
                Lookup = sameValues ? null : RowLookup.Create(Table(input, output), context),
            });
            pieces += copy.Rows;
        }

        _parts = [.. parts];
        Pieces = pieces;
        RowLookup? requantize = Array.Find(_parts, p => p.Lookup is not null)?.Lookup;
        Kernel = requantize is { } lookup ? $"ConcatRequantize{lookup.Form}" : "Concat";
    }

    /// <summary>Rows of the inputs that are not in their place.</summary>
    public override int Pieces { get; }

    public override string Kernel { get; }

    public override void Run(int first, int end)
    {
        foreach (Part part in _parts)
        {
            int from = Math.Max(first - part.FirstPiece, 0), to = Math.Min(end - part.FirstPiece, part.Copy.Rows);
            if (from >= to)
                continue;
            if (part.Lookup is { } lookup)
                part.Copy.RunMapped(lookup, (sbyte*)part.Source, (sbyte*)part.Destination, from, to);
            else
                part.Copy.Run(part.Source, part.Destination, from, to);
        }
    }

    /// <summary>y = round(clamp(float(x − zx)·(sx/sy), −128 − zy, 127 − zy)) + zy for every x.</summary>
    private static sbyte[] Table(TensorView input, TensorView output)
    {
        float ratio = input.Scale / output.Scale;
        var table = new sbyte[256];
        for (int x = -128; x <= 127; x++)
            table[x + 128] = Requantization.Requantize(x - input.ZeroPoint, ratio, output.ZeroPoint, -128, 127);
        return table;
    }

    private sealed class Part
    {
        public required BoxCopy Copy { get; init; }
        public required byte* Source { get; init; }
        public required byte* Destination { get; init; }
        public required int FirstPiece { get; init; }
        public required RowLookup? Lookup { get; init; }
    }
}
