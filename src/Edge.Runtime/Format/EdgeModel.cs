using System.Diagnostics;
using System.Runtime.InteropServices;
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

    private readonly ReadOnlyMemory<byte> _file;

    private EdgeModel(ModelManifest manifest, ReadOnlyMemory<byte> file, TimeSpan verification) =>
        (Manifest, _file, VerificationTime) = (manifest, file, verification);

    public ModelManifest Manifest { get; }

    /// <summary>What it took to read the manifest and to prove every number and checksum.</summary>
    public TimeSpan VerificationTime { get; }

    /// <summary>Bytes of the whole package.</summary>
    public int FileLength => _file.Length;

    /// <summary>The int8 image that the model reads.</summary>
    public TensorDefinition Input => Manifest.Tensors[Manifest.Input];

    /// <summary>Whether the first output comes from a softmax: its scores add up to 1, unlike sigmoid scores and logits.</summary>
    public bool GivesProbabilities
    {
        get
        {
            int tensor = Manifest.Outputs[0];
            while (true)
            {
                switch (Manifest.Operators.LastOrDefault(o => o.Outputs.Contains(tensor)))
                {
                    case SoftmaxOperator or FloatSoftmaxOperator:
                        return true;
                    case ReshapeOperator reshape:
                        tensor = reshape.Inputs[0];
                        continue;
                    default:
                        return false;
                }
            }
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

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
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
    /// <param name="file">The whole package. It is not copied and must not change afterwards.</param>
    /// <exception cref="ModelFormatException">The package is damaged, hostile or of another version.</exception>
    public static EdgeModel Parse(ReadOnlyMemory<byte> file)
    {
        long start = Stopwatch.GetTimestamp();
        ReadOnlySpan<byte> text = Container.ReadHeader(file.Span);
        ModelManifest manifest = ManifestJson.Parse(text, Container.HeaderLength);
        ModelVerifier.Verify(manifest, file.Span, Container.HeaderLength + text.Length);
        return new EdgeModel(manifest, file, Stopwatch.GetElapsedTime(start));
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

    internal ReadOnlySpan<byte> StoredBytes(int constant)
    {
        ConstantDefinition definition = Manifest.Constants[constant];
        return _file.Span.Slice((int)definition.Offset, (int)definition.Length);
    }
}
