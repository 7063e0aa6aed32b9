using System.CommandLine;
using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Training.Networks;

namespace Edge.Training.Commands;

/// <summary>The argument and options of every command that builds a network of the catalog.</summary>
internal sealed class NetworkInput
{
    private readonly Option<int?> _classes = new("--classes") { Description = "number of classes", HelpName = "n" };
    private readonly Option<int?> _size = new("--size") { Description = "height and width of the input, pixels", HelpName = "n" };
    private readonly Option<int?> _height = new("--height") { Description = "height, where not square", HelpName = "n" };
    private readonly Option<int?> _width = new("--width") { Description = "width, where not square", HelpName = "n" };
    private readonly Option<int?> _channels = new("--channels") { Description = "1 (grey) or 3 (colour)", HelpName = "n" };

    private readonly Option<double> _resolution = new("--resolution")
    {
        Description = "multiplies the network's own input size (MobileNet's ρ)",
        DefaultValueFactory = _ => 1,
        HelpName = "factor",
    };

    private readonly Option<int> _skip = new("--skip-reductions")
    {
        Description = "so many of the first layers that halve the image keep its size: for images of 28 to 64 pixels; "
            + "1 is a stem of stride 1",
        HelpName = "n",
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "seed of the weights", HelpName = "n" };

    private readonly Option<string[]> _settings = new("--set")
    {
        Description = "a setting of the network's family, as in width=0.35; repeated for more (edge-train networks lists them)",
        HelpName = "name=value",
    };

    /// <summary>Name of a network, or path of an ONNX file.</summary>
    public Argument<string> Network { get; } =
        new("network") { Description = "name of a network (edge-train networks lists them) or an ONNX file" };

    private Option[] All => [_classes, _size, _height, _width, _channels, _resolution, _skip, _seed, _settings];

    public void AddTo(Command command)
    {
        command.Arguments.Add(Network);
        foreach (Option option in All)
            command.Options.Add(option);
    }

    /// <summary>The file that <see cref="Load"/> reads; null where the network is of the catalog.</summary>
    public string? File(ParseResult parsed) => parsed.GetRequiredValue(Network) is var name && IsFile(name) ? name : null;

    /// <summary>The network of the command line, weights initialized.</summary>
    /// <exception cref="UserException">There is no such network or file, or an option does not fit it or has no effect.</exception>
    public ModelGraph Load(ParseResult parsed, WeightInitialization initialization = WeightInitialization.He)
    {
        string name = parsed.GetRequiredValue(Network);
        if (!IsFile(name))
            return NetworkCatalog.Create(name, Options(parsed) with { Initialization = initialization });
        UselessOptions.Refuse(parsed, All, $"only for networks by name, and {name} is a file");
        return OnnxImporter.Load(name);
    }

    /// <summary>The options of a network of the catalog.</summary>
    /// <exception cref="UserException">A setting is malformed or given twice.</exception>
    public NetworkOptions Options(ParseResult parsed) => new()
    {
        Classes = parsed.GetValue(_classes),
        Height = parsed.GetValue(_height) ?? parsed.GetValue(_size),
        Width = parsed.GetValue(_width) ?? parsed.GetValue(_size),
        Channels = parsed.GetValue(_channels),
        Resolution = parsed.GetValue(_resolution),
        SkippedReductions = parsed.GetValue(_skip),
        Seed = parsed.GetValue(_seed),
        Parameters = Settings(parsed.GetValue(_settings) ?? []),
    };

    private static bool IsFile(string name) => name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || System.IO.File.Exists(name);

    /// <summary>What --set says of a network.</summary>
    /// <exception cref="UserException">A setting is malformed or given twice.</exception>
    public static IReadOnlyDictionary<string, string> Settings(string[] texts)
    {
        var settings = new Dictionary<string, string>();
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw new UserException($"--set {text}: give name=value, as in --set width=0.35");
            if (!settings.TryAdd(text[..equals], text[(equals + 1)..]))
                throw new UserException($"--set {text}: this setting is given twice");
        }

        return settings;
    }
}
