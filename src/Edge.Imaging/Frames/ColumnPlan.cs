namespace Edge.Imaging.Frames;

/// <summary>Which rows of a plane each <see cref="ColumnStep"/> takes, and their weights.</summary>
internal sealed class ColumnPlan
{
    private readonly (int FirstRow, int Rows, int Weights)[] _steps;

    public ColumnPlan(AxisFilter filter)
    {
        _steps = new (int, int, int)[filter.Length];
        Carries = filter.OverlapsNeighboursOnly;
        List<int> weights = [];
        int done = 0;
        for (int output = 0; output < filter.Length; output++)
        {
            int first = filter.First(output), end = first + filter.Weights(output).Length;
            if (Carries && output > 0)
                first = done;
            _steps[output] = (first, end - first, weights.Count);
            MaxRows = Math.Max(MaxRows, end - first);
            for (int row = first; row < end; row++)
            {
                weights.Add(Twice(filter.Weight(output, row)));
                weights.Add(Carries ? Twice(filter.Weight(output + 1, row)) : 0);
            }

            done = end;
        }

        Weights = GC.AllocateArray<int>(weights.Count, pinned: true);
        weights.CopyTo(Weights);
    }

    /// <summary>Whether a step also begins the next output; otherwise every step has all its rows.</summary>
    public bool Carries { get; }

    public int MaxRows { get; }

    /// <summary>Pinned; the form of <see cref="ColumnStep.Weights"/>.</summary>
    public int[] Weights { get; }

    /// <summary>First row, number of rows and index of the first weight.</summary>
    public (int FirstRow, int Rows, int Weights) this[int output] => _steps[output];

    private static int Twice(short weight) => (weight << 16) | (ushort)weight;
}
