namespace Edge.Runtime.Format.Coding;

/// <summary>Turns the code of one constant into elements. Starts at the reader's next byte.</summary>
internal interface ISymbolDecoder
{
    /// <summary>Decodes every <paramref name="stride"/>-th element of <paramref name="output"/>.</summary>
    /// <param name="table">Table of class 0.</param>
    /// <param name="values">What each of 256 symbols stands for.</param>
    void Dense<T>(int table, RowTables rows, Span<T> output, int stride, ReadOnlySpan<T> values)
        where T : unmanaged;

    /// <summary>Decodes gaps, with the first tables, and values, with those behind them; what lies between keeps its zeros.</summary>
    /// <param name="classes">Number of gap tables.</param>
    /// <param name="longestGap">The gap that is a run of as many zeros without a value behind it.</param>
    /// <param name="gaps">Number of gaps in the code.</param>
    void Sparse<T>(int classes, RowTables rows, int longestGap, int gaps, Span<T> output, ReadOnlySpan<T> values)
        where T : unmanaged;

    /// <summary>Proves that the code ended as it must, and leaves the reader at the byte behind it.</summary>
    void End();
}
