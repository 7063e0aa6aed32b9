using System.Numerics;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Training.Autograd.Compilation;
using Edge.Training.Autograd.Operators;
using Edge.Training.Quantization;

namespace Edge.Training.Autograd;

/// <summary>
/// A graph compiled for batches of images, with reverse-mode differentiation. Activations are NHWC; every value that several
/// nodes read collects their gradients. A Softmax at the end is left to the loss: the network ends in logits. Results are the
/// same to the bit for the same number of workers. Double precision exists for gradient checks.
/// </summary>
public class Network<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly TrainingGraph _graph;
    private readonly CompiledNetwork<T> _network;
    private readonly float _rangeMomentum;
    private ulong _seed;
    private long _step;
    private int _trainedBatch;

    /// <param name="graph">A canonical graph of one image (batch 1, NCHW) with one input; it is not changed.</param>
    /// <param name="batchSize">Largest batch.</param>
    /// <param name="workers">Threads; stays the caller's.</param>
    /// <param name="options">Null for the whole graph.</param>
    /// <exception cref="Edge.Quantizer.UserException">
    /// A node has no gradient, or reads something computed where a constant must be; names node and operator.
    /// </exception>
    public Network(ModelGraph graph, int batchSize, Workers workers, TrainingNetworkOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        options ??= new TrainingNetworkOptions();
        BatchSize = batchSize;
        _rangeMomentum = options.Quantization?.RangeMomentum ?? 0;
        _graph = TrainingGraph.Create(graph, options);
        _network = new NetworkCompiler<T>(_graph, batchSize, workers, options).Compile();
    }

    /// <summary>Images that <see cref="Input"/> has room for.</summary>
    public int BatchSize { get; }

    public int Height => _network.Input.Shape.Height;

    public int Width => _network.Input.Shape.Width;

    public int Channels => _network.Input.Shape.Channels;

    /// <summary>Numbers per image in <see cref="Logits"/>.</summary>
    public int Classes => _network.Output.Shape.Elements;

    /// <summary>[batchSize, h, w, c], normalised images for the caller to fill in.</summary>
    public T[] Input => _network.Input.Data;

    /// <summary>[batchSize, classes] after <see cref="Forward"/>.</summary>
    public T[] Logits => _network.Output.Data;

    /// <summary>In the order in which the graph's nodes first read them.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => _network.Parameters;

    /// <summary>Running statistics; with quantization also ranges.</summary>
    public IReadOnlyList<StateTensor<T>> State => _network.State;

    /// <summary>
    /// True makes every batch normalization use and keep its running statistics in training too. A single one does so whose
    /// scale and bias are both not trainable.
    /// </summary>
    public bool FreezeStatistics
    {
        get => _network.Switches.FreezeStatistics;
        set => _network.Switches.FreezeStatistics = value;
    }

    /// <summary>With quantization: whether ranges follow the batches of training passes.</summary>
    public bool TrackRanges { get; set; }

    /// <summary>With quantization: the range of each stored activation or group of them, by the first value's name.</summary>
    public IReadOnlyDictionary<string, ValueRange> Ranges => _network.Ranges.ToDictionary(r => r.Name, r => r.Range);

    /// <summary>Computes the logits of the first images of <see cref="Input"/>.</summary>
    /// <param name="batch">1 to <see cref="BatchSize"/>.</param>
    /// <param name="mode">Training keeps what <see cref="Backward"/> needs.</param>
    public void Forward(int batch, ForwardMode mode)
    {
        CheckBatch(batch);
        if (_network.Ranges.Count > 0 && _network.Ranges.All(r => r.Range is { Low: 0, High: 0 }))
            throw new InvalidOperationException("quantization-aware training needs ranges: calibrate on a few batches first");
        _network.Phase.IsTracking = TrackRanges && mode == ForwardMode.Training;
        Run(Context(batch, mode));
        _trainedBatch = mode == ForwardMode.Training ? batch : 0;
    }

    /// <summary>
    /// With quantization: computes the first images of <see cref="Input"/> in float and widens the ranges of all activations
    /// by what they become.
    /// </summary>
    /// <param name="batch">1 to <see cref="BatchSize"/>.</param>
    public void Calibrate(int batch)
    {
        CheckBatch(batch);
        _network.Phase.IsCalibrating = true;
        try
        {
            Run(Context(batch, ForwardMode.Evaluation));
        }
        finally
        {
            _network.Phase.IsCalibrating = false;
        }

        _trainedBatch = 0;
    }

    /// <summary>With quantization: forgets all ranges that were not given, for <see cref="Calibrate"/> to find them anew.</summary>
    public void ResetRanges()
    {
        foreach (ActivationRange range in _network.Ranges.Where(r => !r.IsFixed))
            range.Range = default;
    }

    /// <summary>Adds the loss's gradients to those of the trainable parameters.</summary>
    /// <param name="batch">As in the last <see cref="Forward"/>, which was in training mode.</param>
    /// <param name="logitsGradient">[batch, classes].</param>
    public void Backward(int batch, T[] logitsGradient)
    {
        if (batch != _trainedBatch)
            throw new InvalidOperationException("backward needs a forward pass in training mode over the same images");
        ArgumentOutOfRangeException.ThrowIfLessThan(logitsGradient.Length, batch * Classes);
        foreach (Operator<T> op in _network.Operators)
        {
            bool needed = op.ReachesParameters();
            foreach (Activation<T> output in op.Outputs)
                output.Storage.NeedsGradient = needed;
        }

        logitsGradient.AsSpan(0, batch * Classes).CopyTo(_network.Output.OpenGradient(out _));
        PassContext pass = Context(batch, ForwardMode.Training);
        for (int i = _network.Operators.Count - 1; i >= 0; i--)
        {
            Operator<T> op = _network.Operators[i];
            if (op.Outputs.Any(o => o.NeedsGradient && o.Storage.Gradient is not null))
                op.Backward(pass);
            foreach (Activation<T> output in op.Outputs)
            {
                if (!op.Inputs.Any(input => ReferenceEquals(input.Storage, output.Storage)))
                    output.Storage.CloseGradient();
            }
        }

        _network.Input.Storage.CloseGradient();
    }

    public void ZeroGradients()
    {
        foreach (Parameter<T> parameter in Parameters)
            Array.Clear(parameter.Gradient);
    }

    /// <summary>Dropout masks are a function of seed and step, so that training resumed at a step draws the same.</summary>
    public void Seed(ulong seed, long step) => (_seed, _step) = (seed, step);

    /// <summary>
    /// Writes parameters and running statistics into the constants of a graph. With quantization the weights are written as the forward
    /// pass rounds them: these have been trained, and biases and the layers behind make up for what rounding does to them.
    /// </summary>
    /// <param name="graph">The graph that the network was built from, or one with the same nodes in the same order.</param>
    /// <param name="rounded">False writes the weights that the optimizer moves.</param>
    /// <exception cref="ArgumentException">The graph has other nodes or constants of other shapes.</exception>
    public void CopyTo(ModelGraph graph, bool rounded = true)
    {
        Dictionary<T[], T[]> roundings = rounded
            ? _network.Operators.SelectMany(o => o.Rounded()).DistinctBy(r => r.Values).ToDictionary()
            : [];
        foreach ((Value constant, T[] data) in _network.Sources)
            _graph.Write(graph, constant, Array.ConvertAll(roundings.GetValueOrDefault(data, data), float.CreateTruncating));
    }

    /// <summary>
    /// Takes parameters and running statistics from the constants of a graph: the inverse of <see cref="CopyTo"/> without rounding.
    /// </summary>
    /// <param name="graph">The graph that the network was built from, or one with the same nodes in the same order.</param>
    /// <exception cref="ArgumentException">The graph has other nodes or constants of other shapes.</exception>
    public void CopyFrom(ModelGraph graph)
    {
        foreach ((Value constant, T[] data) in _network.Sources)
            Array.ConvertAll(_graph.Read(graph, constant), T.CreateTruncating).CopyTo(data, 0);
    }

    private void Run(in PassContext pass)
    {
        foreach (Operator<T> op in _network.Operators)
            op.Forward(pass);
        foreach (ActivationRange range in _network.Ranges)
            range.Advance(_rangeMomentum);
    }

    private PassContext Context(int batch, ForwardMode mode) => new(batch, mode == ForwardMode.Training, _seed, _step);

    private void CheckBatch(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch, BatchSize);
    }
}
