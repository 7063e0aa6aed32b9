using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Edge.Runtime.Format.Certificates;

/// <summary>Compresses the images of a certificate, one after the other.</summary>
/// <param name="input">The model's image, [1, height, width, channels].</param>
public sealed class CertificateWriter(TensorDefinition input) : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private DeflateStream? _deflate;

    /// <param name="codes">The model's input.</param>
    /// <param name="reference">Logits of the float network.</param>
    /// <param name="recorded">Logits of the package, as the tensor lies in memory.</param>
    public void Add(ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> reference, ReadOnlySpan<byte> recorded)
    {
        _deflate ??= new DeflateStream(_bytes, CompressionLevel.SmallestSize, leaveOpen: true);
        byte[] residuals = new byte[codes.Length];
        CertificateCodec.Encode(codes, residuals, input.Shape[2] * input.Shape[3], input.Shape[3]);
        _deflate.Write(residuals);
        _deflate.Write(MemoryMarshal.AsBytes(reference));
        _deflate.Write(recorded);
    }

    /// <summary>The section of the package; nothing can be added afterwards.</summary>
    public byte[] ToBytes()
    {
        _deflate?.Dispose();
        return _bytes.ToArray();
    }

    public void Dispose()
    {
        _deflate?.Dispose();
        _bytes.Dispose();
    }
}
