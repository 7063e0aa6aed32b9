using System.Globalization;
using Edge.Quantizer.Graph;

namespace Edge.Training.Reports;

/// <summary>What one of ShuffleNet v2's guidelines says about a network.</summary>
/// <param name="Guideline">G1 to G4.</param>
/// <param name="Title">The guideline in a few words.</param>
/// <param name="Value">The figure that the text explains.</param>
/// <param name="Follows">Whether the figure stays below the limit from which on a change is worth a thought.</param>
/// <param name="Text">The finding in one sentence.</param>
/// <param name="Layers">Where it costs most, worst first.</param>
public sealed record GuidelineFinding(
    string Guideline, string Title, double Value, bool Follows, string Text, IReadOnlyList<string> Layers);

/// <summary>
/// The four guidelines of ShuffleNet v2 (Ma et al. 2018, arXiv:1807.11164, section 2) applied to a graph. The paper gives
/// formulas, no limits; the limits here are this project's.
/// </summary>
public static class SummaryGuidelines
{
    private const double BalanceLimit = 0.25;
    private const double GroupLimit = 0.10;
    private const double FragmentLimit = 1.5;
    private const double ElementwiseLimit = 0.25;
    private const int Shown = 5;

    public static IReadOnlyList<GuidelineFinding> Of(ModelGraph graph)
    {
        long access = graph.Nodes.Sum(n => LayerCosts.Of(n).MemoryAccess);
        return [Balance(graph), Groups(graph, access), Fragments(graph), Elementwise(graph, access)];
    }

    /// <summary>
    /// G1: at the same multiply-accumulates B, a 1×1 convolution accesses least memory with as many inputs as outputs: at least
    /// 2·√(hw·B) + B / hw elements.
    /// </summary>
    private static GuidelineFinding Balance(ModelGraph graph)
    {
        double actual = 0, least = 0;
        var excess = new List<(Node Node, double Elements, string What)>();
        foreach (Node node in graph.Nodes.Where(n => IsConv(n, out int groups) && groups == 1 && IsPointwise(n)))
        {
            (int inputs, int outputs, double pixels) = (node.Input(0).Shape![1], node.Output.Shape![1], Pixels(node));
            double balanced = (2 * pixels * Math.Sqrt((double)inputs * outputs)) + ((double)inputs * outputs);
            double own = (pixels * (inputs + outputs)) + ((double)inputs * outputs);
            actual += own;
            least += balanced;
            excess.Add((node, own - balanced, $"{inputs}:{outputs}"));
        }

        double value = least > 0 ? (actual / least) - 1 : 0;
        return new GuidelineFinding(
            "G1", "equal channels in and out", value, value <= BalanceLimit,
            least == 0
                ? "there are no 1x1 convolutions without groups"
                : $"unequal channels make 1x1 convolutions access {Percent(value)} more memory than balanced ones at the same cost",
            Worst(excess));
    }

    /// <summary>
    /// G2: at the same multiply-accumulates and inputs, g groups have g times the outputs: hw·c₂·(1 − 1/g) more to write.
    /// </summary>
    private static GuidelineFinding Groups(ModelGraph graph, long access)
    {
        var excess = new List<(Node Node, double Elements, string What)>();
        foreach (Node node in graph.Nodes)
        {
            if (IsConv(node, out int groups) && groups > 1 && groups < node.Input(0).Shape![1])
                excess.Add((node, Pixels(node) * node.Output.Shape![1] * (1 - (1.0 / groups)), $"{groups} groups"));
        }

        double value = access > 0 ? excess.Sum(e => e.Elements) / access : 0;
        return new GuidelineFinding(
            "G2", "few groups", value, value <= GroupLimit,
            excess.Count == 0
                ? "no convolution has groups (depthwise ones count under G4)"
                : $"{excess.Count} grouped convolutions write more channels than one group at the same cost: "
                    + $"{Percent(value)} of all memory access",
            Worst(excess));
    }

    /// <summary>G3: operators that compute, against the longest chain of them: 1 is a plain chain.</summary>
    private static GuidelineFinding Fragments(ModelGraph graph)
    {
        var depths = new Dictionary<Value, int>();
        var levels = new Dictionary<int, List<Node>>();
        foreach (Node node in graph.Nodes)
        {
            int depth = node.Inputs.OfType<Value>().Select(v => depths.GetValueOrDefault(v)).DefaultIfEmpty().Max();
            if (node.OpType is OpTypes.Conv or OpTypes.Gemm or OpTypes.MatMul or OpTypes.MaxPool or OpTypes.AveragePool
                or OpTypes.GlobalAveragePool or OpTypes.GlobalMaxPool)
            {
                depth++;
                if (!levels.TryGetValue(depth, out List<Node>? level))
                    levels[depth] = level = [];
                level.Add(node);
            }

            foreach (Value output in node.Outputs)
                depths[output] = depth;
        }

        int operators = levels.Values.Sum(l => l.Count);
        double value = levels.Count > 0 ? (double)operators / levels.Count : 1;
        int widest = levels.Count > 0 ? levels.Values.Max(l => l.Count) : 0;
        string[] where = value > 1
            ? [.. levels.OrderByDescending(l => l.Value.Count).ThenBy(l => l.Key).Take(Shown)
                .Select(l => $"{l.Value[0].Name} ({l.Value.Count} side by side)")]
            : [];
        return new GuidelineFinding(
            "G3", "little fragmentation", value, value <= FragmentLimit,
            $"{operators} convolutions, products and pools on a longest chain of {levels.Count}: "
                + string.Create(CultureInfo.InvariantCulture, $"{value:0.00} side by side, at most {widest}"),
            where);
    }

    /// <summary>
    /// G4: memory access of operators that compute little per element; depthwise convolutions count, as in the paper.
    /// </summary>
    private static GuidelineFinding Elementwise(ModelGraph graph, long access)
    {
        var elementwise = new List<(Node Node, double Elements, string What)>();
        double depthwise = 0;
        foreach (Node node in graph.Nodes)
        {
            double own = LayerCosts.Of(node).MemoryAccess;
            bool isDepthwise = IsConv(node, out int groups) && groups > 1 && groups == node.Input(0).Shape![1];
            if (isDepthwise)
                depthwise += own;
            if (isDepthwise || IsElementwise(node))
                elementwise.Add((node, own, node.OpType));
        }

        double all = elementwise.Sum(e => e.Elements);
        double value = access > 0 ? (all - depthwise) / access : 0;
        return new GuidelineFinding(
            "G4", "few element-wise operators", value, value <= ElementwiseLimit,
            $"element-wise operators are {Percent(value)} of all memory access, depthwise convolutions "
                + Percent(access > 0 ? depthwise / access : 0),
            Worst(elementwise));
    }

    private static bool IsElementwise(Node node) => !LayerCosts.IsFree(node) && node.OpType is OpTypes.Add or OpTypes.Sum
        or OpTypes.Sub or OpTypes.Mul or OpTypes.Div or OpTypes.Max or OpTypes.Min or OpTypes.PRelu or OpTypes.LeakyRelu
        or OpTypes.Sigmoid or OpTypes.HardSigmoid or OpTypes.HardSwish or OpTypes.Tanh or OpTypes.Softmax or OpTypes.Lrn
        or OpTypes.ChannelShuffle;

    private static bool IsConv(Node node, out int groups)
    {
        groups = node.Attributes.Int("group", 1);
        return node.OpType == OpTypes.Conv && node.Output.Shape!.Length == 4;
    }

    private static bool IsPointwise(Node node) => node.Attributes.Ints("kernel_shape") is [1, 1];

    private static double Pixels(Node node) => (double)node.Output.Shape![2] * node.Output.Shape[3];

    private static string[] Worst(List<(Node Node, double Elements, string What)> costs) =>
    [
        .. costs.Where(c => c.Elements > 0).OrderByDescending(c => c.Elements).Take(Shown)
            .Select(c => $"{c.Node.Name} ({c.What})"),
    ];

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");
}
