using Edge.Quantizer;

namespace Edge.Benchmarks.Packages;

/// <summary>A network of the catalog that is measured, and what we want of it.</summary>
/// <param name="Name">Its name in the catalog.</param>
internal sealed record BenchmarkNetwork(string Name)
{
    /// <summary>Most instructions per inference on Cortex-A76, millions; null without a target.</summary>
    public double? TargetA76 { get; init; }

    /// <summary>Most instructions per inference on Cortex-A72, millions.</summary>
    public double? TargetA72 { get; init; }

    /// <summary>Fewest instructions that a measured peer needs on Cortex-A76, millions, and its name.</summary>
    public (string Peer, double Millions)? BestA76 { get; init; }

    /// <summary>Fewest instructions that a measured peer needs on Cortex-A72 in int8, millions, and its name.</summary>
    public (string Peer, double Millions)? BestA72 { get; init; }

    /// <summary>Least share of the peak of 256-bit AVX-VNNI, one thread.</summary>
    public double? TargetShare { get; init; }

    /// <summary>The share of that peak that XNNPACK reaches when it is held to these instructions.</summary>
    public double? PeerShare { get; init; }

    /// <summary>Most time in units of ONNX Runtime's, one thread.</summary>
    public double? TargetRatio { get; init; }

    /// <summary>Least speed-up of two threads over one.</summary>
    public double? TargetSpeedup { get; init; }

    /// <summary>All, in the order of the tables.</summary>
    public static IReadOnlyList<BenchmarkNetwork> All { get; } =
    [
        new("squeezenet-1.1")
        {
            TargetA76 = 34, BestA76 = ("XNNPACK", 39.5), TargetA72 = 82, BestA72 = ("ncnn", 82.8),
            TargetShare = 0.65, PeerShare = 0.44, TargetRatio = 1.30, TargetSpeedup = 1.75,
        },
        new("squeezenet-1.0")
        {
            TargetA76 = 85, BestA76 = ("XNNPACK", 103.2), TargetA72 = 190, BestA72 = ("ONNX Runtime", 255.5),
            TargetShare = 0.65, PeerShare = 0.32, TargetRatio = 1.40,
        },
        new("mobilenet-v1-1.0")
        {
            TargetA76 = 54, BestA76 = ("ncnn", 63.0), TargetA72 = 145, BestA72 = ("ncnn", 155.3),
            TargetShare = 0.70, PeerShare = 0.42, TargetRatio = 1.40, TargetSpeedup = 1.75,
        },
        new("mobilenet-v2-1.0")
        {
            TargetA76 = 42, BestA76 = ("XNNPACK", 50.1), TargetA72 = 100, BestA72 = ("XNNPACK", 114.7),
            TargetShare = 0.60, PeerShare = 0.28, TargetRatio = 1.00,
        },
        new("shufflenet-v2-1.0")
        {
            TargetA76 = 20, BestA76 = ("XNNPACK", 27.9), TargetA72 = 50, BestA72 = ("XNNPACK", 61.8),
            TargetShare = 0.45, PeerShare = 0.23, TargetRatio = 0.60,
        },
        new("inception-v1"),
        new("resnext-50-32x4d"),
    ];

    /// <param name="names">Names of networks, or none for all.</param>
    /// <exception cref="UserException">A name is not among them.</exception>
    public static IReadOnlyList<BenchmarkNetwork> Select(IReadOnlyCollection<string> names)
    {
        if (names.FirstOrDefault(n => All.All(k => k.Name != n)) is { } unknown)
            throw new UserException($"--networks {unknown}: known are {string.Join(", ", All.Select(n => n.Name))}");
        return names.Count == 0 ? All : [.. All.Where(n => names.Contains(n.Name))];
    }
}
