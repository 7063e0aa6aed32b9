using Edge.Training.Autograd;
using Edge.Training.Autograd.Kernels;

namespace Edge.Benchmarks.Training;

/// <summary>The shortest times of the three products of one convolution, in seconds.</summary>
internal sealed class LayerTimer(ConvolutionShape shape, Workers workers, int batch, TrainingClock clock)
{
    // Operands of all layers lie in the same arrays: a training run would find them in memory rather than in a cache, too.
    private static float[] first = [];
    private static float[] second = [];

    private readonly Convolution<float> _convolution = Convolution<float>.Create(shape, workers);
    private readonly float[] _weights = new float[shape.WeightCount];
    private readonly float[] _gradients = new float[shape.WeightCount];
    private readonly float[] _bias = new float[shape.OutputChannels];

    public double Forward { get; private set; } = double.PositiveInfinity;

    public double Data { get; private set; } = double.PositiveInfinity;

    public double Weights { get; private set; } = double.PositiveInfinity;

    /// <summary>Runs every product once.</summary>
    public void Run()
    {
        float[] x = Array(ref first, batch * shape.InputElements), y = Array(ref second, batch * shape.OutputElements);
        Forward = Math.Min(Forward, clock.Seconds(() => _convolution.Forward(x, _weights, _bias, y, batch)));
        Data = Math.Min(Data, clock.Seconds(() => _convolution.BackwardData(_weights, y, x, batch, accumulate: false)));
        Weights = Math.Min(Weights, clock.Seconds(() => _convolution.BackwardWeights(x, y, _gradients, _bias, batch)));
    }

    private static float[] Array(ref float[] array, int length)
    {
        if (array.Length < length)
            array = new float[length];
        return array;
    }
}
