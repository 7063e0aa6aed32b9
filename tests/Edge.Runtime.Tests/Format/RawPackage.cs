using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Edge.Runtime.Format;

namespace Edge.Runtime.Tests.Format;

/// <summary>A package taken apart, so that tests can falsify one field and put it together again with right checksums.</summary>
internal sealed class RawPackage
{
    /// <summary>Constants start here, whatever the falsified manifest's length.</summary>
    private const int Start = 1 << 15;

    private readonly byte[] _constants;

    public RawPackage(TinyModel model)
        : this(model.ToBytes())
    {
    }

    public RawPackage(byte[] file)
    {
        ModelManifest manifest = EdgeModel.Parse(file).Manifest;
        int length = BitConverter.ToInt32(file, 12);
        Manifest = JsonNode.Parse(Encoding.UTF8.GetString(file, Container.HeaderLength, length))!.AsObject();
        long first = manifest.Constants[0].Offset;
        _constants = file[(int)first..];
        foreach (JsonNode? constant in Manifest["constants"]!.AsArray())
            constant!["offset"] = constant["offset"]!.GetValue<long>() - first + Start;
        if (Manifest["certificate"] is { } certificate)
            certificate["offset"] = certificate["offset"]!.GetValue<long>() - first + Start;
    }

    public JsonObject Manifest { get; }

    /// <summary>
    /// The stored bytes of a constant. Changes show up in the package, its checksum follows in <see cref="Build"/>.
    /// </summary>
    public Span<byte> Constant(int index)
    {
        JsonNode constant = Manifest["constants"]![index]!;
        return _constants.AsSpan((int)constant["offset"]!.GetValue<long>() - Start, constant["length"]!.GetValue<int>());
    }

    /// <summary>Replaces the value at a path such as <c>operators[3].window.strideX</c> by a JSON text.</summary>
    public RawPackage Set(string path, string json)
    {
        JsonNode node = Manifest;
        string[] steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (string step in steps[..^1])
            node = step.StartsWith('[') ? node[Index(step)]! : node[step]!;
        if (steps[^1].StartsWith('['))
            node[Index(steps[^1])] = JsonNode.Parse(json);
        else
            node[steps[^1]] = JsonNode.Parse(json);
        return this;
    }

    /// <summary>The package with right checksums of its constants.</summary>
    public byte[] Build()
    {
        int count = Manifest["constants"]!.AsArray().Count;
        for (int i = 0; i < count; i++)
            Manifest["constants"]![i]!["checksum"] = Crc32C.Compute(Constant(i));
        return BuildAsIs();
    }

    /// <summary>The package with the manifest as it stands; only the header's checksum is made right.</summary>
    public byte[] BuildAsIs() => Build(Encoding.UTF8.GetBytes(Manifest.ToJsonString()), _constants);

    /// <summary>The package with any text in place of the manifest.</summary>
    public byte[] BuildWith(string manifest) => Build(Encoding.UTF8.GetBytes(manifest), _constants);

    private static byte[] Build(byte[] text, byte[] constants)
    {
        byte[] file = new byte[Start + constants.Length];
        Container.WriteHeader(file, text, file.Length);
        text.CopyTo(file, Container.HeaderLength);
        constants.CopyTo(file, Start);
        return file;
    }

    private static int Index(string step) => int.Parse(step.AsSpan(1, step.Length - 2), CultureInfo.InvariantCulture);
}
