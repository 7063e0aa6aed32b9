namespace Edge.Runtime.Kernels.Movement;

/// <summary>Neighbouring output indices that read their source at one step, or that all take the fill value.</summary>
/// <param name="First">First output index.</param>
/// <param name="Length">Output indices.</param>
/// <param name="Source">Source offset of the first index in elements, or <see cref="SourceAxis.Fill"/>.</param>
/// <param name="Step">Source elements from one index to the next.</param>
internal readonly record struct Stretch(int First, int Length, nint Source, nint Step)
{
    public bool IsFill => Source == SourceAxis.Fill;

    /// <summary>Cuts an axis into the fewest stretches that a scan from the front finds.</summary>
    public static IEnumerable<Stretch> Cut(SourceAxis axis)
    {
        if (axis.Offsets is not { } offsets)
        {
            yield return new Stretch(0, axis.Length, axis.Start, axis.Step);
            yield break;
        }

        for (int first = 0, end; first < offsets.Length; first = end)
        {
            end = first + 1;
            nint step = 0;
            if (offsets[first] == SourceAxis.Fill)
            {
                while (end < offsets.Length && offsets[end] == SourceAxis.Fill)
                    end++;
            }
            else if (end < offsets.Length && offsets[end] != SourceAxis.Fill)
            {
                step = offsets[end] - offsets[first];
                while (end < offsets.Length && offsets[end] != SourceAxis.Fill && offsets[end] - offsets[end - 1] == step)
                    end++;
            }

            yield return new Stretch(first, end - first, offsets[first], step);
        }
    }
}
