using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>Receives the tensor that an operator of the int8 network wrote, as real values.</summary>
/// <param name="tensor">Index into <see cref="ModelManifest.Tensors"/>.</param>
/// <param name="values">Dense, in memory order; valid during the call only.</param>
public delegate void Int8Observer(int tensor, ReadOnlySpan<float> values);

/// <summary>The int8 network as the device runs it, with its inner tensors in view.</summary>
public sealed class Int8Network : IDisposable
{
    private readonly Session _session;
    private readonly RealValues _trace;

    public Int8Network(EdgeModel model, int threads)
    {
        _session = new Session(model, new SessionOptions { Threads = threads });
        _trace = new RealValues(model.Manifest.Tensors);
    }

    public EdgeModel Model => _session.Model;

    public TensorDefinition InputDefinition => Model.Input;

    /// <summary>The image as int8 codes; fill it before every run.</summary>
    public Span<sbyte> Input => _session.Input;

    /// <summary>The class scores of the last run.</summary>
    public ReadOnlySpan<float> Scores => _session.Output;

    public void Run() => _session.Run();

    /// <summary>Runs and shows the input and every operator's output.</summary>
    public void Run(Int8Observer observer) => Run(observer, null, 0, Model.Manifest.Operators.Length);

    /// <summary>Runs as far as some tensors need it, and shows these; <see cref="Scores"/> are undefined then.</summary>
    /// <param name="tensors">The input or outputs of operators.</param>
    public void Run(Int8Observer observer, IReadOnlyCollection<int> tensors) =>
        Run(observer, tensors, 0, Array.FindLastIndex(Model.Manifest.Operators, o => tensors.Contains(o.Outputs[0])) + 1);

    /// <summary>Goes on with a run that stopped in front of an operator: from its input, or from what <see cref="Restore"/> brought back.</summary>
    /// <param name="tensors">To show; outputs of operators.</param>
    /// <param name="first">The first operator to run.</param>
    /// <param name="end">The one behind the last.</param>
    internal void Run(Int8Observer observer, IReadOnlyCollection<int>? tensors, int first, int end)
    {
        (_trace.Observer, _trace.Tensors) = (observer, tensors);
        int input = Model.Manifest.Input;
        if (first == 0 && tensors?.Contains(input) != false)
            _trace.Show(input, MemoryMarshal.AsBytes(Input));
        _session.Run(_trace, first, end);
        _trace.Observer = null;
    }

    /// <summary>What a run that stopped in front of an operator needs to go on: all tensors that it or a later one reads of those before.</summary>
    internal byte[] Save(int stop)
    {
        var bytes = new List<byte>();
        foreach (int tensor in Crossing(stop))
            bytes.AddRange(_session.Memory(tensor));
        return [.. bytes];
    }

    /// <summary>Brings back what <see cref="Save"/> of a network with the same plan of memory gave for the same operator.</summary>
    internal void Restore(int stop, ReadOnlySpan<byte> saved)
    {
        foreach (int tensor in Crossing(stop))
        {
            Span<byte> memory = _session.Memory(tensor);
            saved[..memory.Length].CopyTo(memory);
            saved = saved[memory.Length..];
        }
    }

    private IEnumerable<int> Crossing(int stop)
    {
        HashSet<int> before = [Model.Manifest.Input, .. Model.Manifest.Operators.Take(stop).Select(o => o.Outputs[0])];
        return Model.Manifest.Operators.Skip(stop).SelectMany(o => o.Inputs).Where(before.Contains).Distinct();
    }

    public void Dispose() => _session.Dispose();

    private sealed class RealValues(TensorDefinition[] tensors) : ITraceSink
    {
        private float[] _values = [];
        private byte[] _bytes = [];

        public Int8Observer? Observer { get; set; }

        public IReadOnlyCollection<int>? Tensors { get; set; }

        public void Computed(int index, OperatorDefinition definition, TensorBytes output)
        {
            if (Tensors?.Contains(definition.Outputs[0]) == false)
                return;
            if (_bytes.Length < output.Length)
                _bytes = new byte[output.Length];
            Span<byte> dense = _bytes.AsSpan(0, output.Length);
            output.CopyTo(dense);
            Show(definition.Outputs[0], dense);
        }

        public void Show(int tensor, ReadOnlySpan<byte> dense)
        {
            TensorDefinition definition = tensors[tensor];
            if (definition.Type == ElementType.Float32)
            {
                Observer?.Invoke(tensor, MemoryMarshal.Cast<byte, float>(dense));
                return;
            }

            if (_values.Length < dense.Length)
                _values = new float[dense.Length];
            Span<float> real = _values.AsSpan(0, dense.Length);
            for (int i = 0; i < dense.Length; i++)
                real[i] = definition.Scale * ((sbyte)dense[i] - definition.ZeroPoint);
            Observer?.Invoke(tensor, real);
        }
    }
}
