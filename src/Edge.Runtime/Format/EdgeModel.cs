using System.Diagnostics;
using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format.Coding;
using Edge.Runtime.Format.Verification;

namespace Edge.Runtime.Format;

/// <summary>
/// A package whose every number was proven: shapes, offsets, parameters, checksums. Immutable, shared freely by threads and
/// sessions.
/// </summary>
public sealed class EdgeModel
{
    /// <summary>Larger files are refused before they are read.</summary>
    public const long MaxFileLength = 1L << 30;

    /// <summary>The package in its plain form.</summary>
    private readonly ReadOnlyMemory<byte> _file;

    private EdgeModel(ModelManifest manifest, ReadOnlyMemory<byte> file, long start) =>
        (Manifest, _file, FileLength, VerificationTime) = (manifest, file, file.Length, Stopwatch.GetElapsedTime(start));

    public ModelManifest Manifest { get; }

    /// <summary>What it took to decode the package, read its manifest and prove every number and checksum.</summary>
    public TimeSpan VerificationTime { get; }

    /// <summary>Bytes of the whole package as it is stored.</summary>
    public int FileLength { get; private init; }

    /// <summary>Bytes of the package in its plain form.</summary>
    public int PlainLength => _file.Length;

    /// <summary>The int8 image that the model reads.</summary>
    public TensorDefinition Input => Manifest.Tensors[Manifest.Input];

    /// <summary>Whether the first output comes from a softmax: its scores add up to 1, unlike sigmoid scores and logits.</summary>
    public bool GivesProbabilities => Scoring is SoftmaxOperator or FloatSoftmaxOperator;

    /// <summary>
    /// The operator that computes the first output's scores, whatever moves or dequantizes them behind it; null where the output is the
    /// input.
    /// </summary>
    public OperatorDefinition? Scoring
    {
        get
        {
            int tensor = Manifest.Outputs[0];
            OperatorDefinition? found;
            do
            {
                found = Array.FindLast(Manifest.Operators, o => o.Outputs.Contains(tensor));
                tensor = found?.Inputs[0] ?? tensor;
            }
            while (found is ReshapeOperator or TransposeOperator or DequantizeOperator);
            return found;
        }
    }

    /// <summary>
    /// Reads and verifies a file. It is read whole, not mapped: a mapped file that somebody truncates later would kill the
    /// process.
    /// </summary>
    /// <exception cref="ModelFormatException">The package is damaged, hostile or of another version.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static EdgeModel Load(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        if (length > MaxFileLength)
        {
            throw new ModelFormatException(
                "file", length, $"{length} bytes are more than the {MaxFileLength} that a package may have");
        }

        Span<byte> first = stackalloc byte[Container.HeaderLength];
        if (CompressedPackage.IsCompressed(first[..RandomAccess.Read(file, first, 0)]))
            return Expand(new StoredReader(file, length));
        byte[] bytes = ResidentPages.Allocate((int)length);
        int read = 0;
        while (read < bytes.Length)
        {
            int n = RandomAccess.Read(file, bytes.AsSpan(read), read);
            if (n == 0)
                throw new ModelFormatException("file", read, $"the file shrank from {bytes.Length} bytes while it was read");
            read += n;
        }

        return Parse(bytes);
    }

    /// <summary>How each constant of a compressed package is stored; null for a plain package.</summary>
    /// <inheritdoc cref="Load"/>
    public static IReadOnlyList<StoredConstant>? Storage(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (!CompressedPackage.IsCompressed(bytes))
            return null;
        var stored = new List<StoredConstant>();
        CompressedPackage.Expand(new StoredReader(bytes), out _, stored);
        return stored;
    }

    /// <summary>Whether a file begins like a package; false also when it can't be read.</summary>
    public static bool IsPackage(string path)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            Span<byte> first = stackalloc byte[Container.HeaderLength];
            return Container.IsPackage(first[..RandomAccess.Read(file, first, 0)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Verifies a package in memory.</summary>
    /// <param name="file">The whole package. A plain one is not copied and must not change afterwards.</param>
    /// <exception cref="ModelFormatException">The package is damaged, hostile or of another version.</exception>
    public static EdgeModel Parse(ReadOnlyMemory<byte> file)
    {
        if (CompressedPackage.IsCompressed(file.Span))
            return Expand(new StoredReader(file));
        long start = Stopwatch.GetTimestamp();
        ReadOnlySpan<byte> text = Container.ReadHeader(file.Span);
        ModelManifest manifest = ManifestJson.Parse(text, Container.HeaderLength);
        ModelVerifier.Verify(manifest, file.Span, Container.HeaderLength + text.Length);
        return new EdgeModel(manifest, file, start);
    }

    /// <summary>The elements of a constant, row-major.</summary>
    /// <typeparam name="T">sbyte, float or int, as the constant's <see cref="ConstantDefinition.Type"/> says.</typeparam>
    /// <param name="index">Index into <see cref="ModelManifest.Constants"/>.</param>
    /// <exception cref="ArgumentException">The constant holds another type.</exception>
    public ReadOnlySpan<T> Constant<T>(int index)
        where T : unmanaged
    {
        ConstantDefinition constant = Manifest.Constants[index];
        if (constant.Type != ElementTypes.Of<T>())
            throw new ArgumentException($"constant {index} holds {constant.Type}, not {typeof(T).Name}");
        return MemoryMarshal.Cast<byte, T>(StoredBytes(index));
    }

    /// <summary>The package in its plain form, as version 1 of the format has it.</summary>
    public ReadOnlyMemory<byte> Plain => _file;

    private static EdgeModel Expand(StoredReader reader)
    {
        long start = Stopwatch.GetTimestamp();
        byte[] plain = CompressedPackage.Expand(reader, out ModelManifest manifest);
        ReadOnlySpan<byte> text = Container.ReadHeader(plain);
        ModelVerifier.Verify(manifest, plain, Container.HeaderLength + text.Length);
        return new EdgeModel(manifest, plain, start) { FileLength = (int)reader.Length };
    }

    /// <summary>The compressed records of the certificate, which there must be.</summary>
    internal Stream OpenCertificate()
    {
        (int offset, int length) = ((int)Manifest.Certificate!.Offset, (int)Manifest.Certificate.Length);
        return MemoryMarshal.TryGetArray(_file.Slice(offset, length), out ArraySegment<byte> section)
            ? new MemoryStream(section.Array!, section.Offset, section.Count, writable: false)
            : new MemoryStream(_file.Slice(offset, length).ToArray(), writable: false);
    }

    internal ReadOnlySpan<byte> StoredBytes(int constant)
    {
        ConstantDefinition definition = Manifest.Constants[constant];
        return _file.Span.Slice((int)definition.Offset, (int)definition.Length);
    }
}
