using System.Diagnostics.CodeAnalysis;

namespace Edge.Quantizer.Graph;

/// <summary>A node's attributes by name. Values are long, float, string, long[], float[], string[] or <see cref="Tensor"/>.</summary>
public sealed class Attributes
{
    private readonly SortedDictionary<string, object> _values = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, object> Values => _values;

    public bool Has(string name) => _values.ContainsKey(name);

    public Attributes Set(string name, object value)
    {
        _values[name] = value is int i ? (long)i : value is int[] ints ? Array.ConvertAll(ints, v => (long)v) : value;
        return this;
    }

    public void Remove(string name) => _values.Remove(name);

    public int Int(string name, int fallback) => TryGet(name, out long v) ? checked((int)v) : fallback;

    public float Float(string name, float fallback) => TryGet(name, out float v) ? v : fallback;

    public string Text(string name, string fallback) => TryGet(name, out string? v) ? v : fallback;

    /// <summary>Null when the attribute is absent.</summary>
    public int[]? Ints(string name) => TryGet(name, out long[]? v) ? Array.ConvertAll(v, x => checked((int)x)) : null;

    public float[]? Floats(string name) => TryGet(name, out float[]? v) ? v : null;

    public Tensor? Tensor(string name) => TryGet(name, out Tensor? v) ? v : null;

    public Attributes Clone()
    {
        var copy = new Attributes();
        foreach ((string name, object value) in _values)
            copy._values[name] = value;
        return copy;
    }

    private bool TryGet<T>(string name, [NotNullWhen(true)] out T? value)
        where T : notnull
    {
        if (!_values.TryGetValue(name, out object? raw))
        {
            value = default;
            return false;
        }

        value = raw is T typed ? typed : throw new InvalidDataException($"attribute '{name}' is {raw.GetType().Name}, expected {typeof(T).Name}");
        return true;
    }
}
