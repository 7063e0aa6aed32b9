using System.Buffers.Binary;

namespace Edge.SignRenderer.Output;

/// <summary>
/// Writes a pair of IDX files (the format of MNIST): images as unsigned bytes [n, h, w, 3], labels as unsigned bytes [n]. Until
/// <see cref="Complete"/> they carry temporary names.
/// </summary>
internal sealed class IdxFiles : IDisposable
{
    // Two zero bytes, the element type (8: unsigned byte), the number of dimensions.
    private const uint ImagesMagic = 0x0804;
    private const uint LabelsMagic = 0x0801;

    private readonly string _imagesPath;
    private readonly string _labelsPath;
    private readonly FileStream _images;
    private readonly FileStream _labels;

    /// <param name="folder">Created when missing.</param>
    /// <param name="name">First part of the files' names, such as "train".</param>
    /// <param name="count">Samples that will be written.</param>
    /// <param name="side">Height and width in pixels.</param>
    public IdxFiles(string folder, string name, int count, int side)
    {
        Directory.CreateDirectory(folder);
        _imagesPath = Path.Combine(folder, $"{name}-images-idx4-ubyte");
        _labelsPath = Path.Combine(folder, $"{name}-labels-idx1-ubyte");
        _images = File.Create(_imagesPath + ".partial", 1 << 20);
        _labels = File.Create(_labelsPath + ".partial");
        WriteHeader(_images, [ImagesMagic, (uint)count, (uint)side, (uint)side, 3]);
        WriteHeader(_labels, [LabelsMagic, (uint)count]);
    }

    public void Write(ReadOnlySpan<byte> images, ReadOnlySpan<byte> labels)
    {
        _images.Write(images);
        _labels.Write(labels);
    }

    /// <summary>Gives the files their names.</summary>
    public void Complete()
    {
        _images.Dispose();
        _labels.Dispose();
        File.Move(_imagesPath + ".partial", _imagesPath, overwrite: true);
        File.Move(_labelsPath + ".partial", _labelsPath, overwrite: true);
    }

    public void Dispose()
    {
        _images.Dispose();
        _labels.Dispose();
        File.Delete(_imagesPath + ".partial");
        File.Delete(_labelsPath + ".partial");
    }

    private static void WriteHeader(FileStream file, ReadOnlySpan<uint> numbers)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint number in numbers)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
            file.Write(bytes);
        }
    }
}
