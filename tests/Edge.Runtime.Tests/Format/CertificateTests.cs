using System.IO.Compression;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Certificates;
using Edge.Runtime.Format.Coding;

namespace Edge.Runtime.Tests.Format;

/// <summary>Certificates as they are written and replayed, then one test per class of hostile or damaged certificate.</summary>
public sealed class CertificateTests
{
    /// <summary>The tensor in front of the softmax, and its elements.</summary>
    private const int Logits = 5;

    private const int Images = 3;

    [Fact]
    public void A_certificate_holds_on_the_device_that_computes_what_was_recorded()
    {
        using Session session = Open(WithCertificate(agree: true));

        CertificateResult result = CertificateRunner.Run(session)!;

        Assert.Null(result.Problem);
        Assert.Equal((Images, 0.0), (result.Images, result.Drop));
    }

    [Fact]
    public void A_package_without_certificate_has_nothing_to_replay()
    {
        using Session session = Open(TinyModel.Inceptionlike().ToBytes());
        Assert.Null(CertificateRunner.Run(session));
    }

    [Fact]
    public void A_package_that_misses_its_budget_is_told_in_one_line()
    {
        using Session session = Open(WithCertificate(agree: false, maxDrop: 50));

        CertificateResult result = CertificateRunner.Run(session)!;

        Assert.Equal(
            "'tiny' misses its own accuracy budget: 100 points of top-1 are lost on its 3 certificate images, 50 are allowed",
            result.Problem);
    }

    [Fact]
    public void Without_a_budget_what_was_measured_is_the_budget()
    {
        EdgeModel model = EdgeModel.Parse(WithCertificate(agree: false, maxDrop: null));

        Assert.Equal((100.0, 100.0), (model.Manifest.Certificate!.MaxDrop, model.Manifest.Certificate.Drop));
    }

    [Fact]
    public void With_classes_given_only_right_answers_that_are_lost_count()
    {
        using Session tiny = Open(TinyModel.Inceptionlike().ToBytes());
        int scores = Reference(tiny, 0, agree: true).Length;
        int[] wrong = [.. Enumerable.Range(0, Images).Select(i => Enumerable.Range(0, scores).First(c =>
            c != Top(Reference(tiny, i, agree: true)) && c != Top(Reference(tiny, i, agree: false))))];
        int[] right = [.. Enumerable.Range(0, Images).Select(i => Top(Reference(tiny, i, agree: true)))];

        Assert.Equal(0, EdgeModel.Parse(WithCertificate(agree: false, null, wrong)).Manifest.Certificate!.Drop);
        Assert.Equal(-100, EdgeModel.Parse(WithCertificate(agree: false, null, right)).Manifest.Certificate!.Drop);

        static int Top(float[] values) => Array.IndexOf(values, values.Max());
    }

    [Fact]
    public void Logits_that_differ_from_those_recorded_are_told_in_one_line()
    {
        byte[] records = Records(3);
        records[^1] ^= 1;
        using Session session = Open(With(Deflated(records)));

        Assert.StartsWith(
            $"certificate image 2 of 'tiny' gives, with {session.InstructionSet} kernels, other logits than those recorded: ", CertificateRunner.Run(session)!.Problem);
    }

    [Fact]
    public void Every_image_is_read_as_it_was_written()
    {
        EdgeModel model = EdgeModel.Parse(WithCertificate(agree: true));
        using var reader = new CertificateReader(model);
        sbyte[] codes = new sbyte[60];
        float[] reference = new float[model.Manifest.Tensors[Logits].Shape[^1]];
        byte[] recorded = new byte[reference.Length];
        for (int i = 0; i < Images; i++)
        {
            Assert.True(reader.Read(codes, reference, recorded));
            Assert.Equal(Codes(i), codes);
        }

        Assert.False(reader.Read(codes, reference, recorded));
    }

    [Fact]
    public void Smooth_images_take_less_than_a_third()
    {
        sbyte[] codes = [.. Enumerable.Range(0, 64 * 64 * 3).Select(i => (sbyte)((i / 192) + (i / 3 % 64) - (i % 3 * 20)))];
        using var writer = new CertificateWriter(new TensorDefinition { Name = "", Type = ElementType.Int8, Shape = [1, 64, 64, 3], RowStride = 3 });
        writer.Add(codes, [], []);

        Assert.InRange(writer.ToBytes().Length, 1, codes.Length / 3);
    }

    [Fact]
    public void A_package_written_without_its_records_has_no_certificate()
    {
        EdgeModel model = EdgeModel.Parse(WithCertificate(agree: true));
        TinyModel tiny = TinyModel.Inceptionlike();

        Assert.Null(EdgeModel.Parse(EdgeModelWriter.ToBytes(model.Manifest, tiny.Constants)).Manifest.Certificate);
    }

    [Fact]
    public void A_compressed_package_carries_its_certificate()
    {
        byte[] plain = WithCertificate(agree: true);
        byte[] compressed = PackageCompressor.Compress(plain, new CodingOptions());
        using Session session = Open(compressed);

        Assert.Null(CertificateRunner.Run(session)!.Problem);
        Assert.Equal(plain, session.Model.Plain.ToArray());
        Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(compressed.AsMemory()[..^1]));
        compressed[^1] ^= 1;
        Assert.Equal("certificate.checksum", Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(compressed)).Field);
    }

    [Theory]
    [InlineData("certificate.images", "0")]
    [InlineData("certificate.images", "-1")]
    [InlineData("certificate.images", "257")]
    [InlineData("certificate.images", "2147483647")]
    [InlineData("certificate.logits", "-1")]
    [InlineData("certificate.logits", "0")]
    [InlineData("certificate.logits", "4")]
    [InlineData("certificate.logits", "99")]
    [InlineData("certificate.maxDrop", "-101")]
    [InlineData("certificate.maxDrop", "101")]
    [InlineData("certificate.maxDrop", "1e999")]
    [InlineData("certificate.drop", "-101")]
    [InlineData("certificate.classes", "[0, 1]")]
    [InlineData("certificate.classes[1]", "[0, -1, 0]", "certificate.classes")]
    [InlineData("certificate.classes[2]", "[0, 0, 2147483647]", "certificate.classes")]
    [InlineData("certificate.offset", "64")]
    [InlineData("certificate.offset", "1")]
    [InlineData("certificate.length", "0")]
    [InlineData("certificate.length", "-1")]
    [InlineData("certificate.length", "9223372036854775807")]
    [InlineData("certificate.checksum", "1")]
    public void Numbers_that_cannot_be(string field, string value, string? path = null)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(
            () => EdgeModel.Parse(new RawPackage(WithCertificate(agree: true)).Set(path ?? field, value).Build()));
        Assert.Equal(field, e.Field);
    }

    [Fact]
    public void Bytes_behind_the_certificate()
    {
        RawPackage raw = new(WithCertificate(agree: true));
        long length = raw.Manifest["certificate"]!["length"]!.GetValue<long>();
        byte[] file = raw.Build();
        int offset = (int)raw.Manifest["certificate"]!["offset"]!.GetValue<long>();
        raw.Set("certificate.length", $"{length - 1}").Set("certificate.checksum", $"{Crc32C.Compute(file.AsSpan(offset, (int)length - 1))}");

        Assert.Equal("file", Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(raw.Build())).Field);
    }

    [Fact]
    public void Damaged_records()
    {
        byte[] file = WithCertificate(agree: true);
        file[^1] ^= 0x55;
        Assert.Equal("certificate.checksum", Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(file)).Field);
    }

    [Fact]
    public void Records_that_are_no_deflate_stream() => Unreadable(With([.. Enumerable.Repeat((byte)0xFF, 100)]), "is no Deflate stream");

    [Fact]
    public void Records_that_end_early() => Unreadable(With(Deflated(Records(3).AsSpan()[..^1])), "ends within image 2 of 3");

    [Fact]
    public void A_deflate_stream_that_is_cut_off() => Unreadable(With(Deflated(Records(3))[..20]), "ends within image");

    [Fact]
    public void A_deflate_bomb_is_read_no_further_than_its_images()
    {
        byte[] section = Deflated([.. Records(3), .. new byte[64 << 20]]);
        using Session session = Open(With(section));
        long before = GC.GetAllocatedBytesForCurrentThread();

        ModelFormatException e = Assert.Throws<ModelFormatException>(() => CertificateRunner.Run(session));

        Assert.Contains("unpacks to more than its 3 images", e.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void Unreadable(byte[] file, string problem)
    {
        using Session session = Open(file);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => CertificateRunner.Run(session));
        Assert.Equal("certificate", e.Field);
        Assert.Contains(problem, e.Message);
    }

    private static Session Open(byte[] file) => new(EdgeModel.Parse(file), new SessionOptions { Threads = 1 });

    private static sbyte[] Codes(int image)
    {
        sbyte[] codes = new sbyte[60];
        SelfTestRunner.Fill(codes, (ulong)image + 1);
        return codes;
    }

    /// <summary>What the float network would have to say so that its class is the package's, or is not.</summary>
    private static float[] Reference(Session session, int image, bool agree)
    {
        Codes(image).CopyTo(session.Input);
        session.Run();
        float[] scores = session.Output.ToArray();
        return agree ? scores : [.. scores.Select(s => -s)];
    }

    private static byte[] WithCertificate(bool agree, double? maxDrop = 0, int[]? classes = null)
    {
        TinyModel tiny = TinyModel.Inceptionlike();
        using Session session = Open(tiny.ToBytes()), other = Open(tiny.ToBytes());
        (CertificateDefinition definition, byte[] section) = CertificateRunner.Create(
            session, Logits, maxDrop, Enumerable.Range(0, Images).Select(i => (Codes(i), Reference(other, i, agree))), classes ?? []);
        return EdgeModelWriter.ToBytes(tiny.Manifest with { Certificate = definition }, tiny.Constants, section);
    }

    /// <summary>The package with any bytes in place of its records.</summary>
    private static byte[] With(byte[] section)
    {
        TinyModel tiny = TinyModel.Inceptionlike();
        var definition = new CertificateDefinition { Images = Images, Logits = Logits, MaxDrop = 100, Drop = 0 };
        return EdgeModelWriter.ToBytes(tiny.Manifest with { Certificate = definition }, tiny.Constants, section);
    }

    /// <summary>What the certificate's section unpacks to.</summary>
    private static byte[] Records(int images)
    {
        using var unpacked = new MemoryStream();
        using var stream = new DeflateStream(EdgeModel.Parse(WithCertificate(agree: true)).OpenCertificate(), CompressionMode.Decompress);
        stream.CopyTo(unpacked);
        return unpacked.ToArray()[..(int)(unpacked.Length * images / Images)];
    }

    private static byte[] Deflated(ReadOnlySpan<byte> records)
    {
        using var packed = new MemoryStream();
        using (var stream = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            stream.Write(records);
        return packed.ToArray();
    }
}
