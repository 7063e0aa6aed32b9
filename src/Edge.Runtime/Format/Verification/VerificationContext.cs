namespace Edge.Runtime.Format.Verification;

/// <summary>What all checks share: the manifest, the bytes, and the making of errors that name field and offset.</summary>
internal readonly ref struct VerificationContext(ModelManifest manifest, ReadOnlySpan<byte> file, int manifestEnd)
{
    private readonly ReadOnlySpan<byte> _file = file;

    public ModelManifest Manifest { get; } = manifest;

    /// <summary>First byte behind the manifest.</summary>
    public int ManifestEnd { get; } = manifestEnd;

    public ReadOnlySpan<byte> File => _file;

    /// <summary>An error at the place where the manifest states <paramref name="field"/>.</summary>
    public ModelFormatException Fail(string field, string problem)
    {
        ReadOnlySpan<byte> text = _file[Container.HeaderLength..ManifestEnd];
        return new ModelFormatException(field, Container.HeaderLength + ManifestText.Find(text, field), problem);
    }
}
