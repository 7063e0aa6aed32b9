using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Runtime.Execution;

namespace Edge.Quantizer.Reference;

/// <summary>
/// Runs a float graph in canonical form (<see cref="OpTypes"/>), before or after the layout pass: the reference that
/// quantization is measured against. Memory is planned once; a run allocates its outputs only. The result depends neither on
/// the number of threads nor on the width of the vectors. One run at a time.
/// </summary>
public sealed class FloatExecutor : IDisposable
{
    private readonly ModelGraph _graph;
    private readonly FloatProgram _program;
    private readonly FloatMemory _memory;
    private readonly PreparedOperator[] _operators;
    private readonly WorkerPool _pool;
    private readonly Dictionary<int, float[]> _observed = [];

    /// <param name="graph">A graph with inferred shapes; not changed, and not to be changed while the executor lives.</param>
    /// <param name="threads">Threads that share every operator; 0 takes one per core.</param>
    /// <exception cref="UserException">A node is outside of what the executor computes.</exception>
    public FloatExecutor(ModelGraph graph, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _graph = graph;
        _program = new FloatProgram(graph);
        List<int> results = [.. graph.Outputs.Where(o => !o.IsConstant).Select(_program.SlotOf)];
        var plan = new ArenaPlan(_program, graph.Inputs.Select(_program.SlotOf), results);
        int workers = threads == 0 ? Environment.ProcessorCount : threads;
        _memory = new FloatMemory(_program, plan, workers);
        try
        {
            _operators = [.. _program.Steps.Select(step => step.Prepare(_memory))];
        }
        catch (NotSupportedException e)
        {
            _memory.Dispose();
            throw new UserException($"{graph.Name}: {e.Message}", e);
        }

        _pool = new WorkerPool(workers);
    }

    /// <summary>Multiply-accumulates of one run.</summary>
    public long MultiplyAccumulates => _operators.Sum(op => op.MultiplyAccumulates);

    /// <summary>Runs a graph of one input and returns its first output.</summary>
    /// <inheritdoc cref="Run(IReadOnlyDictionary{string, Tensor}, Action{Value, Tensor})"/>
    public Tensor Run(Tensor input, Action<Value, Tensor>? observer = null)
    {
        if (_graph.Inputs.Count != 1)
            throw new UserException($"{_graph.Name} has {_graph.Inputs.Count} inputs, not one");
        return Run(new Dictionary<string, Tensor> { [_graph.Inputs[0].Name] = input }, observer)[_graph.Outputs[0].Name];
    }

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">Every graph input by its name, in the graph's shape and Float32.</param>
    /// <param name="observer">
    /// Called with every output of every node as soon as it is computed, in graph order. The tensor's data is valid during the
    /// call only: its array is used again.
    /// </param>
    /// <returns>The graph's outputs by name.</returns>
    /// <exception cref="UserException">An input is missing or has another shape or type.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs, Action<Value, Tensor>? observer = null)
    {
        foreach (Value input in _graph.Inputs)
        {
            if (!inputs.TryGetValue(input.Name, out Tensor? given))
                throw new UserException($"{_graph.Name}: no value for the input '{input.Name}'");
            if (given.Type != DataType.Float32 || !given.Shape.AsSpan().SequenceEqual(input.Shape))
                throw new UserException($"{_graph.Name}: input '{input.Name}' is Float32 [{string.Join(", ", input.Shape!)}], the given tensor {given}");
            given.Floats.CopyTo(_memory.Elements(_program.SlotOf(input)));
        }

        int step = 0;
        foreach ((Node node, int endStep) in _program.Nodes)
        {
            for (; step < endStep; step++)
                _pool.Run(_operators[step]);
            if (observer is null)
                continue;
            foreach (Value output in node.Outputs)
                observer(output, Observed(output));
        }

        var outputs = new Dictionary<string, Tensor>();
        foreach (Value output in _graph.Outputs)
            outputs[output.Name] = output.Constant ?? new Tensor(output.Shape!, _memory.Elements(_program.SlotOf(output)).ToArray());
        return outputs;
    }

    /// <summary>Computes one node on given inputs, for constant folding.</summary>
    /// <param name="node">A node in canonical form; not changed.</param>
    /// <param name="inputs">Float32 tensors; null for an optional input that is left out.</param>
    /// <exception cref="UserException">The node is outside of what the executor computes.</exception>
    public static IReadOnlyList<Tensor> Evaluate(Node node, IReadOnlyList<Tensor?> inputs)
    {
        var graph = new ModelGraph(node.Name);
        IEnumerable<Value?> values = inputs.Select((t, i) => t is null ? null : new Value($"input {i}") { Constant = t, Shape = t.Shape, Type = t.Type });
        IEnumerable<Value> results = node.Outputs.Select(o => new Value(o.Name));
        var copy = new Node(node.Name, node.OpType, values, results, node.Attributes.Clone());
        Shapes.Apply(copy);
        graph.Add(copy);
        graph.Outputs.AddRange(copy.Outputs);
        using var executor = new FloatExecutor(graph, threads: 1);
        IReadOnlyDictionary<string, Tensor> outputs = executor.Run(new Dictionary<string, Tensor>());
        return [.. copy.Outputs.Select(o => outputs[o.Name])];
    }

    public void Dispose()
    {
        _pool.Dispose();
        foreach (PreparedOperator op in _operators)
            op.Dispose();
        _memory.Dispose();
    }

    private Tensor Observed(Value value)
    {
        Span<float> elements = _memory.Elements(_program.SlotOf(value));
        if (!_observed.TryGetValue(elements.Length, out float[]? copy))
            _observed[elements.Length] = copy = new float[elements.Length];
        elements.CopyTo(copy);
        return new Tensor(value.Shape!, copy);
    }
}
