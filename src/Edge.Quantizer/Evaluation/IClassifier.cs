using Edge.Imaging;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Evaluation;

/// <summary>One way to compute class scores of an image.</summary>
internal interface IClassifier : IDisposable
{
    /// <summary>Name in tables.</summary>
    string Name { get; }

    /// <summary>Scores of all outputs; valid until the next call.</summary>
    ReadOnlySpan<float> Classify(PixelBuffer image);
}

/// <summary>The float network in our own executor.</summary>
internal sealed class FloatClassifier(ModelGraph graph, InputPreprocessing preprocessing, int threads) : IClassifier
{
    private readonly FloatExecutor _executor = new(graph, threads);
    private readonly ImagePreprocessor _preprocessor = new(preprocessing);
    private readonly Tensor _input = Tensor.Zeros(graph.Inputs[0].Shape!);

    public string Name => "float, Edge";

    public ReadOnlySpan<float> Classify(PixelBuffer image)
    {
        _preprocessor.Run(image, _input.Floats);
        return _executor.Run(_input).Floats;
    }

    public void Dispose() => _executor.Dispose();
}

/// <summary>The package as the device runs it.</summary>
internal sealed class Int8Classifier(EdgeModel model, int threads) : IClassifier
{
    private readonly Session _session = new(model, new SessionOptions { Threads = threads });
    private readonly ImagePreprocessor _preprocessor = new(model.Manifest.Preprocessing, model.Input.Scale, model.Input.ZeroPoint);

    public string Name => "int8, Edge";

    public ReadOnlySpan<float> Classify(PixelBuffer image)
    {
        _preprocessor.Run(image, _session.Input);
        _session.Run();
        return _session.Output;
    }

    public void Dispose() => _session.Dispose();
}

/// <summary>A model in ONNX Runtime: the float file itself, or the package's QDQ export.</summary>
internal sealed class OnnxRuntimeClassifier : IClassifier
{
    private readonly OnnxRuntimeSession _session;
    private readonly ImagePreprocessor _preprocessor;
    private readonly float[] _nhwc;
    private readonly Tensor _input;
    private readonly string _output;

    private OnnxRuntimeClassifier(string name, byte[] model, string output, InputPreprocessing preprocessing, int threads)
    {
        Name = name;
        _output = output;
        _session = new OnnxRuntimeSession(model, OrtOptimization.All, threads);
        _preprocessor = new ImagePreprocessor(preprocessing);
        int channels = preprocessing.Channels;
        _input = Tensor.Zeros(1, channels, preprocessing.Height, preprocessing.Width);
        _nhwc = new float[_input.Count];
    }

    public string Name { get; }

    public static OnnxRuntimeClassifier Float(string path, ModelGraph graph, InputPreprocessing preprocessing, int threads) =>
        new("float, ONNX Runtime", File.ReadAllBytes(path), graph.Outputs[0].Name, preprocessing, threads);

    public static OnnxRuntimeClassifier Int8(EdgeModel model, int threads) => new(
        "int8, ONNX Runtime",
        QdqExporter.Export(model),
        QdqExporter.ValueName(model.Manifest.Tensors[model.Manifest.Outputs[0]]),
        model.Manifest.Preprocessing,
        threads);

    public ReadOnlySpan<float> Classify(PixelBuffer image)
    {
        _preprocessor.Run(image, _nhwc);
        int channels = _input.Shape[1], pixels = _nhwc.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            for (int p = 0; p < pixels; p++)
                _input.Floats[(c * pixels) + p] = _nhwc[(p * channels) + c];
        }

        IReadOnlyDictionary<string, Tensor> outputs = _session.Run(_input);
        return (outputs.TryGetValue(_output, out Tensor? named) ? named : outputs[_session.OutputNames[0]]).Floats;
    }

    public void Dispose() => _session.Dispose();
}
