using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>How far ONNX Runtime rewrites a graph before it runs it.</summary>
public enum OrtOptimization
{
    /// <summary>Node by node as the model states: the float reference.</summary>
    None = 0,
    Basic = 1,
    Extended = 2,

    /// <summary>The library's default: QDQ groups become integer operators.</summary>
    All = 99,
}

/// <summary>One model loaded in ONNX Runtime (CPU). Runs may come from several threads.</summary>
public sealed class OnnxRuntimeSession : IDisposable
{
    private readonly OrtApi _api = OrtApi.Instance;
    private readonly OrtHandle _session;

    /// <param name="model">An ONNX model without external data, as the file holds it.</param>
    /// <param name="optimization">How far the graph is rewritten.</param>
    /// <param name="threads">Threads inside an operator; 0 takes one per core.</param>
    /// <param name="optimizedModelPath">Where the rewritten graph is stored as ONNX; null stores none.</param>
    /// <param name="spin">Whether threads without work wait actively, as the library does by default.</param>
    /// <exception cref="OnnxRuntimeException">The library refuses the model.</exception>
    /// <exception cref="UserException">The library is not installed.</exception>
    public OnnxRuntimeSession(
        ReadOnlySpan<byte> model,
        OrtOptimization optimization = OrtOptimization.None,
        int threads = 0,
        string? optimizedModelPath = null,
        bool spin = false)
    {
        using OrtHandle options = _api.CreateSessionOptions((int)optimization, threads, optimizedModelPath, spin);
        _session = _api.CreateSession(model, options);
        InputNames = _api.InputNames(_session);
        OutputNames = _api.OutputNames(_session);
    }

    /// <summary>Version of the native library, for example "1.30.0".</summary>
    public static string LibraryVersion => OrtApi.Instance.LibraryVersion;

    public IReadOnlyList<string> InputNames { get; }

    public IReadOnlyList<string> OutputNames { get; }

    /// <summary>Computes all outputs.</summary>
    /// <param name="inputs">One tensor for every name of <see cref="InputNames"/>.</param>
    /// <exception cref="OnnxRuntimeException">An input has not the model's name, type or shape, or the run failed.</exception>
    public IReadOnlyDictionary<string, OrtTensor> Run(IReadOnlyDictionary<string, OrtTensor> inputs)
    {
        string[] inputNames = [.. inputs.Keys];
        string[] outputNames = [.. OutputNames];
        var values = new List<OrtHandle>();
        try
        {
            foreach (string name in inputNames)
                values.Add(_api.CreateTensor(inputs[name]));
            OrtHandle[] outputs = _api.Run(_session, inputNames, [.. values], outputNames);
            values.AddRange(outputs);
            var results = new Dictionary<string, OrtTensor>(outputs.Length);
            for (int i = 0; i < outputs.Length; i++)
                results[outputNames[i]] = _api.ReadTensor(outputs[i]);
            return results;
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }

    /// <summary>Computes all outputs of a float model with one input.</summary>
    public IReadOnlyDictionary<string, Tensor> Run(Tensor input) =>
        Run(new Dictionary<string, OrtTensor> { [InputNames[0]] = OrtTensor.From(input) })
            .ToDictionary(p => p.Key, p => p.Value.ToTensor());

    /// <summary>Readies runs on one input that leave the outputs in the library: for timing.</summary>
    /// <param name="input">The only input; it is copied.</param>
    public PreparedRun Prepare(OrtTensor input) => new(_api, _session, InputNames[0], input, OutputNames);

    public void Dispose() => _session.Dispose();
}
