using Edge.Runtime.Kernels.Lookup;

namespace Edge.Runtime.Kernels.Movement;

/// <summary>
/// Copies a box of elements of 1, 4 or 8 bytes between two memory layouts of any rank. Every output axis reads its source at
/// regular steps or through a table, so that one loop serves slice, transpose, pad, concat and nearest resize. The plan is
/// made once; running it allocates nothing.
/// </summary>
internal sealed unsafe class BoxCopy
{
    // All axes but the one that the inner loop runs over. Start offsets of regular axes are part of _sourceStart.
    private readonly int[][] _outerSources;
    private readonly nint[] _outerDestinationSteps;

    // The inner loop's axis, cut into regular stretches.
    private readonly Stretch[] _stretches;
    private readonly nint _destinationStep;

    // Rows longer than this are not merged into one, so that workers find rows to share.
    private const int MaxRowBytes = 16384;

    private readonly int _elementSize;
    private readonly ulong _fill;
    private readonly nint _sourceStart;
    private readonly bool _sameLayout;
    private readonly StridedRows? _stridedRows;

    /// <param name="axes">Where each output axis reads, outermost first.</param>
    /// <param name="destinationSteps">Elements from one index of an output axis to the next.</param>
    /// <param name="elementSize">Bytes: 1, 4 or 8.</param>
    /// <param name="fill">Bits of the element that indices without a source take.</param>
    public BoxCopy(ReadOnlySpan<SourceAxis> axes, ReadOnlySpan<nint> destinationSteps, int elementSize, ulong fill = 0)
    {
        if (elementSize is not (1 or 4 or 8))
            throw new ArgumentOutOfRangeException(nameof(elementSize), elementSize, "elements have 1, 4 or 8 bytes");
        _elementSize = elementSize;
        _fill = fill;

        var outer = new List<(SourceAxis Source, nint Step)>();
        bool empty = false;
        _sameLayout = true;
        for (int i = 0; i < axes.Length; i++)
        {
            SourceAxis axis = axes[i];
            empty |= axis.Length == 0;
            if (axis.Offsets is null)
            {
                _sourceStart += axis.Start;
                axis = new SourceAxis(axis.Length, 0, axis.Step);
                if (axis.Length == 1)
                    continue;
            }

            _sameLayout &= axis.Offsets is null && axis.Step == destinationSteps[i];
            outer.Add((axis, destinationSteps[i]));
        }

        (SourceAxis inner, _destinationStep) = TakeInnerAxis(outer);
        _stretches = [.. Stretch.Cut(inner)];
        _stridedRows = StridedRowsOrNull(inner, outer);
        _outerSources = [.. outer.ConvertAll(a => a.Source.ToTable())];
        _outerDestinationSteps = [.. outer.ConvertAll(a => a.Step)];
        Rows = empty ? 0 : _outerSources.Aggregate(1, (rows, axis) => checked(rows * axis.Length));
        RowLength = inner.Length;
    }

    /// <summary>Runs of the inner loop, the unit in which <see cref="Run"/> is told what to do; 0 for an empty box.</summary>
    public int Rows { get; }

    /// <summary>Elements of one run of the inner loop.</summary>
    public int RowLength { get; }

    /// <summary>Whether every element would be copied onto itself.</summary>
    public bool IsInPlace(byte* source, byte* destination) =>
        Rows == 0 || (_sameLayout && source + (_sourceStart * _elementSize) == destination);

    /// <summary>Copies rows [first, end).</summary>
    /// <param name="source">The first element of the tensor that the source axes index.</param>
    /// <param name="destination">Where the first element of the box goes.</param>
    public void Run(void* source, void* destination, int first, int end)
    {
        if (_stridedRows is { } rows)
        {
            nint from = (_sourceStart * _elementSize) + (first * rows.SourceStep);
            rows.Copy((byte*)source + from, (byte*)destination + (first * rows.DestinationStep), end - first);
            return;
        }

        switch (_elementSize)
        {
            case 1:
                Run(new PlainRow<byte>((byte)_fill), (byte*)source, (byte*)destination, first, end);
                break;
            case 4:
                Run(new PlainRow<uint>((uint)_fill), (uint*)source, (uint*)destination, first, end);
                break;
            default:
                Run(new PlainRow<ulong>(_fill), (ulong*)source, (ulong*)destination, first, end);
                break;
        }
    }

    /// <summary>Copies rows [first, end) of a box of int8, sending every element through a table.</summary>
    public void RunMapped(RowLookup lookup, sbyte* source, sbyte* destination, int first, int end) =>
        Run(new MappedRow(lookup), source, destination, first, end);

    private void Run<TRow, T>(TRow row, T* source, T* destination, int first, int end)
        where TRow : struct, IRowCopy<T>
        where T : unmanaged
    {
        int rank = _outerSources.Length;
        Span<int> index = stackalloc int[rank];
        for (int axis = rank - 1, rest = first; axis >= 0; axis--)
            (rest, index[axis]) = Math.DivRem(rest, _outerSources[axis].Length);

        for (int i = first; i < end; i++)
        {
            nint from = _sourceStart, to = 0;
            bool filled = false;
            for (int axis = 0; axis < rank; axis++)
            {
                int offset = _outerSources[axis][index[axis]];
                filled |= offset == SourceAxis.Fill;
                from += offset;
                to += index[axis] * _outerDestinationSteps[axis];
            }

            foreach (Stretch s in _stretches)
            {
                T* d = destination + to + (s.First * _destinationStep);
                if (filled || s.IsFill)
                    row.Fill(d, _destinationStep, s.Length);
                else
                    row.Copy(source + from + s.Source, s.Step, d, _destinationStep, s.Length);
            }

            for (int axis = rank - 1; axis >= 0 && ++index[axis] == _outerSources[axis].Length; axis--)
                index[axis] = 0;
        }
    }

    /// <summary>The copy as rows at regular distances, if it is one: all outer axes continue each other.</summary>
    private StridedRows? StridedRowsOrNull(SourceAxis inner, List<(SourceAxis Source, nint Step)> outer)
    {
        nint bytes = (nint)inner.Length * _elementSize;
        bool contiguous = inner.Offsets is null && inner.Step == 1 && _destinationStep == 1;
        if (!contiguous || outer.Count == 0 || bytes is < StridedRows.LeastBytes or > StridedRows.MostBytes)
            return null;
        for (int i = 0; i < outer.Count; i++)
        {
            (SourceAxis axis, nint step) = outer[i];
            if (axis.Offsets is not null)
                return null;
            if (i == 0)
                continue;
            (SourceAxis around, nint aroundStep) = outer[i - 1];
            if (around.Step != axis.Step * axis.Length || aroundStep != step * axis.Length)
                return null;
        }

        return new StridedRows(bytes, outer[^1].Source.Step * _elementSize, outer[^1].Step * _elementSize);
    }

    /// <summary>
    /// Picks the axis of the inner loop and takes it from the list: the innermost one, merged with the axes around it as long as
    /// they continue it; or the longest regular one where the innermost is scattered anyhow.
    /// </summary>
    private (SourceAxis Source, nint Step) TakeInnerAxis(List<(SourceAxis Source, nint Step)> axes)
    {
        if (axes.Count == 0)
            return (new SourceAxis(1, 0, 1), 1);
        (SourceAxis inner, nint step) = axes[^1];
        axes.RemoveAt(axes.Count - 1);
        if (inner.Offsets is not null)
            return (inner, step);

        while (axes.Count > 0 && axes[^1] is var (next, nextStep) && next.Offsets is null
            && next.Step == inner.Step * inner.Length && nextStep == step * inner.Length
            && (long)next.Length * inner.Length * _elementSize <= MaxRowBytes)
        {
            inner = new SourceAxis(next.Length * inner.Length, 0, inner.Step);
            axes.RemoveAt(axes.Count - 1);
        }

        if (inner.Step != 1 || step != 1)
        {
            int longest = -1;
            for (int i = 0; i < axes.Count; i++)
            {
                if (axes[i].Source.Offsets is null && axes[i].Source.Length > (longest < 0 ? inner : axes[longest].Source).Length)
                    longest = i;
            }

            if (longest >= 0)
                ((inner, step), axes[longest]) = (axes[longest], (inner, step));
        }

        return (inner, step);
    }
}
