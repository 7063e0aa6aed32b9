using Spectre.Console;

namespace Edge.Quantizer.Reports;

/// <summary>Prints a <see cref="ModelSummary"/> for a person.</summary>
internal static class ModelSummaryTable
{
    public static void Write(IAnsiConsole console, ModelSummary model)
    {
        string producer = model.Producer.Length > 0 ? $", written by {model.Producer}" : "";
        console.WriteLine($"{model.File}: {(model.Opset is { } opset ? $"ONNX opset {opset}" : "Deep Compression")}{producer}");
        foreach (TensorSummary input in model.Inputs)
            console.WriteLine($"input   {input.Name}  {input.Type} {Tables.Shape(input.Shape)}");
        foreach (TensorSummary output in model.Outputs)
            console.WriteLine($"output  {output.Name}  {output.Type} {Tables.Shape(output.Shape)}");

        Table table = Tables.New("#", "node", "operator", "output", "parameters", "MACs", "runs as");
        table.Columns[0].RightAligned();
        table.Columns[4].RightAligned();
        table.Columns[5].RightAligned();
        for (int i = 0; i < model.Nodes.Length; i++)
        {
            NodeSummary n = model.Nodes[i];
            table.AddRow(
                Tables.Text($"{i}"), Tables.Text(n.Name), Tables.Text(n.Operator), Tables.Text(Tables.Shape(n.Shape)),
                Tables.Text(Tables.Count(n.Parameters)), Tables.Text(Tables.Count(n.MultiplyAccumulates)), Tables.Text(n.RunsAs));
        }

        console.Write(table);
        console.WriteLine($"operators: {string.Join(", ", model.Operators.Select(o => $"{o.Key} {o.Value}"))}");
        console.WriteLine(
            $"total: {model.Nodes.Length} nodes, {model.Parameters:N0} parameters, {model.MultiplyAccumulates:N0} MACs");
        if (model.RunInFloat.All(o => o.HasInt8Form))
            console.WriteLine("every operator has an int8 form" + (model.RunInFloat.Length > 0 ? ", but what takes on logits stays in float32" : ""));
        foreach (FloatOperator op in model.RunInFloat.OrderBy(o => o.HasInt8Form))
            console.WriteLine($"runs in float: {op.Operator} '{op.Name}': {op.Reason}");
    }
}
