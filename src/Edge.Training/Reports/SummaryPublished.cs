using System.Globalization;
using Edge.Quantizer.Graph;
using Edge.Training.Networks;

namespace Edge.Training.Reports;

/// <summary>What a published figure counts.</summary>
[Flags]
public enum Counted
{
    /// <summary>Multiply-accumulates of convolutions and fully connected layers.</summary>
    MultiplyAccumulates = 0,
    Weights = 1,
    Biases = 2,

    /// <summary>γ of batch normalization.</summary>
    Scales = 4,

    /// <summary>β of batch normalization.</summary>
    Shifts = 8,

    /// <summary>Running means and variances.</summary>
    Statistics = 16,

    /// <summary>
    /// A bias of every convolution in front of a batch normalization, as many as β: published with some networks, void, and
    /// absent from ours.
    /// </summary>
    VoidBiases = 32,

    /// <summary>Multiply-accumulates of convolutions only.</summary>
    ConvolutionMacs = 64,

    /// <summary>Everything that training changes.</summary>
    Trainable = Weights | Biases | Scales | Shifts,

    /// <summary>Weights and biases of the network whose batch normalization is folded away, or not counted.</summary>
    WeightsAndBiases = Weights | Biases,

    /// <summary>A network whose batch normalization has no γ, statistics counted.</summary>
    AllWithoutScales = Weights | Biases | Shifts | Statistics,

    All = Trainable | Statistics,

    TrainableAndVoidBiases = Trainable | VoidBiases,
}

/// <summary>A figure that a paper or its authors published, and how they count.</summary>
/// <param name="Network">Name in the catalog.</param>
/// <param name="Counted">What is counted.</param>
/// <param name="Figure">As printed: 1,248,424 or 4.2 M.</param>
/// <param name="Source">Where it is printed.</param>
/// <param name="Size">Height and width of the input, pixels; null: the network's own.</param>
/// <param name="Difference">Why ours differs; null where it must not.</param>
public sealed record PublishedFigure(
    string Network, Counted Counted, string Figure, string Source, int? Size = null, string? Difference = null)
{
    private readonly Lazy<long> _ours = new(() => Count(Network, Counted, Size));

    /// <summary>Our count under the same convention.</summary>
    public long Ours => _ours.Value;

    /// <summary>Our count rounded to the published digits.</summary>
    public string OursAsPrinted => Print(Ours);

    /// <summary>Whether our count, rounded to the published digits, is the published figure.</summary>
    public bool Equal => OursAsPrinted == Figure;

    /// <summary>(ours − published) / published.</summary>
    public double Relative => (Ours / Parse()) - 1;

    private double Unit => Figure[^1] switch
    {
        'K' => 1e3,
        'M' => 1e6,
        'G' => 1e9,
        _ => 1,
    };

    private static long Count(string network, Counted counted, int? size)
    {
        ModelGraph graph = NetworkCatalog.Create(
            network, new NetworkOptions { Height = size, Width = size, Initialization = WeightInitialization.Zero });
        if (counted == Counted.MultiplyAccumulates)
            return graph.Nodes.Sum(Costs.MultiplyAccumulates);
        if (counted == Counted.ConvolutionMacs)
            return graph.Nodes.Where(n => n.OpType == OpTypes.Conv).Sum(Costs.MultiplyAccumulates);
        ParameterCounts p = ParameterCounts.Of(graph);
        return (counted.HasFlag(Counted.Weights) ? p.Weights : 0)
            + (counted.HasFlag(Counted.Biases) ? p.Biases : 0)
            + (counted.HasFlag(Counted.Scales) ? p.Scales : 0)
            + (counted.HasFlag(Counted.Shifts) ? p.Shifts : 0)
            + (counted.HasFlag(Counted.VoidBiases) ? p.Shifts : 0)
            + (counted.HasFlag(Counted.Statistics) ? p.Statistics : 0);
    }

    private double Parse() =>
        double.Parse(Figure.Split(' ')[0], NumberStyles.Number, CultureInfo.InvariantCulture) * Unit;

    private string Print(long count)
    {
        string number = Figure.Split(' ')[0];
        int point = number.IndexOf('.', StringComparison.Ordinal), digits = point < 0 ? 0 : number.Length - point - 1;
        decimal rounded = Math.Round(count / (decimal)Unit, digits, MidpointRounding.AwayFromZero);
        string text = rounded.ToString($"N{digits}", CultureInfo.InvariantCulture);
        return Unit == 1 ? text : $"{text} {Figure[^1]}";
    }
}
