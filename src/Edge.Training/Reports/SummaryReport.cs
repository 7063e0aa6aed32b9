using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reports;
using Spectre.Console;

namespace Edge.Training.Reports;

/// <summary>What a network costs, layer by layer, and what ShuffleNet v2's guidelines say about it.</summary>
public sealed record SummaryReport
{
    public required string Network { get; init; }

    /// <summary>Shape of the input.</summary>
    public required int[] Input { get; init; }

    public required ParameterCounts Parameters { get; init; }

    /// <summary>Multiply-accumulates of convolutions and matrix products, one image.</summary>
    public required long MultiplyAccumulates { get; init; }

    /// <summary>Elements that layers compute, one image.</summary>
    public required long Activations { get; init; }

    /// <summary>Elements read and written, one image (<see cref="LayerCosts.MemoryAccess"/>).</summary>
    public required long MemoryAccess { get; init; }

    public required IReadOnlyList<GuidelineFinding> Guidelines { get; init; }

    public required IReadOnlyList<LayerCosts> Layers { get; init; }

    /// <param name="graph">A float graph, NCHW, with shapes.</param>
    public static SummaryReport Of(ModelGraph graph)
    {
        LayerCosts[] layers = [.. graph.Nodes.Select(LayerCosts.Of)];
        return new SummaryReport
        {
            Network = graph.Name,
            Input = graph.Inputs[0].Shape!,
            Parameters = ParameterCounts.Of(graph),
            MultiplyAccumulates = layers.Sum(l => l.MultiplyAccumulates),
            Activations = layers.Sum(l => l.Activations),
            MemoryAccess = layers.Sum(l => l.MemoryAccess),
            Guidelines = SummaryGuidelines.Of(graph),
            Layers = layers,
        };
    }

    public string ToJson() => JsonSerializer.Serialize(this, SummaryJson.Default.SummaryReport);

    internal void Write(IAnsiConsole console)
    {
        Table table = Tables.New("layer", "operator", "output", "parameters", "MACs", "activations", "memory access");
        for (int i = 3; i < 7; i++)
            table.Columns[i].RightAligned();
        foreach (LayerCosts l in Layers)
        {
            table.AddRow(
                Tables.Text(l.Name), Tables.Text(l.Operator), Tables.Text(Tables.Shape(l.Output)),
                Tables.Text(Tables.Count(l.Parameters)), Tables.Text(Tables.Count(l.MultiplyAccumulates)), Tables.Text(Tables.Count(l.Activations)),
                Tables.Text(Tables.Count(l.MemoryAccess)));
        }

        console.Write(table);
        console.WriteLine($"{Network}: input {Tables.Shape(Input)}");
        console.WriteLine(
            $"parameters {Parameters.Trainable:N0}: weights {Parameters.Weights:N0}, biases {Parameters.Biases:N0}, "
            + $"batch normalization {Parameters.Scales + Parameters.Shifts:N0} (and {Parameters.Statistics:N0} statistics)");
        console.WriteLine(
            $"MACs {MultiplyAccumulates:N0}, activations {Activations:N0}, memory access {MemoryAccess:N0} elements");
        foreach (GuidelineFinding g in Guidelines)
        {
            console.WriteLine($"{g.Guideline} {g.Title}: {(g.Follows ? "" : "worth a look: ")}{g.Text}");
            if (!g.Follows && g.Layers.Count > 0)
                console.WriteLine($"   most at {string.Join(", ", g.Layers)}");
        }
    }
}

/// <summary>Serializers of the summary, made when the program is compiled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SummaryReport))]
internal sealed partial class SummaryJson : JsonSerializerContext;
