using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Calibration;

/// <summary>
/// What the channels of activations look like, apart: largest magnitude, mean square and how often they are not zero. Constant
/// memory: a few numbers per channel. The channel is the last axis (images NHWC, vectors [1, C]).
/// </summary>
public sealed class ChannelStatistics
{
    private readonly Dictionary<Value, Channel[]> _channels = [];

    /// <param name="values">Activations with a shape.</param>
    public ChannelStatistics(IEnumerable<Value> values)
    {
        foreach (Value value in values)
            _channels[value] = new Channel[value.Shape![^1]];
    }

    /// <summary>Adds one tensor of one image; values that nobody asked for are ignored.</summary>
    public void Observe(Value value, Tensor tensor)
    {
        if (!_channels.TryGetValue(value, out Channel[]? channels))
            return;
        ReadOnlySpan<float> rest = tensor.Floats.AsSpan(0, tensor.Count);
        for (; !rest.IsEmpty; rest = rest[channels.Length..])
        {
            for (int c = 0; c < channels.Length; c++)
                channels[c].Add(rest[c]);
        }
    }

    /// <summary>The channels of a value, in order.</summary>
    public ReadOnlySpan<Channel> Of(Value value) => _channels[value];

    /// <summary>One channel of one activation over all images and positions.</summary>
    public struct Channel
    {
        private double _squares, _sum;
        private float _least;
        private long _count, _nonZero;

        /// <summary>Smallest value seen, or 0 where all are positive.</summary>
        public float Low { get; private set; }

        /// <summary>Largest value seen, or 0 where all are negative.</summary>
        public float High { get; private set; }

        /// <summary>Largest |x|; 0 before the first value.</summary>
        public readonly float Largest => MathF.Max(-Low, High);

        /// <summary>Smallest value seen, whatever its sign; 0 before the first.</summary>
        public readonly float Least => _least;

        /// <summary>E[x].</summary>
        public readonly double Mean => _count == 0 ? 0 : _sum / _count;

        /// <summary>E[x²].</summary>
        public readonly double MeanSquare => _count == 0 ? 0 : _squares / _count;

        /// <summary>Share of values that are not exactly 0, 0 to 1.</summary>
        public readonly double Occupancy => _count == 0 ? 0 : (double)_nonZero / _count;

        internal void Add(float x)
        {
            _least = _count == 0 ? x : MathF.Min(_least, x);
            _sum += x;
            Low = MathF.Min(Low, x);
            High = MathF.Max(High, x);
            _squares += (double)x * x;
            _nonZero += x != 0 ? 1 : 0;
            _count++;
        }
    }
}
