namespace Edge.Camera.Sources.Streams;

/// <summary>Bytes that come one behind the other: a file, or what a program writes.</summary>
internal interface IByteInput
{
    /// <summary>Waits for bytes and reads them.</summary>
    /// <param name="to">Takes some of them at least, where there are any.</param>
    /// <param name="timeout">How long to wait for the first.</param>
    /// <returns>How many; 0 at the end, <see cref="NothingYet"/> when none came in time.</returns>
    int Read(Span<byte> to, TimeSpan timeout);

    /// <summary>What <see cref="Read"/> returns when nothing came in time.</summary>
    const int NothingYet = -1;
}

/// <summary>Bytes of a file.</summary>
internal sealed class FileInput(FileStream file) : IByteInput
{
    public int Read(Span<byte> to, TimeSpan timeout) => file.Read(to);
}
