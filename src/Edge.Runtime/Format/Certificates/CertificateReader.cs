using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Edge.Runtime.Format.Certificates;

/// <summary>
/// Reads the images of a package's certificate, one after the other. Takes the memory of one image, whatever the section would unpack to.
/// </summary>
public sealed class CertificateReader : IDisposable
{
    private readonly CertificateDefinition _certificate;
    private readonly TensorDefinition _input;
    private readonly DeflateStream _records;
    private readonly byte[] _residuals;
    private int _read;

    /// <exception cref="ArgumentException">The package has no certificate.</exception>
    public CertificateReader(EdgeModel model)
    {
        _certificate = model.Manifest.Certificate ?? throw new ArgumentException("the package has no certificate", nameof(model));
        _input = model.Input;
        _residuals = new byte[_input.Shape[1] * _input.Shape[2] * _input.Shape[3]];
        _records = new DeflateStream(model.OpenCertificate(), CompressionMode.Decompress);
    }

    /// <summary>Reads the next image; false behind the last.</summary>
    /// <param name="codes">Receives the model's input.</param>
    /// <param name="reference">Receives the logits of the float network.</param>
    /// <param name="recorded">Receives the logits of the package, as the tensor lies in memory.</param>
    /// <exception cref="ModelFormatException">The section is no Deflate stream, ends early or holds more than its images.</exception>
    public bool Read(Span<sbyte> codes, Span<float> reference, Span<byte> recorded)
    {
        if (_read == _certificate.Images)
        {
            Fill(stackalloc byte[1], mustEnd: true);
            return false;
        }

        Fill(_residuals);
        CertificateCodec.Decode(_residuals, codes, _input.Shape[2] * _input.Shape[3], _input.Shape[3]);
        Fill(MemoryMarshal.AsBytes(reference));
        Fill(recorded);
        _read++;
        return true;
    }

    public void Dispose() => _records.Dispose();

    private void Fill(Span<byte> bytes, bool mustEnd = false)
    {
        int count;
        try
        {
            count = _records.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new ModelFormatException("certificate", _certificate.Offset, $"image {_read} is no Deflate stream", e);
        }

        if (mustEnd && count > 0)
            throw new ModelFormatException("certificate", _certificate.Offset, $"unpacks to more than its {_certificate.Images} images");
        if (!mustEnd && count < bytes.Length)
            throw new ModelFormatException("certificate", _certificate.Offset, $"ends within image {_read} of {_certificate.Images}");
    }
}
