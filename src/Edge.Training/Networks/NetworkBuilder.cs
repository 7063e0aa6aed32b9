using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Training.Networks;

/// <summary>
/// Builds a <see cref="ModelGraph"/> layer by layer, from the image "input" [1, c, h, w] to the probabilities "output" [1,
/// classes]. Every method adds nodes and returns the value they compute; its name is the layer's name, and parameters are named
/// behind it: "fire2/squeeze/weight". Convolution weights are [out, in / groups, kernel height, kernel width].
/// </summary>
public sealed partial class NetworkBuilder
{
    /// <summary>Standard deviation of a fresh classifier's weights, as AlexNet and its successors start it.</summary>
    private const double ClassifierDeviation = 0.01;

    /// <summary>Inputs up to this size fail for being too small only.</summary>
    private const int MaxPixels = 1 << 22;

    private readonly ModelGraph _graph;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly NetworkOptions _options;
    private int _reductionsToSkip;

    /// <param name="network">Name of the graph, also in error messages.</param>
    /// <param name="options">Classes, height, width and channels must be set.</param>
    /// <exception cref="UserException">A size is not positive.</exception>
    public NetworkBuilder(string network, NetworkOptions options)
    {
        _graph = new ModelGraph(network);
        _options = options;
        _reductionsToSkip = options.SkippedReductions;
        Classes = Positive(options.Classes, "number of classes");
        int[] shape =
        [
            1, Positive(options.Channels, "number of channels"),
            Positive(options.Height, "height"), Positive(options.Width, "width"),
        ];
        if (options.SkippedReductions < 0)
            throw new UserException($"{network}: cannot skip {options.SkippedReductions} reductions; give 0 or more");
        Image = new Value("input") { Shape = shape, Type = DataType.Float32 };
        _names.Add(Image.Name);
        _graph.Inputs.Add(Image);
    }

    public string Network => _graph.Name;

    /// <summary>The input, [1, c, h, w].</summary>
    public Value Image { get; }

    public int Classes { get; }

    /// <summary>Channels of a value [1, c, h, w].</summary>
    public static int ChannelsOf(Value value) => value.Shape![1];

    /// <summary>
    /// Takes the stride of a layer, or of several branches side by side, that makes the image smaller: 1 as long as
    /// <see cref="NetworkOptions.SkippedReductions"/> asks for it.
    /// </summary>
    public int Reduction(int stride = 2)
    {
        if (stride == 1 || _reductionsToSkip == 0)
            return stride;
        _reductionsToSkip--;
        return 1;
    }

    /// <summary>
    /// The end: softmax over logits [1, classes]. Everything that was added is part of the graph.
    /// </summary>
    /// <exception cref="UserException">More reductions were to be skipped than the network has.</exception>
    public ModelGraph Finish(Value logits)
    {
        if (_reductionsToSkip > 0)
        {
            throw new UserException(
                $"{Network}: {_options.SkippedReductions} reductions cannot be skipped, it has only "
                + $"{_options.SkippedReductions - _reductionsToSkip}");
        }

        _graph.Outputs.Add(Emit(OpTypes.Softmax, "output", [logits], new Attributes().Set("axis", 1)));
        _graph.Check();
        return _graph;
    }

    private static void Spread(Attributes attributes, Kernel kernel, int stride, int[] pads) => attributes
        .Set("kernel_shape", (int[])[kernel.Height, kernel.Width])
        .Set("strides", (int[])[stride, stride])
        .Set("dilations", (int[])[1, 1])
        .Set("pads", pads);

    private int Positive(int? value, string what) => value is >= 1 and <= 1 << 20
        ? value.Value
        : throw new UserException(
            $"{Network}: the {what} is {value?.ToString() ?? "missing"}; give a number from 1 to {1 << 20}");

    private Value Emit(string opType, string name, Value?[] inputs, Attributes? attributes = null) =>
        Emit(opType, name, inputs, attributes, [name])[0];

    private Value[] Emit(string opType, string name, Value?[] inputs, Attributes? attributes, string[] outputs)
    {
        Value[] results = Array.ConvertAll(outputs, o => new Value(o));
        foreach (string output in outputs)
        {
            if (!_names.Add(output))
                throw new ArgumentException($"{Network} has two layers named '{output}'", nameof(name));
        }

        var node = new Node(name, opType, inputs, results, attributes);
        try
        {
            Shapes.Apply(node);
        }
        catch (InvalidDataException e)
        {
            throw Misfit(name, e.Message, e);
        }

        _graph.Add(node);
        return results;
    }

    /// <summary>A reduction of an image of one pixel computes nothing useful: the input was too small.</summary>
    private void RequireRoom(Value x, string name, int stride)
    {
        if (stride > 1 && x.Shape is [_, _, 1, _] or [_, _, _, 1])
            throw Misfit(name, $"a stride of {stride} on {x.Shape[2]}x{x.Shape[3]} pixels", null);
    }

    private UserException Misfit(string layer, string why, Exception? inner)
    {
        bool isLarge = (long)Image.Shape![2] * Image.Shape[3] > MaxPixels;
        return new UserException(
            $"{Network}: an input of {Image.Shape[2]}x{Image.Shape[3]} pixels is too {(isLarge ? "large" : "small")}: at layer '{layer}': {why}; "
            + (isLarge ? "give a smaller size" : "give a larger size, or skip reductions"),
            inner);
    }

    private Value Parameter(string name, int[] shape, float[] data)
    {
        if (!_names.Add(name))
            throw new ArgumentException($"{Network} has two parameters named '{name}'", nameof(name));
        return new Value(name) { Constant = new Tensor(shape, data), Shape = shape, Type = DataType.Float32 };
    }

    private Value Weights(string name, int[] shape, double deviation)
    {
        int count = Tensor.Volume(shape);
        float[] data = _options.Initialization == WeightInitialization.He
            ? WeightInitializer.Normal(_options.Seed, name, count, deviation)
            : new float[count];
        return Parameter(name, shape, data);
    }

    private Value Filled(string name, int count, float value)
    {
        float[] data = new float[count];
        if (value != 0)
            Array.Fill(data, value);
        return Parameter(name, [count], data);
    }
}

/// <summary>Height and width of a window, pixels.</summary>
public readonly record struct Kernel(int Height, int Width)
{
    public static implicit operator Kernel(int size) => new(size, size);
}

/// <summary>What lies around an image.</summary>
public enum Padding
{
    /// <summary>(kernel − 1) / 2 zeros on every side: a stride of 1 keeps the size.</summary>
    Same,

    /// <summary>Nothing.</summary>
    Valid,
}

/// <summary>The function behind a normalized convolution.</summary>
public enum Activation
{
    None,
    Relu,
    Relu6,
}
