using System.Buffers.Binary;
using System.IO.Compression;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Coding;

namespace Edge.Runtime.Tests.Format.Coding;

/// <summary>Packages of format version 2: they become the plain package again, or are refused.</summary>
public sealed class CompressedPackageTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_compressed_package_becomes_the_plain_one_byte_for_byte(bool entropy)
    {
        byte[] plain = TinyModel.Everything().ToBytes();
        byte[] compressed = PackageCompressor.Compress(plain, new CodingOptions { Entropy = entropy });
        Assert.True(compressed.Length < plain.Length / 2);
        EdgeModel model = EdgeModel.Parse(compressed);
        Assert.Equal(plain, model.Plain.ToArray());
        Assert.Equal(compressed.Length, model.FileLength);
        Assert.Equal(plain.Length, model.PlainLength);
    }

    [Fact]
    public void A_compressed_file_runs_as_the_plain_one()
    {
        string path = Path.Combine(Path.GetTempPath(), $"edge-{Guid.NewGuid():N}.edge");
        try
        {
            TinyModel tiny = TinyModel.Inceptionlike();
            EdgeModelWriter.Write(path, tiny.Manifest, tiny.Constants, new CodingOptions());
            Assert.True(EdgeModel.IsPackage(path));
            Assert.Equal(tiny.Constants.Count, EdgeModel.Storage(path)!.Count);
            using var plain = new Session(EdgeModel.Parse(tiny.ToBytes()), new SessionOptions { Threads = 1 });
            using var compressed = new Session(EdgeModel.Load(path), new SessionOptions { Threads = 1 });
            plain.Input.Fill(33);
            compressed.Input.Fill(33);
            plain.Run();
            compressed.Run();
            Assert.Equal(plain.Output.ToArray(), compressed.Output.ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Loading_takes_no_more_than_64_KB_beside_the_plain_form()
    {
        var random = new Random(5);
        byte[] plain = With([.. Enumerable.Range(0, 1 << 20).Select(_ => (sbyte)(random.Next(16) * random.Next(8)))]);
        byte[] compressed = PackageCompressor.Compress(plain, new CodingOptions());
        string path = Path.Combine(Path.GetTempPath(), $"edge-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(path + ".plain", plain);
            File.WriteAllBytes(path + ".compressed", compressed);
            Allocated(path + ".plain");
            Allocated(path + ".compressed");
            long extra = Allocated(path + ".compressed") - Allocated(path + ".plain");
            Assert.InRange(extra, 0, 64 << 10);
        }
        finally
        {
            File.Delete(path + ".plain");
            File.Delete(path + ".compressed");
        }

        static long Allocated(string file)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            EdgeModel.Load(file);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Every_flipped_byte_is_noticed()
    {
        byte[] plain = TinyModel.Inceptionlike().ToBytes();
        byte[] file = PackageCompressor.Compress(plain, new CodingOptions());
        int harmless = 0;
        for (int i = 0; i < file.Length; i++)
        {
            byte flip = (byte)(1 << (i % 8));
            file[i] ^= flip;
            try
            {
                // A few bits make another code for the same bytes.
                Assert.Equal(plain, EdgeModel.Parse(file).Plain.ToArray());
                Assert.True(++harmless < 20);
            }
            catch (ModelFormatException)
            {
            }

            file[i] ^= flip;
        }
    }

    [Fact]
    public void A_package_that_is_truncated_anywhere_is_refused()
    {
        byte[] file = PackageCompressor.Compress(TinyModel.Inceptionlike().ToBytes(), new CodingOptions());
        for (int length = 0; length < file.Length; length++)
        {
            byte[] shorter = file[..length];
            Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(shorter));
            if (length < CompressedPackage.HeaderLength)
                continue;
            BinaryPrimitives.WriteInt64LittleEndian(shorter.AsSpan(16), length);
            Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(Resealed(shorter)));
        }
    }

    [Fact]
    public void Decompression_bomb() => Refused("header.plainLength", f => BinaryPrimitives.WriteInt64LittleEndian(f.AsSpan(32), f.Length * 257L));

    [Fact]
    public void Plain_length_of_absurd_size() => Refused("header.plainLength", f => BinaryPrimitives.WriteInt64LittleEndian(f.AsSpan(32), -1));

    [Fact]
    public void Plain_length_that_differs_from_the_constants() => Refused("file", f => f[32] += 64);

    [Fact]
    public void Manifest_larger_than_the_file() => Refused("header.manifestLength", f => BinaryPrimitives.WriteInt32LittleEndian(f.AsSpan(12), f.Length));

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Manifest_text_larger_than_the_plain_package(int length) =>
        Refused("header.textLength", f => BinaryPrimitives.WriteInt32LittleEndian(f.AsSpan(24), length));

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Manifest_text_of_another_length(int change) => Refused("manifest", f => f[24] = (byte)(f[24] + change));

    [Fact]
    public void Manifest_that_needs_a_large_window()
    {
        byte[] text = new byte[100];
        byte[] large = new byte[200];
        Assert.True(BrotliEncoder.TryCompress(text, large, out int length, 5, 22));
        Refused("manifest", f => large.AsSpan(0, length).CopyTo(f.AsSpan(CompressedPackage.HeaderLength)));
    }

    [Fact]
    public void Bytes_behind_the_last_constant()
    {
        byte[] file = [.. PackageCompressor.Compress(TinyModel.Inceptionlike().ToBytes(), new CodingOptions()), 0];
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(16), file.Length);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(Resealed(file)));
        Assert.Equal("file", e.Field);
    }

    [Fact]
    public void What_the_plain_form_may_not_say_the_compressed_one_may_not_either()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        byte[] hostile = raw.Set("operators[0].window.strideX", "0").BuildAsIs();
        byte[] file = PackageCompressor.Compress(hostile, new CodingOptions());
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(file));
        Assert.Equal("operators[0].window.strideX", e.Field);
    }

    [Fact]
    public void A_version_that_is_not_known_is_refused()
    {
        byte[] file = PackageCompressor.Compress(TinyModel.Inceptionlike().ToBytes(), new CodingOptions());
        file[8] = 3;
        Assert.Equal("header.version", Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(file)).Field);
    }

    [Fact]
    public void What_shrinks_beyond_belief_is_not_written()
    {
        Assert.Throws<InvalidDataException>(() => PackageCompressor.Compress(With(new sbyte[1 << 21]), new CodingOptions()));
    }

    /// <summary>A package with one more constant, that no operator reads.</summary>
    private static byte[] With(sbyte[] constant)
    {
        TinyModel tiny = TinyModel.Inceptionlike();
        tiny.Constant<sbyte>([constant.Length], constant);
        return tiny.ToBytes();
    }

    private static void Refused(string field, Action<byte[]> falsify)
    {
        byte[] file = PackageCompressor.Compress(TinyModel.Inceptionlike().ToBytes(), new CodingOptions());
        falsify(file);
        Assert.Equal(field, Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(Resealed(file))).Field);
    }

    /// <summary>The same file with a right checksum, as far as it has one.</summary>
    private static byte[] Resealed(byte[] file)
    {
        long end = CompressedPackage.HeaderLength + (long)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(12));
        if (end > file.Length)
            return file;
        uint checksum = Crc32C.Append(Crc32C.Compute(file.AsSpan(0, 28)), file.AsSpan(32, (int)end - 32));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(28), checksum);
        return file;
    }
}
