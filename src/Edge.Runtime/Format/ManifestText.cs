using System.Globalization;
using System.Text.Json;

namespace Edge.Runtime.Format;

/// <summary>What is done with the manifest as text: lines for a reader's eyes, and places for error messages.</summary>
internal static class ManifestText
{
    /// <summary>More members than any object of the manifest has.</summary>
    private const int MaxMembers = 64;

    /// <summary>Gives every field of the manifest and every tensor, operator, constant and label a line of its own.</summary>
    /// <param name="json">Compact JSON.</param>
    public static byte[] BreakLines(ReadOnlySpan<byte> json)
    {
        var lines = new List<byte>(json.Length + (json.Length / 16));
        int depth = 0;
        bool quoted = false;
        for (int i = 0; i < json.Length; i++)
        {
            byte b = json[i];
            lines.Add(b);
            if (quoted)
            {
                if (b == '\\')
                    lines.Add(json[++i]);
                else if (b == '"')
                    quoted = false;
                continue;
            }

            quoted = b == '"';
            if (b is (byte)'{' or (byte)'[')
                depth++;
            else if (b is (byte)'}' or (byte)']')
                depth--;
            bool mayBreak = depth <= 2 && b is (byte)'{' or (byte)'[' or (byte)',' && i + 1 < json.Length;
            if (mayBreak && json[i + 1] is (byte)'{' or (byte)'"')
                lines.Add((byte)'\n');
        }

        lines.Add((byte)'\n');
        return [.. lines];
    }

    /// <summary>Two members of one name would let two readers see two different models.</summary>
    /// <exception cref="ModelFormatException">A name stands twice in one object, or is written with escapes.</exception>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static void RejectRepeatedMembers(ReadOnlySpan<byte> json, long offset)
    {
        // Start and length of the names of all open objects; each depth's first name is at starts[depth].
        var names = new List<(int Start, int Length)>();
        var firstOfDepth = new Stack<int>();
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    firstOfDepth.Push(names.Count);
                    break;
                case JsonTokenType.EndObject:
                    int first = firstOfDepth.Pop();
                    names.RemoveRange(first, names.Count - first);
                    break;
                case JsonTokenType.PropertyName:
                    Add(json, ref reader, names, firstOfDepth.Peek(), offset);
                    break;
            }
        }
    }

    /// <summary>Byte offset of the place that a reader's exception names.</summary>
    public static long Offset(ReadOnlySpan<byte> json, JsonException e)
    {
        int start = 0;
        for (long line = e.LineNumber ?? 0; line > 0; line--)
            start += json[start..].IndexOf((byte)'\n') + 1;
        return start + (e.BytePositionInLine ?? 0);
    }

    /// <summary>
    /// Byte offset of the value at a path such as <c>operators[3].window.strideX</c>, or of the last part of it that exists.
    /// </summary>
    public static long Find(ReadOnlySpan<byte> json, string path)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        foreach (string step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            long place = reader.TokenStartIndex;
            bool found = step.StartsWith('[')
                ? ToElement(ref reader, int.Parse(step.AsSpan(1, step.Length - 2), CultureInfo.InvariantCulture))
                : ToMember(ref reader, step);
            if (!found)
                return place;
        }

        return reader.TokenStartIndex;
    }

    private static void Add(
        ReadOnlySpan<byte> json, ref Utf8JsonReader reader, List<(int Start, int Length)> names, int first, long offset)
    {
        ReadOnlySpan<byte> name = reader.ValueSpan;
        int start = (int)reader.TokenStartIndex + 1;
        if (reader.ValueIsEscaped)
            throw new ModelFormatException("manifest", offset + start, "a member's name is written with escapes");
        if (names.Count - first == MaxMembers)
            throw new ModelFormatException("manifest", offset + start, $"an object has more than {MaxMembers} members");
        for (int i = first; i < names.Count; i++)
        {
            if (json.Slice(names[i].Start, names[i].Length).SequenceEqual(name))
            {
                throw new ModelFormatException(
                    System.Text.Encoding.UTF8.GetString(name), offset + start, "the member stands twice in one object");
            }
        }

        names.Add((start, name.Length));
    }

    private static bool ToElement(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index-- == 0)
                return true;
            reader.Skip();
        }

        return false;
    }

    private static bool ToMember(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }

        return false;
    }
}
