using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Edge.Camera.Config;

/// <summary>
/// Walks a file beside the types it should have: finds unknown and repeated keys, elements of arrays and maps that are null (readers
/// check this for properties only), and the line of every key.
/// </summary>
internal sealed class ConfigKeys
{
    private readonly Dictionary<string, int> _lines = [];
    private readonly int[] _lineStarts;

    public ConfigKeys(ReadOnlySpan<byte> text, JsonTypeInfo type)
    {
        var starts = new List<int> { 0 };
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
                starts.Add(i + 1);
        }

        _lineStarts = [.. starts];
        var reader = new Utf8JsonReader(
            text, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        reader.Read();
        Value(ref reader, type, "");
    }

    /// <summary>In file order; lines from 1.</summary>
    public List<(int Line, string Message)> Problems { get; } = [];

    /// <summary>Line of a key written as <c>cameras[0].source</c>, or of its nearest parent in the file; from 1.</summary>
    public int LineOf(string key)
    {
        for (string k = key; k.Length > 0; k = k[..Math.Max(0, k.LastIndexOfAny(['.', '[']))])
        {
            if (_lines.TryGetValue(k, out int line))
                return line;
        }

        return 1;
    }

    private void Value(ref Utf8JsonReader reader, JsonTypeInfo? type, string path)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            Object(ref reader, type, path);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            JsonTypeInfo? element = type is { Kind: JsonTypeInfoKind.Enumerable } ? Element(type) : null;
            for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
            {
                _lines[$"{path}[{i}]"] = Line(reader);
                Item(ref reader, element, $"{path}[{i}]");
            }
        }
    }

    private void Object(ref Utf8JsonReader reader, JsonTypeInfo? type, string path)
    {
        var seen = new HashSet<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            string key = path.Length > 0 ? $"{path}.{name}" : name;
            int line = Line(reader);
            _lines.TryAdd(key, line);
            if (!seen.Add(name))
                Problems.Add((line, $"{key}: is there twice"));
            JsonTypeInfo? inner = null;
            if (type is { Kind: JsonTypeInfoKind.Dictionary })
            {
                inner = Element(type);
            }
            else if (type is { Kind: JsonTypeInfoKind.Object })
            {
                JsonPropertyInfo? property = type.Properties.FirstOrDefault(p => p.Name == name);
                if (property is null)
                    Problems.Add((line, Unknown(name, path, type)));
                else
                    inner = type.Options.GetTypeInfo(property.PropertyType);
            }

            reader.Read();
            if (type is { Kind: JsonTypeInfoKind.Dictionary })
                Item(ref reader, inner, key);
            else
                Value(ref reader, inner, key);
        }
    }

    /// <summary>Of an array or a map. Configurations have none that may be null.</summary>
    private void Item(ref Utf8JsonReader reader, JsonTypeInfo? type, string path)
    {
        if (type is not null && reader.TokenType == JsonTokenType.Null)
            Problems.Add((Line(reader), $"{path}: is null; give it a value or take it out"));
        else
            Value(ref reader, type, path);
    }

    private static JsonTypeInfo? Element(JsonTypeInfo type) =>
        type.ElementType is { } element ? type.Options.GetTypeInfo(element) : null;

    private static string Unknown(string name, string path, JsonTypeInfo type)
    {
        string where = path.Length > 0 ? $" in {path}" : "";
        return Spelling.Nearest(name, type.Properties.Select(p => p.Name)) is { } near
            ? $"unknown key '{name}'{where}; did you mean '{near}'?"
            : $"unknown key '{name}'{where}; known are {string.Join(", ", type.Properties.Select(p => p.Name))}";
    }

    private int Line(in Utf8JsonReader reader)
    {
        int place = Array.BinarySearch(_lineStarts, (int)reader.TokenStartIndex);
        return place >= 0 ? place + 1 : ~place;
    }
}
