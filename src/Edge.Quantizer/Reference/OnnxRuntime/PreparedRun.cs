namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>
/// A run whose input and names lie in native memory already, so that what is timed is ONNX Runtime and not its binding. Made by
/// <see cref="OnnxRuntimeSession.Prepare"/>; the session must outlive it.
/// </summary>
public sealed class PreparedRun : IDisposable
{
    private readonly OrtApi _api;
    private readonly OrtHandle _session;
    private readonly OrtHandle _input;
    private readonly nint[] _inputNames;
    private readonly nint[] _inputs;
    private readonly nint[] _outputNames;
    private readonly nint[] _outputs;

    internal PreparedRun(OrtApi api, OrtHandle session, string inputName, OrtTensor input, IReadOnlyList<string> outputNames)
    {
        _api = api;
        _session = session;
        _input = api.CreateTensor(input);
        _inputs = [_input.Value];
        _inputNames = [OrtApi.ToUtf8(inputName)];
        _outputNames = [.. outputNames.Select(OrtApi.ToUtf8)];
        _outputs = new nint[outputNames.Count];
    }

    /// <summary>Computes all outputs and gives them back to the library unread.</summary>
    /// <exception cref="ObjectDisposedException">This run or its session is disposed.</exception>
    /// <exception cref="OnnxRuntimeException">The run failed.</exception>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(_input.IsClosed, this);
        _api.Run(_session, _inputNames, _inputs, _outputNames, _outputs);
        foreach (ref nint output in _outputs.AsSpan())
        {
            _api.Release(OrtApi.Slot.ReleaseValue, output);

            // What is not null the library would take for memory to write to.
            output = 0;
        }
    }

    public void Dispose()
    {
        if (_input.IsClosed)
            return;
        _input.Dispose();
        Array.ForEach(_inputNames, OrtApi.FreeUtf8);
        Array.ForEach(_outputNames, OrtApi.FreeUtf8);
    }
}
