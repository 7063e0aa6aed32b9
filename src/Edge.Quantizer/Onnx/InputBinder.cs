using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx.Schema;
using Dimension = Edge.Quantizer.Onnx.Schema.TensorShapeProto.Types.Dimension;

namespace Edge.Quantizer.Onnx;

/// <summary>
/// Gives every graph input a type and a known shape. Inputs that have an initializer (IR version 3) are constants.
/// </summary>
internal static class InputBinder
{
    /// <exception cref="UserException">A shape stays open or contradicts the options.</exception>
    public static void Bind(ImportContext context, GraphProto graph, ImportOptions options)
    {
        List<ValueInfoProto> inputs = [.. graph.Input.Where(i => !context.IsInitializer(i.Name))];
        CheckNames(context, inputs, options);
        foreach (ValueInfoProto input in inputs)
        {
            if (options.Constants.TryGetValue(input.Name, out Tensor? constant))
            {
                context.Define(input.Name, constant);
                continue;
            }

            TypeProto.Types.Tensor type = input.Type?.TensorType
                ?? throw context.Error($"input '{input.Name}' is not a tensor, which is not supported");
            int[]? given = options.InputShapes.GetValueOrDefault(input.Name)
                ?? (inputs.Count == 1 ? options.InputShapes.GetValueOrDefault("") : null);
            var value = new Value(input.Name)
            {
                Shape = ShapeOf(context, input.Name, type, given),
                Type = TypeOf(context, input.Name, type.ElemType),
            };
            context.Define(value);
            context.Graph.Inputs.Add(value);
        }
    }

    private static void CheckNames(ImportContext context, List<ValueInfoProto> inputs, ImportOptions options)
    {
        if (inputs.Select(i => i.Name).Distinct().Count() != inputs.Count)
            throw context.Error("two inputs have the same name");
        foreach (string name in options.InputShapes.Keys.Concat(options.Constants.Keys))
        {
            if (name.Length == 0 ? inputs.Count != 1 : inputs.All(i => i.Name != name))
            {
                string known = string.Join(", ", inputs.Select(i => $"'{i.Name}'"));
                throw context.Error(name.Length == 0
                    ? $"the model has {inputs.Count} inputs: name the one whose shape you give, as in name=1x3x224x224; "
                        + $"inputs are {known}"
                    : $"the model has no input '{name}'; inputs are {known}");
            }
        }
    }

    private static DataType TypeOf(ImportContext context, string name, int elementType)
    {
        try
        {
            return TensorReader.TypeOf(elementType);
        }
        catch (InvalidDataException e)
        {
            throw context.Error($"input '{name}': {e.Message}", e);
        }
    }

    private static int[] ShapeOf(ImportContext context, string name, TypeProto.Types.Tensor type, int[]? given)
    {
        if (type.Shape is null)
            return given
                ?? throw context.Error(
                    $"input '{name}' has no shape in the file; give one, as in --input-shape {name}=1x3x224x224");
        Google.Protobuf.Collections.RepeatedField<Dimension> dims = type.Shape.Dim;
        string declared = string.Join(
            "x", dims.Select(d => IsKnown(d) ? $"{d.DimValue}" : d.HasDimParam && d.DimParam.Length > 0 ? d.DimParam : "?"));
        if (given is not null && given.Length != dims.Count)
            throw context.Error($"input '{name}' has {dims.Count} axes ({declared}), the given shape has {given.Length}");
        int[] shape = new int[dims.Count];
        for (int i = 0; i < shape.Length; i++)
        {
            if (IsKnown(dims[i]))
            {
                if (dims[i].DimValue > int.MaxValue || (given is not null && given[i] != dims[i].DimValue))
                {
                    throw context.Error(
                        $"input '{name}' is {declared} in the file, which the given shape or the supported range "
                        + $"contradicts on axis {i}");
                }

                shape[i] = (int)dims[i].DimValue;
            }
            else
            {
                shape[i] = given is not null ? given[i]
                    : i == 0 ? 1
                    : throw context.Error(
                        $"input '{name}' has an open axis {i} ({declared}); give its shape, as in --input-shape 1x3x224x224");
            }
        }

        return shape;
    }

    private static bool IsKnown(Dimension dimension) => dimension.HasDimValue && dimension.DimValue > 0;
}
