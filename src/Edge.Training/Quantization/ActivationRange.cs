using Edge.Quantizer.Calibration;
using Edge.Training.Autograd;

namespace Edge.Training.Quantization;

/// <summary>The range of values that share one scale, and how it is found.</summary>
internal sealed class ActivationRange(string name, QuantizationPhase phase)
{
    private float _low;
    private float _high;

    public string Name => name;

    /// <summary>Smallest and largest value; 0 always lies between them.</summary>
    public StateTensor<float> State { get; } = new($"{name}/range", new float[2]);

    public QuantizationPhase Phase => phase;

    /// <summary>A given range that nothing moves.</summary>
    public bool IsFixed { get; set; }

    public ValueRange Range
    {
        get => new(State.Value[0], State.Value[1]);
        set => (State.Value[0], State.Value[1]) = (value.Low, value.High);
    }

    /// <summary>Scale and zero point, as the quantizer derives them.</summary>
    public QuantizationParameters Parameters => Range.ToParameters();

    /// <summary>Values of the pass under way.</summary>
    public void Observe(float low, float high) => (_low, _high) = (MathF.Min(_low, low), MathF.Max(_high, high));

    /// <summary>Ends a pass: calibration widens the range, tracking moves it.</summary>
    public void Advance(float momentum)
    {
        if (!IsFixed && phase.IsCalibrating)
            Range = Range.Union(new ValueRange(_low, _high));
        else if (!IsFixed && phase.IsTracking)
            Range = new ValueRange(Move(State.Value[0], _low), Move(State.Value[1], _high));
        (_low, _high) = (0, 0);

        float Move(float range, float batch) => range + ((1 - momentum) * (batch - range));
    }
}

/// <summary>What the quantized operators of a network do at present.</summary>
internal sealed class QuantizationPhase
{
    /// <summary>Compute in float and observe.</summary>
    public bool IsCalibrating { get; set; }

    /// <summary>Let ranges follow the batches of this pass.</summary>
    public bool IsTracking { get; set; }
}
