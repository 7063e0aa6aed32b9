using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Edge.Camera.Sinks;

/// <summary>A sink that a configuration asks for.</summary>
/// <param name="name">One word; of the sink, too.</param>
/// <param name="identity">All that makes the sink what it is: of two plans with the same identity one sink serves both. Holds secrets.</param>
/// <param name="make">Makes the sink and starts it; throws ConfigException when it can never work on this machine.</param>
internal sealed class SinkPlan(string name, string identity, Func<ISink> make)
{
    public string Name { get; } = name;

    /// <inheritdoc cref="SinkPlan(string, string, Func{ISink})" path="/param[@name='identity']"/>
    public string Identity { get; } = identity;

    /// <exception cref="Config.ConfigException">The sink can never work as it is configured on this machine.</exception>
    public ISink Make() => make();

    /// <summary>The words of a configuration's section, and what it takes from elsewhere.</summary>
    /// <param name="section">Valid.</param>
    /// <param name="type">Of the section.</param>
    /// <param name="more">Paths where they lead, contents of files that it names.</param>
    public static string Describe(object section, JsonTypeInfo type, params string?[] more) =>
        string.Join('\n', [JsonSerializer.Serialize(section, type), .. more]);
}
