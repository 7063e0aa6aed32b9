namespace Edge.Training.Autograd.Kernels;

/// <summary>Columns cut into panels as wide as a wide tile; the last may be as wide as a narrow one.</summary>
/// <param name="Columns">Columns in all.</param>
/// <param name="Narrow">Columns of a narrow tile.</param>
internal readonly record struct Panels(int Columns, int Narrow)
{
    public int Count => (Columns + (2 * Narrow) - 1) / (2 * Narrow);

    /// <summary>Columns of all panels, overhang included.</summary>
    public int Padded => (Columns + Narrow - 1) / Narrow * Narrow;

    public int First(int panel) => panel * 2 * Narrow;

    public bool IsWide(int panel) => Columns - First(panel) > Narrow;

    public int Width(int panel) => IsWide(panel) ? 2 * Narrow : Narrow;

    /// <summary>Columns of the panel that exist.</summary>
    public int Valid(int panel) => Math.Min(Columns - First(panel), Width(panel));
}
