namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Cuts rows of one length into pieces of useful size: long rows into blocks, short rows into groups.
/// </summary>
internal readonly struct RowBlocks
{
    /// <summary>Elements of one piece: large against the cost of handing it out, small against the work of one operator.</summary>
    private const int Target = 8192;

    private readonly int _rows;
    private readonly int _length;
    private readonly int _blocksPerRow;
    private readonly int _rowsPerPiece;

    public RowBlocks(int rows, int length)
    {
        (_rows, _length) = (rows, length);
        _blocksPerRow = Math.Max(1, (length + Target - 1) / Target);
        _rowsPerPiece = _blocksPerRow > 1 ? 1 : Math.Max(1, Target / Math.Max(1, length));
        Pieces = _blocksPerRow > 1 ? rows * _blocksPerRow : (rows + _rowsPerPiece - 1) / _rowsPerPiece;
    }

    public int Pieces { get; }

    /// <summary>The rows [FirstRow, EndRow) and, in each of them, the elements [Start, Start + Length) of a piece.</summary>
    public (int FirstRow, int EndRow, int Start, int Length) this[int piece]
    {
        get
        {
            if (_blocksPerRow == 1)
                return (piece * _rowsPerPiece, Math.Min(_rows, (piece + 1) * _rowsPerPiece), 0, _length);
            int row = piece / _blocksPerRow, start = piece % _blocksPerRow * Target;
            return (row, row + 1, start, Math.Min(Target, _length - start));
        }
    }
}
