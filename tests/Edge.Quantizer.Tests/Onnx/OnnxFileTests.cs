using Edge.Quantizer;
using Edge.Quantizer.Onnx;
using Google.Protobuf;

namespace Edge.Tests.Onnx;

public sealed class OnnxFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-onnx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_cut_short_anywhere_is_refused_in_one_line()
    {
        byte[] whole = OnnxBuilder.Single(13, "Conv", [1, 2, 8, 8], [new[] { 4, 2, 3, 3 }]).Model.ToByteArray();
        string path = Path.Combine(_folder, "cut.onnx");
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Refused(path);
        }

        File.WriteAllBytes(path, whole);
        Assert.Single(OnnxImporter.Load(path).Nodes);
    }

    [Fact]
    public void Damaged_bytes_never_crash_the_import()
    {
        byte[] whole = OnnxBuilder.Single(
            11, "Pad", [1, 2, 8, 8], [new long[] { 0, 0, 1, 1, 0, 0, 1, 1 }, 0f]).Model.ToByteArray();
        var random = new Random(1);
        string path = Path.Combine(_folder, "damaged.onnx");
        for (int i = 0; i < 500; i++)
        {
            byte[] damaged = [.. whole];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            try
            {
                OnnxImporter.Load(path).Check();
            }
            catch (UserException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Theory]
    [InlineData("", "holds no graph or no opset")]
    [InlineData("this is a text file, not a network\n", "damaged, cut short or not an ONNX model")]
    public void Other_files_are_refused(string content, string expected)
    {
        string path = Path.Combine(_folder, "other.onnx");
        File.WriteAllText(path, content);

        Assert.Contains(expected, Refused(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused()
    {
        Assert.Contains("there is no such file", Refused(Path.Combine(_folder, "none.onnx")), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refused(_folder), StringComparison.Ordinal);
    }

    private static string Refused(string path)
    {
        string message = Assert.Throws<UserException>(() => OnnxImporter.Load(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
