using Edge.Quantizer;
using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>All networks by name. To add a family, write its file beside this one and name it here.</summary>
public static class NetworkCatalog
{
    public static IReadOnlyList<NetworkFamily> Families { get; } =
    [
        SqueezeNet.Family,
        SqueezeNext.Family,
        MobileNetV1.Family,
        MobileNetV2.Family,
        ShuffleNetV1.Family,
        ShuffleNetV2.Family,
        InceptionV1.Family,
        InceptionV2.Family,
        InceptionV3.Family,
        InceptionV4.Family,
        InceptionResNet.V1Family,
        InceptionResNet.V2Family,
        ResNet.Family,
        ResNeXt.Family,
        Xception.Family,
    ];

    /// <summary>Names that <see cref="Create"/> takes, family by family.</summary>
    public static IEnumerable<string> Names => Families.SelectMany(f => f.Presets).Select(p => p.Name);

    /// <summary>Builds a network: input "input" [1, c, h, w], output "output" [1, classes], probabilities.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">What the network is for; null: as its paper has it.</param>
    /// <exception cref="UserException">No such network or setting, or a size that does not fit it.</exception>
    public static ModelGraph Create(string name, NetworkOptions? options = null)
    {
        options ??= new NetworkOptions();
        (NetworkFamily family, NetworkPreset preset) = Find(name);
        if (options.Resolution is not (> 0 and <= 16))
            throw new UserException($"{name}: a resolution multiplier of {options.Resolution}; give a number above 0, up to 16");
        var settings = new NetworkSettings(family, preset, options.Parameters);
        int size = (int)Math.Round((preset.Size ?? family.Size) * options.Resolution);
        var builder = new NetworkBuilder(
            name,
            options with
            {
                Classes = options.Classes ?? preset.Classes,
                Channels = options.Channels ?? preset.Channels,
                Height = options.Height ?? size,
                Width = options.Width ?? size,
            });
        return builder.Finish(family.Build(builder, settings));
    }

    /// <exception cref="UserException">There is no such network; names the closest ones.</exception>
    public static (NetworkFamily Family, NetworkPreset Preset) Find(string name)
    {
        foreach (NetworkFamily family in Families)
        {
            if (family.Presets.FirstOrDefault(p => p.Name == name) is { } preset)
                return (family, preset);
        }

        NetworkFamily? near = Families.Where(f => name.StartsWith(f.Name.Split('-')[0], StringComparison.OrdinalIgnoreCase))
            .MaxBy(f => f.Name.AsSpan().CommonPrefixLength(name));
        string known = near is null
            ? $"families are {string.Join(", ", Families.Select(f => f.Name))}"
            : $"of this family there are {string.Join(", ", near.Presets.Select(p => p.Name))}";
        throw new UserException($"there is no network '{name}'; {known}");
    }
}
