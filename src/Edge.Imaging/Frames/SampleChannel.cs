namespace Edge.Imaging.Frames;

/// <summary>
/// Where a frame holds the samples of one channel: column x of row y is sample x / 2^<paramref name="ColumnShift"/> of the plane's
/// row y / 2^<paramref name="RowShift"/>, and sample i of a row is its byte <paramref name="First"/> + i · <paramref name="Step"/>.
/// </summary>
/// <param name="Plane">0 to 2.</param>
/// <param name="First">Byte of the first sample in a row.</param>
/// <param name="Step">Bytes from one sample to the next.</param>
/// <param name="ColumnShift">Binary logarithm of the columns that share a sample.</param>
/// <param name="RowShift">Binary logarithm of the rows that share a sample.</param>
internal readonly record struct SampleChannel(int Plane, int First = 0, int Step = 1, int ColumnShift = 0, int RowShift = 0);
