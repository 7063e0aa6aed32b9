using System.Text;
using System.Text.Json;
using Edge.Runtime.Format;

namespace Edge.Runtime.Tests.Format;

public sealed class EdgeModelTests
{
    [Fact]
    public void A_written_package_reads_back_the_same()
    {
        TinyModel tiny = TinyModel.Inceptionlike();
        ModelManifest written = tiny.Manifest with
        {
            Labels = ["cat", "dög \"x\"", "{a}", "[b],", "\\", "e"],
            SelfTest = new SelfTest { Seeds = [ulong.MaxValue], Digests = [uint.MaxValue] },
            Accuracy = new AccuracyReport { Images = 3, Top1Agreement = 0.5, LogitSqnr = 20.125, Method = "mse" },
        };
        EdgeModel model = EdgeModel.Parse(EdgeModelWriter.ToBytes(written, tiny.Constants));
        string expected = JsonSerializer.Serialize(written with { Constants = model.Manifest.Constants });
        Assert.Equal(expected, JsonSerializer.Serialize(model.Manifest));
        for (int i = 0; i < tiny.Constants.Count; i++)
        {
            ConstantDefinition constant = model.Manifest.Constants[i];
            Assert.Equal(tiny.Constants[i].Type, constant.Type);
            Assert.Equal(0, constant.Offset % 64);
        }

        Assert.Equal(tiny.Constants[0].Bytes.ToArray().Select(b => (sbyte)b), model.Constant<sbyte>(0).ToArray());
        Assert.Throws<ArgumentException>(() => model.Constant<float>(0).Length);
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes() =>
        Assert.Equal(TinyModel.Inceptionlike().ToBytes(), TinyModel.Inceptionlike().ToBytes());

    [Fact]
    public void The_manifest_shows_one_operator_per_line()
    {
        byte[] file = TinyModel.Inceptionlike().ToBytes();
        string text = Encoding.UTF8.GetString(file, Container.HeaderLength, BitConverter.ToInt32(file, 12));
        string line = Assert.Single(text.Split('\n'), l => l.Contains("conv-right", StringComparison.Ordinal));
        Assert.StartsWith("{\"op\":\"conv\",", line, StringComparison.Ordinal);
        Assert.Contains("\"strideX\":1", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_file_appears_whole_and_replaces_the_old_one()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edge-writer");
        try
        {
            string path = Path.Combine(folder.FullName, "tiny.edge");
            File.WriteAllText(path, "an older package");
            TinyModel tiny = TinyModel.Inceptionlike();
            EdgeModelWriter.Write(path, tiny.Manifest, tiny.Constants);
            Assert.Equal(tiny.ToBytes(), File.ReadAllBytes(path));
            Assert.Equal("tiny", EdgeModel.Load(path).Manifest.Network);
            Assert.Single(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_model_that_no_device_would_accept_is_not_written()
    {
        string path = Path.Combine(Path.GetTempPath(), $"edge-{Guid.NewGuid():N}.edge");
        TinyModel tiny = TinyModel.Inceptionlike();
        ModelManifest tooSmall = tiny.Manifest with { ArenaSize = 10 };
        Assert.Throws<ModelFormatException>(() => EdgeModelWriter.Write(path, tooSmall, tiny.Constants));
        Assert.False(File.Exists(path));
    }
}
