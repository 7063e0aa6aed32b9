using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Compression;

/// <summary>
/// SqueezeNet 1.0 as DeepScale published it with its weights (arXiv:1602.07360, table 1): pools round up, and the last convolution
/// has a padding of 1. Names are those of the Caffe model.
/// </summary>
internal static class DeepCompressionNetwork
{
    private const int Size = 227, Classes = 1000, Modules = 8;

    /// <summary>Convolutions in network order with the shapes [outputs, inputs, rows, columns] of their weights.</summary>
    public static IReadOnlyList<(string Name, int[] Shape)> Layers { get; } = [.. AllLayers()];

    /// <param name="layers">One for each of <see cref="Layers"/>.</param>
    public static ModelGraph Build(string name, IReadOnlyList<DeepCompressionLayer> layers)
    {
        var graph = new ModelGraph(name);
        var x = new Value("input") { Shape = [1, 3, Size, Size], Type = DataType.Float32 };
        graph.Inputs.Add(x);
        int next = 0;
        x = Pool(Conv(x, 2, 0), "pool1");
        for (int module = 0; module < Modules; module++)
        {
            Value squeezed = Conv(x, 1, 0);
            x = Add(OpTypes.Concat, $"fire{module + 2}/concat", new Attributes().Set("axis", 1), Conv(squeezed, 1, 0), Conv(squeezed, 1, 1));
            if (module is 2 or 6)
                x = Pool(x, $"pool{module + 2}");
        }

        x = Add(OpTypes.GlobalAveragePool, "pool10", new Attributes(), Conv(x, 1, 1));
        x = Add(OpTypes.Reshape, "flat", new Attributes().Set("shape", (int[])[1, Classes]), x);
        graph.Outputs.Add(Add(OpTypes.Softmax, "prob", new Attributes().Set("axis", 1), x));
        graph.Check();
        return graph;

        Value Conv(Value input, int stride, int padding)
        {
            DeepCompressionLayer layer = layers[next++];
            int kernel = layer.Weights.Shape[2];
            Attributes window = Window(kernel, stride, padding).Set("group", 1);
            Value y = Add(OpTypes.Conv, layer.Name, window, input, Constant("weight", layer.Weights), Constant("bias", new Tensor([layer.Bias.Length], layer.Bias)));
            return Add(OpTypes.Relu, $"{layer.Name}/relu", new Attributes(), y);

            Value Constant(string what, Tensor tensor) =>
                new($"{layer.Name}/{what}") { Constant = tensor, Shape = tensor.Shape, Type = tensor.Type };
        }

        Value Pool(Value input, string pool) => Add(OpTypes.MaxPool, pool, Window(3, 2, 0).Set("ceil_mode", 1), input);

        Value Add(string type, string node, Attributes attributes, params Value[] inputs)
        {
            var added = new Node(node, type, inputs, [new Value($"{node}/y")], attributes);
            Shapes.Apply(added);
            graph.Add(added);
            return added.Output;
        }
    }

    private static Attributes Window(int kernel, int stride, int padding) => new Attributes()
        .Set("kernel_shape", (int[])[kernel, kernel])
        .Set("strides", (int[])[stride, stride])
        .Set("dilations", (int[])[1, 1])
        .Set("pads", (int[])[padding, padding, padding, padding]);

    private static IEnumerable<(string Name, int[] Shape)> AllLayers()
    {
        yield return ("conv1", [96, 3, 7, 7]);
        int inputs = 96;
        for (int module = 0; module < Modules; module++)
        {
            int squeeze = 16 * ((module / 2) + 1), expand = 4 * squeeze;
            yield return ($"fire{module + 2}/squeeze1x1", [squeeze, inputs, 1, 1]);
            yield return ($"fire{module + 2}/expand1x1", [expand, squeeze, 1, 1]);
            yield return ($"fire{module + 2}/expand3x3", [expand, squeeze, 3, 3]);
            inputs = 2 * expand;
        }

        yield return ("conv10", [Classes, inputs, 1, 1]);
    }
}
