using System.Globalization;
using System.Xml;

namespace Edge.Benchmarks.Startup;

/// <summary>Whose code and data the NativeAOT compiler put into a program, by the map that it writes (IlcGenerateMapFile).</summary>
internal static class ProgramOwners
{
    public const string Resources = "default model, texts";
    public const string Tables = "tables of all";

    /// <summary>Owners, and how the mangled names of what they own begin. The first one in a name counts: a list of models is a list.</summary>
    private static readonly (string Owner, string[] Names)[] Owners =
    [
        (".NET's core library", ["S_P_"]),
        ("System.Text.Json", ["System_Text_Json"]),
        ("System.CommandLine", ["System_CommandLine"]),
        ("System.Linq", ["System_Linq"]),
        ("Edge", ["Edge_", "edge_camera"]),
        ("other libraries", ["System_", "Microsoft_", "MQTTnet"]),
    ];

    /// <summary>In the order of a table's columns.</summary>
    public static IEnumerable<string> Names => [.. Owners.Select(o => o.Owner), Resources, Tables];

    /// <param name="map">The map file.</param>
    /// <returns>Bytes of each owner.</returns>
    public static Dictionary<string, long> Read(string map)
    {
        Dictionary<string, long> bytes = Names.ToDictionary(name => name, _ => 0L);
        using var reader = XmlReader.Create(map);
        while (reader.Read())
        {
            if (reader.GetAttribute("Length") is { } length && reader.GetAttribute("Name") is { } name)
                bytes[reader.Name == "ResourceData" ? Resources : OwnerOf(name)] += long.Parse(length, CultureInfo.InvariantCulture);
        }

        return bytes;
    }

    private static string OwnerOf(string name)
    {
        (int first, int longest, string owner) = (int.MaxValue, 0, Tables);
        foreach ((string candidate, string[] beginnings) in Owners)
            foreach (string beginning in beginnings)
            {
                int at = name.IndexOf(beginning, StringComparison.Ordinal);
                if (at >= 0 && (at < first || (at == first && beginning.Length > longest)))
                    (first, longest, owner) = (at, beginning.Length, candidate);
            }

        return owner;
    }
}
