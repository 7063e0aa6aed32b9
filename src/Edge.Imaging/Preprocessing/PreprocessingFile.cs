using System.Text.Json;
using Edge.Runtime.Format;

namespace Edge.Imaging.Preprocessing;

/// <summary>
/// Reads how a network wants its images, by preset name or from a JSON file:
/// <code>
/// {
///   "size": 227,                       or "width" and "height"
///   "channels": 3,                     optional, checked against the order
///   "order": "BGR",                    RGB, BGR or L
///   "mean": [104, 117, 123],           one number per channel in this order, or one for all
///   "scale": [1, 1, 1],                likewise; x = (pixel - mean[c]) * scale[c]
///   "resize": "shorter side to round(size/0.875), bilinear with antialiasing, centre crop size x size",
///   "padValue": 114                    grey level around a letterboxed image
/// }
/// </code>
/// "resize" is a list of phrases, see <see cref="ResizePhrases"/>; without it the shorter side goes to round(size/0.875).
/// "name", "shape" and "formula" may stand there too and must not contradict the rest.
/// </summary>
public static class PreprocessingFile
{
    private const string Formula = "x=(pixel-mean[c])*scale[c]";

    /// <param name="presetOrPath">A preset's name (<see cref="PreprocessingPresets"/>) or a JSON file.</param>
    /// <exception cref="ImageFormatException">
    /// Neither; or the file has an unknown key or a bad value, which the message names.
    /// </exception>
    public static InputPreprocessing Load(string presetOrPath)
    {
        if (PreprocessingPresets.TryGet(presetOrPath, out InputPreprocessing? preset))
            return preset!;
        byte[] json;
        try
        {
            json = File.ReadAllBytes(presetOrPath);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageFormatException(
                $"{presetOrPath}: no such file and no such preset; presets are {PreprocessingPresets.Summary}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ImageFormatException($"{presetOrPath}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        return Parse(json, presetOrPath);
    }

    /// <param name="json">UTF-8.</param>
    /// <param name="name">What the message of a failure calls it.</param>
    /// <exception cref="ImageFormatException">An unknown key or a bad value, which the message names.</exception>
    public static InputPreprocessing Parse(ReadOnlyMemory<byte> json, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                json, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            InputPreprocessing preprocessing = FromObject(document.RootElement);
            _ = new ImagePreprocessor(preprocessing);
            return preprocessing;
        }
        catch (JsonException e)
        {
            throw new ImageFormatException($"{name}: is not valid JSON at line {e.LineNumber + 1}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new ImageFormatException($"{name}: holds a text that is not valid Unicode; save the file as UTF-8", e);
        }
        catch (ImageFormatException e)
        {
            throw new ImageFormatException($"{name}: {e.Message}", e);
        }
    }

    private static InputPreprocessing FromObject(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new ImageFormatException("must be a JSON object with \"size\", \"order\", \"mean\" and \"scale\"");
        int? width = null, height = null, channels = null, padValue = null;
        int[]? shape = null;
        ChannelOrder? order = null;
        float[]? mean = null, scale = null;
        string? resize = null;
        HashSet<string> seen = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (!seen.Add(property.Name))
                throw new ImageFormatException($"key \"{property.Name}\" stands twice; keep one");
            switch (property.Name)
            {
                case "size": width = height = Integer(property, 1, 1 << 15); break;
                case "width": width = Integer(property, 1, 1 << 15); break;
                case "height": height = Integer(property, 1, 1 << 15); break;
                case "channels": channels = Integer(property, 1, 3); break;
                case "order": order = Order(property); break;
                case "mean": mean = Numbers(property); break;
                case "scale": scale = Numbers(property); break;
                case "resize": resize = Text(property); break;
                case "padValue": padValue = Integer(property, 0, 255); break;
                case "shape": shape = Shape(property); break;
                case "name": Text(property); break;
                case "formula":
                    if (Text(property).Replace(" ", "", StringComparison.Ordinal) != Formula)
                        throw Bad(property, "the only formula is \"x = (pixel - mean[c]) * scale[c]\"");
                    break;
                default:
                    throw new ImageFormatException(
                        $"unknown key \"{property.Name}\"; known are size, width, height, channels, order, mean, scale, "
                        + "resize, padValue, name, shape and formula");
            }
        }

        InputPreprocessing preprocessing = new()
        {
            Width = width ?? throw Missing("size"),
            Height = height ?? throw Missing("size"),
            Order = order ?? throw Missing("order"),
            Mean = mean ?? throw Missing("mean"),
            Scale = scale ?? throw Missing("scale"),
            PadValue = (byte)(padValue ?? 0),
        };
        int count = preprocessing.Channels;
        if (channels is { } stated && stated != count)
            throw new ImageFormatException($"\"channels\" is {stated}, but \"order\" has {count}");
        if (shape is not null && !shape.AsSpan().SequenceEqual([count, preprocessing.Height, preprocessing.Width]))
            throw new ImageFormatException($"\"shape\" is not [1, {count}, {preprocessing.Height}, {preprocessing.Width}]");
        (ResizeRule rule, int resizeTo) = ResizePhrases.Parse(resize ?? ResizePhrases.Default, width.Value, height.Value);
        return preprocessing with
        {
            Mean = PerChannel("mean", mean, count),
            Scale = PerChannel("scale", scale, count),
            Resize = rule,
            ResizeTo = resizeTo,
        };
    }

    private static float[] PerChannel(string key, float[] values, int channels) =>
        values.Length == channels ? values
        : values.Length == 1 ? [.. Enumerable.Repeat(values[0], channels)]
        : throw new ImageFormatException($"\"{key}\" has {values.Length} numbers for {channels} channel(s)");

    private static int Integer(JsonProperty property, int low, int high) =>
        property.Value.ValueKind == JsonValueKind.Number
        && property.Value.TryGetInt32(out int value)
        && value >= low
        && value <= high
            ? value
            : throw Bad(property, $"must be a whole number from {low} to {high}");

    private static string Text(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : throw Bad(property, "must be a string");

    private static ChannelOrder Order(JsonProperty property) => Text(property).ToUpperInvariant() switch
    {
        "RGB" => ChannelOrder.Rgb,
        "BGR" => ChannelOrder.Bgr,
        "L" or "GREY" or "GRAY" => ChannelOrder.Luma,
        _ => throw Bad(property, "must be RGB, BGR or L"),
    };

    private static float[] Numbers(JsonProperty property)
    {
        if (property.Value.ValueKind == JsonValueKind.Number)
            return [Number(property, property.Value)];
        if (property.Value.ValueKind != JsonValueKind.Array)
            throw Bad(property, "must be a number or a list of numbers");
        return [.. property.Value.EnumerateArray().Select(v => Number(property, v))];
    }

    private static float Number(JsonProperty property, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float number) && float.IsFinite(number)
            ? number
            : throw Bad(property, "must be a number or a list of numbers");

    /// <summary>Channels, height and width of an NCHW shape.</summary>
    private static int[] Shape(JsonProperty property)
    {
        if (property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() == 4)
        {
            List<int> shape = [];
            foreach (JsonElement dimension in property.Value.EnumerateArray().Skip(1))
                if (dimension.ValueKind == JsonValueKind.Number && dimension.TryGetInt32(out int length))
                    shape.Add(length);
            if (shape.Count == 3)
                return [.. shape];
        }

        throw Bad(property, "must be [batch, channels, height, width]");
    }

    private static ImageFormatException Bad(JsonProperty property, string rule) =>
        new($"\"{property.Name}\": {rule}, not {Shortened(property.Value.GetRawText())}");

    private static ImageFormatException Missing(string key) => new($"key \"{key}\" is missing");

    private static string Shortened(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : line[..57] + "...";
    }
}
