using System.Text.Json;

namespace Edge.Runtime.Format;

/// <summary>Makes a value of the members of an object; asks for each of them once.</summary>
internal delegate T ObjectReader<out T>(JsonMembers members);

/// <summary>
/// The members of one JSON object on their way into a record. Strict: what is not asked for is refused, as is what is asked for
/// and absent or of another kind. Used instead of the serializer because that spends milliseconds on building its type
/// descriptions at every start of a program.
/// </summary>
internal sealed class JsonMembers
{
    private readonly List<JsonProperty> _left;

    private JsonMembers(JsonElement element)
    {
        _left = new List<JsonProperty>(element.GetPropertyCount());
        foreach (JsonProperty member in element.EnumerateObject())
            _left.Add(member);
    }

    private delegate bool Getter<T>(JsonElement element, out T value);

    /// <exception cref="JsonMemberException">No object with exactly the members that the reader asks for.</exception>
    public static T Read<T>(JsonElement element, ObjectReader<T> read)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new JsonMemberException("", "must be an object");
        var members = new JsonMembers(element);
        T result = read(members);
        return members._left.Count == 0
            ? result
            : throw new JsonMemberException(members._left[0].Name, "there is no such member");
    }

    public bool Bool(string name) => Value<bool>(name, "true or false", TryBool);

    public byte Byte(string name) => Value<byte>(name, "a whole number from 0 to 255", TryByte);

    public int Int(string name) => Value<int>(name, "a 32-bit whole number", TryInt);

    public int? IntOrNull(string name) => IsAbsent(name) ? null : Int(name);

    public long Long(string name) => Value<long>(name, "a 64-bit whole number", TryLong);

    public uint UInt(string name) => Value<uint>(name, "an unsigned 32-bit whole number", TryUInt);

    public float Single(string name) => Value<float>(name, "a number", TrySingle);

    public float? SingleOrNull(string name) => IsAbsent(name) ? null : Single(name);

    public double Double(string name) => Value<double>(name, "a number", TryDouble);

    public string Text(string name) => Value<string>(name, "a text", TryText);

    /// <summary>A member of an enumeration by its name in kebab case.</summary>
    public T Choice<T>(string name)
        where T : struct, Enum =>
        KebabNames<T>.TryParse(Text(name), out T value)
            ? value
            : throw new JsonMemberException(name, $"must be one of {KebabNames<T>.All}");

    public int[] Ints(string name) => Values<int>(name, "32-bit whole numbers", TryInt);

    public uint[] UInts(string name) => Values<uint>(name, "unsigned 32-bit whole numbers", TryUInt);

    public ulong[] ULongs(string name) => Values<ulong>(name, "unsigned 64-bit whole numbers", TryULong);

    public float[] Singles(string name) => Values<float>(name, "numbers", TrySingle);

    public string[] Texts(string name) => Values<string>(name, "texts", TryText);

    public T Object<T>(string name, ObjectReader<T> read) => Within(name, Take(name), read);

    public T? ObjectOrNull<T>(string name, ObjectReader<T> read)
        where T : class => IsAbsent(name) ? null : Object(name, read);

    public T[] Objects<T>(string name, ObjectReader<T> read)
    {
        JsonElement array = TakeArray(name, "objects");
        var items = new T[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            items[i] = Within($"{name}[{i}]", item, read);
            i++;
        }

        return items;
    }

    private static T Within<T>(string place, JsonElement element, ObjectReader<T> read)
    {
        try
        {
            return Read(element, read);
        }
        catch (JsonMemberException e)
        {
            throw new JsonMemberException(e.Path.Length == 0 ? place : $"{place}.{e.Path}", e.Message);
        }
    }

    private static bool TryBool(JsonElement element, out bool value)
    {
        value = element.ValueKind == JsonValueKind.True;
        return value || element.ValueKind == JsonValueKind.False;
    }

    private static bool TryByte(JsonElement element, out byte value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetByte(out value);
    }

    private static bool TryInt(JsonElement element, out int value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out value);
    }

    private static bool TryLong(JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value);
    }

    private static bool TryUInt(JsonElement element, out uint value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetUInt32(out value);
    }

    private static bool TryULong(JsonElement element, out ulong value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out value);
    }

    private static bool TrySingle(JsonElement element, out float value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetSingle(out value);
    }

    private static bool TryDouble(JsonElement element, out double value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out value);
    }

    private static bool TryText(JsonElement element, out string value)
    {
        value = "";
        if (element.ValueKind != JsonValueKind.String)
            return false;
        try
        {
            value = element.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return false;
        }
    }

    private T Value<T>(string name, string kind, Getter<T> get) =>
        get(Take(name), out T value) ? value : throw new JsonMemberException(name, $"must be {kind}");

    private T[] Values<T>(string name, string kind, Getter<T> get)
    {
        JsonElement array = TakeArray(name, kind);
        var values = new T[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (!get(element, out values[i]))
                throw new JsonMemberException($"{name}[{i}]", $"the array must hold {kind}");
            i++;
        }

        return values;
    }

    private JsonElement TakeArray(string name, string kind)
    {
        JsonElement array = Take(name);
        return array.ValueKind == JsonValueKind.Array
            ? array
            : throw new JsonMemberException(name, $"must be an array of {kind}");
    }

    /// <summary>Whether a member that may be left out is; null says so too.</summary>
    private bool IsAbsent(string name)
    {
        int index = _left.FindIndex(m => m.NameEquals(name));
        if (index >= 0 && _left[index].Value.ValueKind != JsonValueKind.Null)
            return false;
        if (index >= 0)
            _left.RemoveAt(index);
        return true;
    }

    private JsonElement Take(string name)
    {
        for (int i = 0; i < _left.Count; i++)
        {
            if (!_left[i].NameEquals(name))
                continue;
            JsonElement value = _left[i].Value;
            _left.RemoveAt(i);
            return value;
        }

        throw new JsonMemberException(name, "the member is missing");
    }
}

/// <summary>A member that is not what it has to be.</summary>
/// <param name="path">Such as <c>operators[3].window.strideX</c>; empty for the outermost object.</param>
internal sealed class JsonMemberException(string path, string message) : Exception(message)
{
    public string Path { get; } = path;
}

/// <summary>The members of an enumeration as the manifest writes them.</summary>
internal static class KebabNames<T>
    where T : struct, Enum
{
    private static readonly T[] Members = Enum.GetValues<T>();

    private static readonly string[] Names = Array.ConvertAll(
        Members, m => JsonNamingPolicy.KebabCaseLower.ConvertName(m.ToString()));

    /// <summary>All names, for messages.</summary>
    public static string All => string.Join(", ", Names);

    public static bool TryParse(string name, out T value)
    {
        int index = Array.IndexOf(Names, name);
        value = index < 0 ? default : Members[index];
        return index >= 0;
    }
}
