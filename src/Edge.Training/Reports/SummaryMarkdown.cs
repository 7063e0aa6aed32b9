using System.Text;
using Edge.Training.Networks;

namespace Edge.Training.Reports;

/// <summary>docs/NETWORKS.md: the catalog, and every published figure beside ours.</summary>
internal static class SummaryMarkdown
{
    public static string Text()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Networks

            Written by `edge-train summary --published`; a test holds this file to what the command writes.

            Every network takes any number of classes, `--channels 1` or 3, and any input size that leaves a pixel at its end
            (global pooling). `--skip-reductions n` keeps the size of the image in the first n layers that would halve it, which makes
            the networks useful on 28 to 64 pixels; `--set name=value` changes a setting of the family. Auxiliary classifiers, which
            only training used, are left out. MACs are multiply-accumulates of convolutions and fully connected layers.

            ## Catalog

            | network | input | classes | parameters | MACs |
            | --- | --- | ---: | ---: | ---: |

            """);
        foreach (NetworkFamily family in NetworkCatalog.Families)
        {
            foreach (NetworkPreset preset in family.Presets)
            {
                var report = SummaryReport.Of(
                    NetworkCatalog.Create(preset.Name, new NetworkOptions { Initialization = WeightInitialization.Zero }));
                int size = preset.Size ?? family.Size;
                Line(
                    text,
                    $"| {preset.Name} | {size}x{size}x{preset.Channels} | {preset.Classes} | {report.Parameters.Trainable:N0} "
                    + $"| {report.MultiplyAccumulates / 1e6:N1} M |");
            }
        }

        text.Append(
            """

            Parameters here are what training changes: weights, biases, scales and shifts of batch normalization. The families:


            """);
        foreach (NetworkFamily family in NetworkCatalog.Families)
        {
            string settings = family.Parameters.Count == 0 ? "none" : string.Join("; ", family.Parameters.Select(Describe));
            Line(text, $"- **{family.Name}**, {family.Paper}. Settings: {settings}.");
        }

        text.Append(
            """

            ## Published figures

            Tables count differently. *Counted* says what the published figure counts, and ours is counted the same way, then rounded
            to the digits of the published one. Where the two still differ the last column says why. The input is the network's own
            unless a size is given.

            | network | counted | published | ours | difference | source | why |
            | --- | --- | ---: | ---: | ---: | --- | --- |

            """);
        foreach (PublishedFigure f in SummaryFigures.All)
        {
            string what = f.Size is { } size ? $"{Describe(f.Counted)} at {size}" : Describe(f.Counted);
            string difference = f.Equal ? "" : $"{100 * f.Relative:+0.0;-0.0} %";
            Line(text, $"| {f.Network} | {what} | {f.Figure} | {f.OursAsPrinted} | {difference} | {f.Source} | {f.Difference} |");
        }

        return text.ToString();
    }

    private static string Describe(NetworkParameter p) =>
        p.Default.Length > 0 ? $"`{p.Name}={p.Default}` {p.Meaning}" : $"`{p.Name}` {p.Meaning}";

    private static string Describe(Counted counted) => counted switch
    {
        Counted.MultiplyAccumulates => "MACs",
        Counted.WeightsAndBiases => "weights, biases",
        Counted.Trainable => "weights, biases, γ, β",
        Counted.AllWithoutScales => "weights, biases, β, statistics",
        Counted.ConvolutionMacs => "MACs of convolutions",
        Counted.TrainableAndVoidBiases => "weights, biases (also in front of γ, β), γ, β",
        Counted.All => "weights, biases, γ, β, statistics",
        _ => counted.ToString(),
    };

    private static void Line(StringBuilder text, string line) =>
        text.Append(line).Append('\n');
}
