using Edge.Runtime.Format;
using Spectre.Console;

namespace Edge.Quantizer.Reports;

/// <summary>
/// Prints a verified package for a person: operators, quantization parameters, memory, accuracy and provenance.
/// </summary>
internal static class PackageTable
{
    public static void Write(IAnsiConsole console, string file, EdgeModel model)
    {
        ModelManifest m = model.Manifest;
        console.WriteLine($"{file}: {m.Network}, {model.FileLength:N0} bytes, every check passed");
        WritePreprocessing(console, m.Preprocessing);
        console.WriteLine(m.Labels.Length == 0
            ? "labels: none"
            : $"labels: {m.Labels.Length}, from output {m.LabelOffset} on: {m.Labels[0]} … {m.Labels[^1]}");
        console.WriteLine(
            $"arena: {m.ArenaSize:N0} bytes; constants: {m.Constants.Length}, {m.Constants.Sum(c => c.Length):N0} bytes stored");

        Table table = Tables.New(
            "#", "operator", "kind", "output", "type", "shape", "scale", "zero point", "offset", "row stride");
        for (int i = 0; i < m.Operators.Length; i++)
        {
            OperatorDefinition op = m.Operators[i];
            foreach (int output in op.Outputs)
                AddRow(table, i, op, m.Tensors[output]);
        }

        console.Write(table);
        foreach (int output in m.Outputs)
            console.WriteLine($"result: {m.Tensors[output].Name} {Tables.Shape(m.Tensors[output].Shape)}");
        if (m.Accuracy is { } a)
            console.WriteLine(
                $"accuracy: {a.Images} images, top-1 agreement {a.Top1Agreement:P1}, "
                + $"logits {a.LogitSqnr:F1} dB, calibrated by {a.Method}");
        console.WriteLine(m.SelfTest is { } test ? $"self-test: {test.Seeds.Length} vectors" : "self-test: none");
        Provenance p = m.Provenance;
        console.WriteLine($"made by {p.Tool} from {p.Source} (SHA-256 {p.SourceSha256})");
        console.WriteLine($"calibrated on {p.CalibrationImages} images (SHA-256 {p.CalibrationSha256})");
    }

    private static void WritePreprocessing(IAnsiConsole console, InputPreprocessing p) => console.WriteLine(
        $"input: {p.Width}x{p.Height} {p.Order}, {p.Resize}{(p.ResizeTo > 0 ? $" {p.ResizeTo}" : "")}, " +
        $"mean {string.Join(", ", p.Mean)}, scale {string.Join(", ", p.Scale)}");

    private static void AddRow(Table table, int index, OperatorDefinition op, TensorDefinition tensor)
    {
        bool quantized = tensor.Type == ElementType.Int8;
        table.AddRow(
            Tables.Text($"{index}"), Tables.Text(op.Name),
            Tables.Text(op.GetType().Name.Replace("Operator", "", StringComparison.Ordinal)),
            Tables.Text(tensor.Name), Tables.Text($"{tensor.Type}"), Tables.Text(Tables.Shape(tensor.Shape)),
            Tables.Text(quantized ? $"{tensor.Scale:G6}" : ""), Tables.Text(quantized ? $"{tensor.ZeroPoint}" : ""),
            Tables.Text(tensor.Constant is null ? $"{tensor.Offset}" : "constant"), Tables.Text($"{tensor.RowStride}"));
    }
}
