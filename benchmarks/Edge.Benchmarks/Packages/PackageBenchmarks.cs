using BenchmarkDotNet.Attributes;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Benchmarks.Packages;

/// <summary>
/// One package in our kernels and, as the baseline of the ratio, its QDQ export in ONNX Runtime, both on one thread. The
/// environment variable EDGE_PACKAGE names the .edge file.
/// </summary>
public class PackageBenchmarks : IDisposable
{
    private Session? _session;
    private OnnxRuntimeSession? _onnxRuntime;
    private Tensor _image = Tensor.Zeros(0);
    private sbyte[] _codes = [];

    [ParamsSource(nameof(Supported))]
    public InstructionSet InstructionSet { get; set; }

    public static IEnumerable<InstructionSet> Supported =>
        Enum.GetValues<InstructionSet>().Where(s => s != InstructionSet.Scalar && InstructionSets.IsSupported(s));

    [GlobalSetup]
    public void Setup()
    {
        string path = Environment.GetEnvironmentVariable("EDGE_PACKAGE")
            ?? throw new InvalidOperationException("EDGE_PACKAGE names no .edge file");
        EdgeModel model = EdgeModel.Load(path);
        _session = new Session(model, new SessionOptions { Threads = 1, InstructionSet = InstructionSet });
        _onnxRuntime = new OnnxRuntimeSession(QdqExporter.Export(model), OrtOptimization.All, threads: 1);
        int[] nhwc = model.Input.Shape;
        _image = Tensor.Zeros(1, nhwc[3], nhwc[1], nhwc[2]);
        _codes = new sbyte[_image.Count];
        SelfTestRunner.Fill(_codes, 1);
        for (int i = 0; i < _codes.Length; i++)
            _image.Floats[i] = model.Input.Scale * (_codes[i] - model.Input.ZeroPoint);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _session?.Dispose();
        _onnxRuntime?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public float Edge()
    {
        // A run uses up its input.
        _codes.CopyTo(_session!.Input);
        _session.Run();
        return _session.Output[0];
    }

    [Benchmark(Baseline = true)]
    public int OnnxRuntime() => _onnxRuntime!.Run(_image).Count;
}
