using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Moves a constant Pad of height and width into the windows that read it; a reader that cannot take it keeps the Pad.
/// <list type="bullet">
/// <item>Conv: padding with 0 adds up with its own.</item>
/// <item>AveragePool: padding with 0 becomes padding that counts in the divisor; its own padding must count too or be 0.</item>
/// <item>MaxPool: its own padding never wins (it acts as −∞), so a padded number may go there only when no element of the
/// input is smaller than that number (0 behind a Relu, −∞ or the smallest float always), and when every window still
/// holds an element of the input: padding smaller than the kernel, dilation 1.</item>
/// </list>
/// Pools with ceil_mode stay as they are: where their last window may start depends on which padding is declared.
/// </summary>
public sealed class FoldPad : IGraphPass
{
    public string Name => nameof(FoldPad);

    public int Run(ModelGraph graph)
    {
        int changes = 0;
        foreach (Node pad in graph.Nodes.ToArray())
        {
            if (pad.OpType != OpTypes.Pad || SpatialPadsOrNull(pad) is not { } pads)
                continue;
            foreach (Node window in graph.Consumers(pad.Output))
                changes += TryMove(pad, pads, window) ? 1 : 0;
        }

        return changes + (changes > 0 ? graph.RemoveDeadNodes() : 0);
    }

    /// <summary>top, left, bottom, right; null when the Pad does something else.</summary>
    private static int[]? SpatialPadsOrNull(Node pad)
    {
        int[] pads = pad.Attributes.Ints("pads")!;
        bool spatial = pads.Length == 8 && pads[0] == 0 && pads[1] == 0 && pads[4] == 0 && pads[5] == 0;
        return spatial && Array.TrueForAll(pads, p => p >= 0) && pad.Attributes.Text("mode", "constant") == "constant"
            ? [pads[2], pads[3], pads[6], pads[7]]
            : null;
    }

    private static bool TryMove(Node pad, int[] pads, Node reader)
    {
        if (reader.OpType is not (OpTypes.Conv or OpTypes.MaxPool or OpTypes.AveragePool) || reader.Input(0) != pad.Output)
            return false;
        WindowAttributes window = WindowAttributes.From(reader);
        int[] total = [.. window.PadsBegin.Concat(window.PadsEnd).Zip(pads, (own, moved) => own + moved)];
        float value = pad.Attributes.Float("value", 0);
        bool allowed = reader.OpType switch
        {
            OpTypes.Conv => value == 0,
            _ when window.CeilMode || !FitsKernel(window, total) => false,
            OpTypes.AveragePool => value == 0 && (window.CountIncludePad || !window.HasPadding),
            _ => Array.TrueForAll(window.Dilations, d => d == 1) && NeverWins(value, pad.Input(0)),
        };
        if (!allowed)
            return false;
        reader.Inputs[0] = pad.Input(0);
        reader.Attributes.Set("pads", total);
        if (reader.OpType == OpTypes.AveragePool)
            reader.Attributes.Set("count_include_pad", 1);
        return true;
    }

    private static bool NeverWins(float padding, Value input) =>
        padding <= float.MinValue || padding <= ValueBounds.Of(input).Low;

    private static bool FitsKernel(WindowAttributes window, int[] pads) =>
        pads[0] < window.Extent(0) && pads[2] < window.Extent(0) && pads[1] < window.Extent(1) && pads[3] < window.Extent(1);
}
