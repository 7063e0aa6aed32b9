using System.Globalization;
using Edge.Quantizer;

namespace Edge.Training.Networks;

/// <summary>The settings of one network: what the user gave, else its preset's, else its family's.</summary>
public sealed class NetworkSettings
{
    private readonly string _network;
    private readonly Dictionary<string, string> _values;

    /// <exception cref="UserException">A given setting is not one of the family.</exception>
    public NetworkSettings(NetworkFamily family, NetworkPreset preset, IReadOnlyDictionary<string, string> given)
    {
        _network = preset.Name;
        _values = family.Parameters.ToDictionary(p => p.Name, p => p.Default);
        foreach ((string name, string value) in preset.Settings)
            _values[name] = value;
        foreach ((string name, string value) in given)
        {
            if (!_values.ContainsKey(name))
            {
                string known = _values.Count > 0 ? $"it has {string.Join(", ", _values.Keys)}" : "it has none";
                throw new UserException($"{_network}: there is no setting '{name}'; {known}");
            }

            _values[name] = value;
        }
    }

    /// <exception cref="UserException">The setting is no number within the range.</exception>
    public double Number(string name, double min, double max) =>
        double.TryParse(_values[name], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value >= min && value <= max
            ? value
            : throw Wrong(name, $"a number from {min} to {max}");

    /// <exception cref="UserException">The setting is no whole number within the range.</exception>
    public int Integer(string name, int min, int max) =>
        int.TryParse(_values[name], NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)
            && value >= min && value <= max
            ? value
            : throw Wrong(name, $"a whole number from {min} to {max}");

    /// <summary>A whole number, or <paramref name="fallback"/> where the setting is empty.</summary>
    /// <exception cref="UserException">The setting is no whole number within the range.</exception>
    public int IntegerOr(string name, int fallback, int min, int max) =>
        _values[name].Length == 0 ? fallback : Integer(name, min, max);

    /// <exception cref="UserException">The setting is neither true nor false.</exception>
    public bool Flag(string name) => bool.TryParse(_values[name], out bool value) ? value : throw Wrong(name, "true or false");

    /// <exception cref="UserException">The setting is none of the allowed words.</exception>
    public string Word(string name, params string[] allowed) =>
        allowed.Contains(_values[name]) ? _values[name] : throw Wrong(name, $"one of {string.Join(", ", allowed)}");

    /// <summary>A list of whole numbers, "6-6-8-1".</summary>
    /// <exception cref="UserException">Another count, or a number outside the range.</exception>
    public int[] Integers(string name, int count, int min, int max) =>
        Row(_values[name], min, max) is { } row && row.Length == count
            ? row
            : throw Wrong(
                name, $"{count} whole numbers from {min} to {max}, as in {string.Join('-', Enumerable.Repeat(min, count))}");

    /// <summary>Rows of whole numbers, "1-16-1-1,6-24-2-2".</summary>
    /// <exception cref="UserException">A row has another length, or a number is outside the range.</exception>
    public int[][] Table(string name, int columns, int min, int max)
    {
        int[][] rows = [.. _values[name].Split(',').Select(r => Row(r, min, max) ?? [])];
        return Array.TrueForAll(rows, r => r.Length == columns)
            ? rows
            : throw Wrong(name, $"rows of {columns} whole numbers from {min} to {max}, as in 1-16-1-1,6-24-2-2");
    }

    private static int[]? Row(string text, int min, int max)
    {
        string[] parts = text.Split('-');
        int[] row = new int[parts.Length];
        for (int i = 0; i < row.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out row[i])
                || row[i] < min || row[i] > max)
                return null;
        }

        return row;
    }

    private UserException Wrong(string name, string expected) =>
        new($"{_network}: setting {name} = '{_values[name]}': give {expected}");
}
