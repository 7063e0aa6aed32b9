using System.Text;
using System.Text.Json;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;
using Edge.Tests;

namespace Edge.Imaging.Tests;

public class PreprocessingFileTests
{
    private const string SqueezeNet = """
        { "name": "input", "shape": [1, 3, 227, 227], "size": 227, "channels": 3, "order": "BGR",
          "mean": [104, 117, 123], "scale": [1, 1, 1], "formula": "x = (pixel - mean[c]) * scale[c]",
          "resize": "decode, RGB, shorter side to round(size/0.875), bilinear with antialiasing, centre crop size x size" }
        """;

    [Fact]
    public void The_fields_of_a_model_list_are_read()
    {
        InputPreprocessing p = Parse(SqueezeNet);

        Assert.Equal((227, 227, ChannelOrder.Bgr), (p.Width, p.Height, p.Order));
        Assert.Equal([104, 117, 123], p.Mean);
        Assert.Equal([1, 1, 1], p.Scale);
        Assert.Equal((ResizeRule.ShorterSideThenCenterCrop, 259), (p.Resize, p.ResizeTo));
    }

    [SharedFact]
    public void Every_input_of_the_shared_models_is_read()
    {
        using JsonDocument list = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("models", "models.json")));
        foreach (JsonElement model in list.RootElement.GetProperty("models").EnumerateArray())
        {
            InputPreprocessing p = Parse(model.GetProperty("input").GetRawText());
            Assert.Equal(model.GetProperty("input").GetProperty("channels").GetInt32(), p.Channels);
        }
    }

    [Theory]
    [InlineData("\"stretch\"", ResizeRule.Stretch, 0)]
    [InlineData("\"Letterbox, bilinear with antialiasing\"", ResizeRule.Letterbox, 0)]
    [InlineData("\"shorter side to 256, center crop\"", ResizeRule.ShorterSideThenCenterCrop, 256)]
    [InlineData("\"shorter side to round(size/1)\"", ResizeRule.ShorterSideThenCenterCrop, 64)]
    public void The_resize_rule_is_a_list_of_phrases(string resize, ResizeRule rule, int resizeTo)
    {
        InputPreprocessing p = Parse($$"""
            { "width": 64, "height": 48, "order": "L", "mean": 127.5, "scale": 0.5, "padValue": 9, "resize": {{resize}} }
            """);

        Assert.Equal((rule, resizeTo, 9), (p.Resize, p.ResizeTo, p.PadValue));
        Assert.Equal((64, 48), (p.Width, p.Height));
        Assert.Equal([127.5f], p.Mean);
    }

    [Theory]
    [InlineData("\"size\": 227", "\"sise\": 227", "unknown key \"sise\"; known are size, width,")]
    [InlineData("\"size\": 227,", "", "key \"size\" is missing")]
    [InlineData("\"order\": \"BGR\",", "", "key \"order\" is missing")]
    [InlineData("\"size\": 227", "\"size\": 0", "\"size\": must be a whole number from 1 to 32768, not 0")]
    [InlineData("\"size\": 227", "\"size\": \"227\"", "\"size\": must be a whole number from 1 to 32768, not \"227\"")]
    [InlineData("BGR", "GBR", "\"order\": must be RGB, BGR or L, not \"GBR\"")]
    [InlineData("\"channels\": 3", "\"channels\": 1", "\"channels\" is 1, but \"order\" has 3")]
    [InlineData("[1, 3, 227, 227]", "[1, 227, 227, 3]", "\"shape\" is not [1, 3, 227, 227]")]
    [InlineData("[104, 117, 123]", "[104, 117]", "\"mean\" has 2 numbers for 3 channel(s)")]
    [InlineData("[104, 117, 123]", "[104, null, 1]", "\"mean\": must be a number or a list of numbers, not [104, null, 1]")]
    [InlineData("[104, 117, 123]", "[104, 1e99, 1]", "\"mean\": must be a number or a list of numbers, not [104, 1e99, 1]")]
    [InlineData("[1, 1, 1]", "[1, 0, 1]", "preprocessing: means must be finite, scales finite and not 0")]
    [InlineData("x = (pixel - mean[c]) * scale[c]", "x = pixel / std", "\"formula\": the only formula is")]
    [InlineData("centre crop", "corner crop", "\"resize\": unknown phrase \"corner crop size x size\"; known are")]
    [InlineData("decode", "stretch", "names two ways to resize; keep one")]
    [InlineData("shorter side to round(size/0.875), ", "", "\"resize\" says neither shorter side, stretch nor letterbox")]
    [InlineData("shorter side to round(size/0.875)", "stretch", "\"resize\": a centre crop goes with \"shorter side to …\" only")]
    [InlineData("round(size/0.875)", "200", "preprocessing: a shorter side of 200 is smaller than the crop of 227 × 227")]
    [InlineData("round(size/0.875)", "round(size/9)", "\"resize\": the fraction 9 is not between 0.01 and 1")]
    [InlineData("\"name\"", "name", "is not valid JSON at line 1")]
    [InlineData("\"size\": 227", "\"size\": 227, \"size\": 224", "key \"size\" stands twice; keep one")]
    [InlineData("\"input\"", "\"\\ud800\"", "holds a text that is not valid Unicode; save the file as UTF-8")]
    public void A_mistake_is_named(string original, string mistake, string message)
    {
        Assert.Contains(original, SqueezeNet, StringComparison.Ordinal);
        var e = Assert.Throws<ImageFormatException>(() => Parse(SqueezeNet.Replace(original, mistake, StringComparison.Ordinal)));

        Assert.StartsWith("input.json: ", e.Message);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told()
    {
        byte[] json = Encoding.Latin1.GetBytes("{ \"size\": 8, \"order\": \"RGB\", \"mean\": 0, \"scale\": 1, \"name\": \"Gr\u00fcn\" }");

        string message = Assert.Throws<ImageFormatException>(() => PreprocessingFile.Parse(json, "input.json")).Message;

        Assert.Equal("input.json: holds a text that is not valid Unicode; save the file as UTF-8", message);
    }

    [Theory]
    [InlineData("imagenet-caffe-227", 227, ChannelOrder.Bgr, 104f, 1f, ResizeRule.ShorterSideThenCenterCrop, 259)]
    [InlineData("imagenet-tf-224", 224, ChannelOrder.Rgb, 127.5f, 1 / 127.5f, ResizeRule.ShorterSideThenCenterCrop, 256)]
    [InlineData("imagenet-tflite-160", 160, ChannelOrder.Rgb, 128f, 1 / 128f, ResizeRule.ShorterSideThenCenterCrop, 183)]
    [InlineData("imagenet-torchvision-99-stretch", 99, ChannelOrder.Rgb, 123.675f, 1 / 58.395f, ResizeRule.Stretch, 0)]
    [InlineData("unit-96-letterbox", 96, ChannelOrder.Rgb, 0f, 1 / 255f, ResizeRule.Letterbox, 0)]
    [InlineData("grey-64-stretch", 64, ChannelOrder.Luma, 127.5f, 1 / 127.5f, ResizeRule.Stretch, 0)]
    public void A_preset_is_found_by_its_name(
        string name, int size, ChannelOrder order, float mean, float scale, ResizeRule rule, int resizeTo)
    {
        InputPreprocessing p = PreprocessingFile.Load(name);

        Assert.Equal((size, size, order, mean, scale), (p.Width, p.Height, p.Order, p.Mean[0], p.Scale[0]));
        Assert.Equal((rule, resizeTo), (p.Resize, p.ResizeTo));
        _ = new ImagePreprocessor(p);
    }

    [Theory]
    [InlineData("imagenet-cafe-227")]
    [InlineData("imagenet-caffe")]
    [InlineData("imagenet-caffe-0")]
    [InlineData("imagenet-caffe-227-crop")]
    public void A_name_that_is_neither_preset_nor_file_lists_the_presets(string name)
    {
        var e = Assert.Throws<ImageFormatException>(() => PreprocessingFile.Load(name));

        Assert.StartsWith($"{name}: no such file and no such preset; presets are imagenet-caffe-SIZE,", e.Message);
    }

    private static InputPreprocessing Parse(string json) => PreprocessingFile.Parse(Encoding.UTF8.GetBytes(json), "input.json");
}
