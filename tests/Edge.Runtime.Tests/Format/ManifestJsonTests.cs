using Edge.Runtime.Format;
using Edge.Runtime.Format.Certificates;

namespace Edge.Runtime.Tests.Format;

public sealed class ManifestJsonTests
{
    [Theory]
    [InlineData("\"strideX\":1", "\"strideX\":1,\"strideZ\":1", "operators[0].window.strideZ")]
    [InlineData("\"strideX\":1", "\"strideX\":1,\"strideX\":1", "strideX")]
    [InlineData("\"strideX\":1", "\"strideX\":1.5", "operators[0].window.strideX")]
    [InlineData("\"strideX\":1", "\"strideX\":\"1\"", "operators[0].window.strideX")]
    [InlineData("\"strideX\":1", "\"strideX\":99999999999", "operators[0].window.strideX")]
    [InlineData("\"strideX\":1,", "", "operators[0].window")]
    [InlineData("\"strideX\":1", "\"stride\\u0058\":1", "manifest")]
    [InlineData("\"low\":-128,", "", "operators[0]")]
    [InlineData("\"codec\":\"plain\"", "\"codec\":\"huffman\"", "constants[0].codec")]
    [InlineData(",\"codec\":\"plain\"", "", "constants[0]")]
    [InlineData("\"codec\":\"plain\"", "\"codec\":null", "constants[0].codec")]
    [InlineData("\"op\":\"conv\"", "\"op\":\"convolution\"", "operators[0]")]
    [InlineData("\"op\":\"conv\",", "", "operators[0].op")]
    [InlineData("\"type\":\"int8\"", "\"type\":\"int16\"", "tensors[0].type")]
    [InlineData("\"type\":\"int8\"", "\"type\":0", "tensors[0].type")]
    [InlineData("\"kind\":\"average\"", "\"kind\":\"median\"", "operators[3].kind")]
    [InlineData("\"network\":\"tiny\"", "\"network\":\"\\ud800\"", "network")]
    [InlineData("\"network\":\"tiny\"", "\"network\":null", "network")]
    [InlineData("\"tensors\":[", "\"tensors\":[null,", "tensors[0]")]
    public void Anything_but_the_documented_members_is_refused(string text, string replacement, string field)
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        string json = raw.Manifest.ToJsonString();
        int at = json.IndexOf(text, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the manifest holds no {text}");
        string changed = json[..at] + replacement + json[(at + text.Length)..];
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(raw.BuildWith(changed)));
        Assert.StartsWith(field, e.Field, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_operator_and_record_is_read_as_it_was_written()
    {
        ModelManifest manifest = TinyModel.Everything().Parse().Manifest with
        {
            LabelOffset = 0,
            Accuracy = new AccuracyReport
            {
                Images = 7,
                Top1Agreement = 0.75,
                LogitSqnr = -3.5,
                Method = "mse",
                Layers = [new LayerAccuracy { Tensor = "a", Sqnr = 30.25, Cosine = 0.5 }],
            },
            SelfTest = new SelfTest { Seeds = [ulong.MaxValue], Digests = [uint.MaxValue] },
            Certificate = new CertificateDefinition { Images = 3, Logits = 1, Classes = [2, 0, 1], MaxDrop = 0.5, Drop = 0.25, Offset = 64, Length = 9, Checksum = 8 },
        };
        byte[] json = ManifestJson.Serialize(manifest);

        Assert.Equal(json, ManifestJson.Serialize(ManifestJson.Parse(json, 0)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("\u0001")]
    public void Other_texts_are_refused(string text) =>
        Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(new RawPackage(TinyModel.Inceptionlike()).BuildWith(text)));

    [Theory]
    [InlineData("\"labelOffset\":", "\"labelOffset\":0,\"labelOffset\":", "twice")]
    [InlineData("\"zeroPoint\":", "\"zeroPoint\":0,\"zeroPoint\":", "twice")]
    [InlineData("\"strideX\":", "\"strideX\":1,\"strideX\":", "twice")]
    [InlineData("{\"name\":", "{\"constant\":null,\"constant\":null,\"name\":", "twice")]
    [InlineData("\"labelOffset\":", "\"label\\u004fffset\":0,\"labelOffset\":", "escapes")]
    [InlineData("\"labelOffset\":", "\"label\\u004fffset\":", "escapes")]
    public void A_member_that_stands_twice_or_has_two_spellings_is_refused(string member, string instead, string reason)
    {
        var raw = new RawPackage(TinyModel.Inceptionlike());
        byte[] text = ManifestJson.Serialize(EdgeModel.Parse(raw.BuildAsIs()).Manifest);
        string manifest = System.Text.Encoding.UTF8.GetString(text);
        int place = manifest.IndexOf(member, StringComparison.Ordinal);
        manifest = manifest[..place] + instead + manifest[(place + member.Length)..];
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => ManifestJson.Parse(System.Text.Encoding.UTF8.GetBytes(manifest), 0));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        RawPackage raw = new(TinyModel.Inceptionlike());
        Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(raw.BuildWith(new string('[', 30000))));
    }

    [Fact]
    public void An_error_tells_the_byte_at_which_the_field_stands()
    {
        RawPackage raw = new RawPackage(TinyModel.Inceptionlike()).Set("operators[3].window.strideX", "0");
        byte[] file = raw.BuildAsIs();
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(file));
        Assert.Equal("operators[3].window.strideX", e.Field);
        Assert.EndsWith("\"strideX\":", System.Text.Encoding.UTF8.GetString(file[..(int)e.Offset]), StringComparison.Ordinal);
        Assert.Equal((byte)'0', file[e.Offset]);
    }
}
