using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;

namespace Edge.Runtime.Execution;

/// <summary>
/// A model made ready on this core: memory laid out, weights packed, threads waiting. Fill <see cref="Input"/>, call
/// <see cref="Run()"/>, read <see cref="Output"/>; a run allocates nothing. The arena is shared by all tensors, so a run uses up
/// the input: fill it before every run. One thread at a time may use a session; several sessions of one model run side by side.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly SessionMemory _memory;
    private readonly WorkerPool _pool;
    private readonly PreparedOperator[] _operators;
    private readonly float[]?[] _scores;
    private int _state;

    private enum State
    {
        Idle,
        Running,
        Disposed,
    }

    /// <param name="model">A verified model.</param>
    /// <param name="options">Null for one thread per core and the fastest kernels.</param>
    /// <exception cref="NotSupportedException">This core lacks the instruction set, or the build lacks a kernel.</exception>
    public Session(EdgeModel model, SessionOptions? options = null)
    {
        options ??= new SessionOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        long start = Stopwatch.GetTimestamp();
        Model = model;
        InstructionSet = options.InstructionSet ?? InstructionSets.Choose();
        if (!InstructionSets.IsSupported(InstructionSet))
            throw new NotSupportedException($"this core has no {InstructionSet}; its best is {InstructionSets.Best}");
        Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        ModelManifest manifest = model.Manifest;
        _memory = new SessionMemory(model, InstructionSet, Threads);
        _operators = new PreparedOperator[manifest.Operators.Length];
        _scores = Array.ConvertAll(
            manifest.Outputs, t => _memory.Definition(t).Type == ElementType.Int8 ? new float[_memory.Elements(t)] : null);
        try
        {
            for (int i = 0; i < _operators.Length; i++)
                _operators[i] = KernelFactory.Prepare(manifest.Operators[i], _memory);
            _pool = new WorkerPool(Threads);
            PreparationTime = Stopwatch.GetElapsedTime(start);
        }
        catch
        {
            Release();
            GC.SuppressFinalize(this);
            throw;
        }
    }

    ~Session() => _pool?.Abandon();

    public EdgeModel Model { get; }

    public InstructionSet InstructionSet { get; }

    /// <summary>Threads that share each operator, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>What it took to lay out the memory, pack the weights and start the threads.</summary>
    public TimeSpan PreparationTime { get; }

    /// <summary>The int8 image, [height, width, channels] in memory order.</summary>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public Span<sbyte> Input
    {
        get
        {
            ThrowIfDisposed();
            return MemoryMarshal.Cast<byte, sbyte>(_memory.Bytes(Model.Manifest.Input));
        }
    }

    /// <summary>The class scores of the last run as real numbers: the first of the model's outputs.</summary>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public ReadOnlySpan<float> Output => Scores(0);

    /// <summary>
    /// An output of the last run as real numbers, in memory order, whether the model computes it in int8 or float32.
    /// </summary>
    /// <param name="output">Index into <see cref="ModelManifest.Outputs"/>.</param>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public ReadOnlySpan<float> Scores(int output)
    {
        ThrowIfDisposed();
        return _scores[output] is { } scores ? scores : MemoryMarshal.Cast<byte, float>(OutputBytes(output));
    }

    /// <summary>An output of the last run as it lies in memory.</summary>
    /// <param name="output">Index into <see cref="ModelManifest.Outputs"/>.</param>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public ReadOnlySpan<byte> OutputBytes(int output)
    {
        ThrowIfDisposed();
        return _memory.Bytes(Model.Manifest.Outputs[output]);
    }

    /// <summary>Computes the outputs from the input.</summary>
    /// <exception cref="InvalidOperationException">Another thread is in a run of this session.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Run()
    {
        Enter();
        try
        {
            foreach (PreparedOperator op in _operators)
                _pool.Run(op);
            Dequantize();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>As <see cref="Run()"/>, and shows every intermediate tensor.</summary>
    public void Run(ITraceSink trace) => Run(trace, _operators.Length);

    /// <summary>Computes and shows what the first operators write; the outputs are undefined where these are not all.</summary>
    /// <param name="count">How many of the model's operators, in their order.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer, or <paramref name="count"/> is negative.</exception>
    public void Run(ITraceSink trace, int count) => Run(trace, 0, count);

    /// <summary>Computes and shows what some operators write, from what is in memory.</summary>
    /// <param name="first">The first operator to run.</param>
    /// <param name="end">The one behind the last.</param>
    internal void Run(ITraceSink trace, int first, int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, _operators.Length);
        Enter();
        try
        {
            for (int i = first; i < end; i++)
            {
                _pool.Run(_operators[i]);
                OperatorDefinition op = Model.Manifest.Operators[i];
                int output = op.Outputs[0];
                trace.Computed(i, op, new TensorBytes(_memory.Definition(output), _memory.Bytes(output)));
            }

            if (end == _operators.Length)
                Dequantize();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The memory of a tensor that is no constant, see <see cref="SessionMemory.Bytes"/>.</summary>
    internal Span<byte> Memory(int tensor) => _memory.Bytes(tensor);

    /// <summary>As <see cref="Run()"/>, and adds every operator's time to a profile of this session.</summary>
    public void Run(Profile profile)
    {
        Enter();
        try
        {
            for (int i = 0; i < _operators.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                _pool.Run(_operators[i]);
                profile.Add(i, Stopwatch.GetTimestamp() - start);
            }

            profile.CountRun();
            Dequantize();
        }
        finally
        {
            Leave();
        }
    }

    public Profile CreateProfile() => new(Model.Manifest.Operators, _operators);

    /// <summary>Ends the threads and gives back native memory. Safe to call twice.</summary>
    /// <exception cref="InvalidOperationException">Another thread is in a run of this session.</exception>
    public void Dispose()
    {
        switch ((State)Interlocked.CompareExchange(ref _state, (int)State.Disposed, (int)State.Idle))
        {
            case State.Running:
                throw new InvalidOperationException("the session is still running on another thread");
            case State.Idle:
                _pool.Dispose();
                Release();
                GC.SuppressFinalize(this);
                break;
        }
    }

    private void Dequantize()
    {
        for (int i = 0; i < _scores.Length; i++)
        {
            if (_scores[i] is not { } scores)
                continue;
            int tensor = Model.Manifest.Outputs[i];
            TensorDefinition definition = _memory.Definition(tensor);
            ReadOnlySpan<sbyte> codes = MemoryMarshal.Cast<byte, sbyte>(_memory.Bytes(tensor));
            for (int j = 0; j < scores.Length; j++)
                scores[j] = definition.Scale * (codes[j] - definition.ZeroPoint);
        }
    }

    private void Enter()
    {
        switch ((State)Interlocked.CompareExchange(ref _state, (int)State.Running, (int)State.Idle))
        {
            case State.Running:
                throw new InvalidOperationException("another thread is in a run of this session; use one session per thread");
            case State.Disposed:
                throw new ObjectDisposedException(nameof(Session));
        }
    }

    private void Leave()
    {
        Volatile.Write(ref _state, (int)State.Idle);

        // Until here the finalizers must not free what the kernels use.
        GC.KeepAlive(this);
    }

    private void Release()
    {
        foreach (PreparedOperator? op in _operators)
            op?.Dispose();
        _memory.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _state) == (int)State.Disposed, this);
}
