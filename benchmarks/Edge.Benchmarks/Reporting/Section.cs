namespace Edge.Benchmarks.Reporting;

/// <summary>A part of the results: what was measured and how, then tables.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Notes">Sentences that say what the figures mean.</param>
internal sealed record Section(string Title, IReadOnlyList<string> Notes, IReadOnlyList<Grid> Grids);

/// <summary>A table of literal text.</summary>
/// <param name="Caption">What the rows are.</param>
/// <param name="LeftColumns">Leading columns that hold text; the others hold numbers.</param>
internal sealed record Grid(string Caption, int LeftColumns, params string[] Columns)
{
    public List<string[]> Rows { get; } = [];

    public void Add(params string[] cells) => Rows.Add(cells);
}
