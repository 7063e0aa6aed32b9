namespace Edge.Runtime.Format;

/// <summary>A package that cannot be trusted: what is wrong, in which field, at which byte of the file.</summary>
public sealed class ModelFormatException : Exception
{
    /// <param name="field">Path of the field, e.g. <c>operators[3].window.strideX</c>; <c>file</c> or <c>header.version</c>
    /// outside the manifest.</param>
    /// <param name="offset">Byte offset in the file, where the field's value or the damaged byte stands.</param>
    /// <param name="problem">One sentence without the full stop.</param>
    public ModelFormatException(string field, long offset, string problem, Exception? inner = null)
        : base($"{field} (byte {offset}): {problem}", inner)
    {
        Field = field;
        Offset = offset;
        Problem = problem;
    }

    /// <summary>Path of the field in the manifest's own names.</summary>
    public string Field { get; }

    /// <summary>Bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>The sentence without field and offset.</summary>
    public string Problem { get; }
}
