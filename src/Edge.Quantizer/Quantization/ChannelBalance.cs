using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Finds the scales of channels that are quantized together, from a model of the noise that their readers see.
/// <para>
/// Activation c divided by s[c] is rounded in steps Δ of the whole tensor and multiplied by columns w[·,c]·s[c]; the weights of row o
/// are rounded in steps of their largest. With independent uniform rounding errors the noise power of a reader's output is
/// Δ²/12 · Σ s[c]²·p[c]·Σ w[o,c]² + Σ max(|w[o,c]|·s[c])²/(12·127²) · Σ E[x[c]²]/s[c]², p[c] the share of x[c] that is not exactly zero.
/// Divided by the reader's signal power, these add up over readers. With Δ fixed, s[c] ≥ max|x[c]| keeps every channel inside the range
/// (equal: the pure equalization of activations); from there channels grow while that pays on the side of the weights. In log s the
/// noise is a sum of exponentials and maxima of them, hence convex: greedy growth does not strand far from the optimum.
/// </para>
/// <para>
/// The aim follows Nagel et al., "Data-free quantization through weight equalization and bias correction" (ICCV 2019), and Xiao et
/// al., "SmoothQuant" (ICML 2023), whose balance max|x|^α / max|w|^(1−α) this replaces by the noise itself.
/// </para>
/// </summary>
internal sealed class ChannelBalance
{
    /// <summary>A channel that hardly ever speaks on the calibration images is not amplified beyond this: it may speak up on others.</summary>
    private const double MaxGain = 16;

    /// <summary>Where a channel stops growing, relative to the tensor's largest magnitude.</summary>
    private const double MaxScale = 1024;

    /// <summary>Factor by which one channel grows in one step.</summary>
    private const double Growth = 1.189207115002721; // 2^(1/4)

    /// <summary>Weight codes reach from −127 to 127, activation codes span 255 steps.</summary>
    private const double WeightSteps = 127, ActivationSteps = 255;

    private readonly Dictionary<int, Channel> _channels = [];
    private readonly List<Reader> _readers = [];
    private double _largest;
    private bool _signed;

    /// <summary>One class of channels: its bound, its scale, the cost of its activation noise, and the columns it feeds.</summary>
    private sealed class Channel
    {
        public double Range;
        public bool Pinned;
        public double Scale;
        public double ActivationCost;
        public List<(Reader Reader, int Input)> Columns = [];
    }

    /// <summary>Adds one tensor of the group that shares its channels.</summary>
    public void AddValue(Value value, ChannelClasses classes, ChannelStatistics statistics)
    {
        ReadOnlySpan<ChannelStatistics.Channel> channels = statistics.Of(value);
        for (int c = 0; c < channels.Length; c++)
        {
            Channel channel = Of(classes.Of(value, c), classes);
            channel.Range = Math.Max(channel.Range, channels[c].Largest);
            _largest = Math.Max(_largest, channel.Range);
            _signed |= channels[c].Low < 0;
        }
    }

    /// <summary>Adds a layer that reads one of the tensors.</summary>
    public void AddReader(Node node, ChannelClasses classes, ChannelStatistics statistics)
    {
        double power = 0;
        foreach (ChannelStatistics.Channel c in statistics.Of(node.Output))
            power += c.MeanSquare;
        if (power == 0)
            return;
        var reader = new Reader(node, statistics.Of(node.Input(0)), power);
        _readers.Add(reader);
        ReadOnlySpan<ChannelStatistics.Channel> inputs = statistics.Of(node.Input(0));
        for (int c = 0; c < inputs.Length; c++)
        {
            Channel channel = Of(classes.Of(node.Input(0), c), classes);
            channel.Columns.Add((reader, c));
            channel.ActivationCost += reader.ColumnPower(c) * inputs[c].Occupancy / power / 12;
        }
    }

    /// <summary>The scale by which each class is to be divided.</summary>
    public IEnumerable<(int Class, float Scale)> Solve()
    {
        if (_largest == 0 || _readers.Count == 0)
            return [];
        double step = (_signed ? 2 : 1) / ActivationSteps, floor = 1 / MaxGain;
        foreach (Channel channel in _channels.Values)
        {
            // In units of the tensor's largest magnitude, so that scales lie between 1/MaxGain and 1 at first.
            channel.Scale = channel.Pinned ? 1 : Math.Max(channel.Range / _largest, floor);
            channel.ActivationCost *= step * step * _largest * _largest;
            foreach ((Reader reader, int input) in channel.Columns)
                reader.SetScale(input, channel.Scale);
        }

        _readers.ForEach(r => r.Total());
        for (bool moved = true; moved;)
        {
            moved = false;
            foreach (Channel channel in _channels.Values.Where(c => !c.Pinned))
            {
                while (channel.Scale < MaxScale && Change(channel) < 0)
                {
                    moved = true;
                    channel.Scale *= Growth;
                    foreach ((Reader reader, int input) in channel.Columns)
                        reader.Grow(input, Growth);
                }
            }
        }

        return _channels.Where(c => !c.Value.Pinned).Select(c => (c.Key, (float)c.Value.Scale));
    }

    /// <summary>What one step of growth does to the noise of all readers.</summary>
    private static double Change(Channel channel)
    {
        double change = channel.ActivationCost * channel.Scale * channel.Scale * ((Growth * Growth) - 1);
        foreach ((Reader reader, int input) in channel.Columns)
            change += reader.Change(input, Growth);
        return change;
    }

    private Channel Of(int channelClass, ChannelClasses classes)
    {
        if (!_channels.TryGetValue(channelClass, out Channel? channel))
            _channels[channelClass] = channel = new Channel { Pinned = classes.IsPinned(channelClass) };
        return channel;
    }

    /// <summary>A layer's weights as the noise model sees them.</summary>
    private sealed class Reader
    {
        private readonly int _rowsPerGroup, _inputsPerGroup, _groups;

        /// <summary>Largest |w| over kernel taps, [input][row of its group].</summary>
        private readonly float[][] _magnitudes;
        private readonly double[] _columnPower, _energy, _scale, _rowLargest, _rowSquares, _inputEnergy;

        public Reader(Node node, ReadOnlySpan<ChannelStatistics.Channel> inputs, double power)
        {
            Tensor weights = node.Input(1).Constant!;
            _groups = node.Attributes.Int("group", 1);
            (_rowsPerGroup, _inputsPerGroup) = (weights.Shape[0] / _groups, weights.Shape[1]);
            int taps = weights.Count / (weights.Shape[0] * _inputsPerGroup);
            (_columnPower, _scale) = (new double[inputs.Length], new double[inputs.Length]);
            _magnitudes = new float[inputs.Length][];
            _energy = new double[inputs.Length];
            for (int c = 0; c < inputs.Length; c++)
            {
                float[] column = _magnitudes[c] = new float[_rowsPerGroup];
                _energy[c] = taps * inputs[c].MeanSquare / (12 * WeightSteps * WeightSteps * power);
                for (int r = 0; r < _rowsPerGroup; r++)
                {
                    int row = (c / _inputsPerGroup * _rowsPerGroup) + r;
                    foreach (float w in weights.Floats.AsSpan(((row * _inputsPerGroup) + (c % _inputsPerGroup)) * taps, taps))
                    {
                        column[r] = MathF.Max(column[r], MathF.Abs(w));
                        _columnPower[c] += (double)w * w;
                    }
                }
            }

            (_rowLargest, _rowSquares, _inputEnergy) = (new double[_groups * _rowsPerGroup], new double[_groups], new double[_groups]);
        }

        /// <summary>Σ w² of a column over rows and taps.</summary>
        public double ColumnPower(int input) => _columnPower[input];

        public void SetScale(int input, double scale) => _scale[input] = scale;

        /// <summary>Sums up what the scales set so far mean.</summary>
        public void Total()
        {
            for (int c = 0; c < _scale.Length; c++)
            {
                int group = c / _inputsPerGroup;
                _inputEnergy[group] += _energy[c] / (_scale[c] * _scale[c]);
                for (int r = 0; r < _rowsPerGroup; r++)
                {
                    ref double largest = ref _rowLargest[(group * _rowsPerGroup) + r];
                    largest = Math.Max(largest, _magnitudes[c][r] * _scale[c]);
                }
            }

            for (int row = 0; row < _rowLargest.Length; row++)
                _rowSquares[row / _rowsPerGroup] += _rowLargest[row] * _rowLargest[row];
        }

        /// <summary>What it does to this layer's weight noise when an input's columns grow by a factor above 1.</summary>
        public double Change(int input, double factor)
        {
            (double squares, double energy) = After(input, factor);
            int group = input / _inputsPerGroup;
            return (squares * energy) - (_rowSquares[group] * _inputEnergy[group]);
        }

        public void Grow(int input, double factor)
        {
            int group = input / _inputsPerGroup;
            (_rowSquares[group], _inputEnergy[group]) = After(input, factor);
            _scale[input] *= factor;
            for (int r = 0; r < _rowsPerGroup; r++)
            {
                ref double largest = ref _rowLargest[(group * _rowsPerGroup) + r];
                largest = Math.Max(largest, _magnitudes[input][r] * _scale[input]);
            }
        }

        private (double RowSquares, double InputEnergy) After(int input, double factor)
        {
            int group = input / _inputsPerGroup;
            double scale = _scale[input] * factor, squares = _rowSquares[group];
            for (int r = 0; r < _rowsPerGroup; r++)
            {
                double largest = _rowLargest[(group * _rowsPerGroup) + r], grown = _magnitudes[input][r] * scale;
                if (grown > largest)
                    squares += (grown * grown) - (largest * largest);
            }

            double energy = _energy[input] / (_scale[input] * _scale[input]);
            return (squares, _inputEnergy[group] + (energy / (factor * factor)) - energy);
        }
    }
}
