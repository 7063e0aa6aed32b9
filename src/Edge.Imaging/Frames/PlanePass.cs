namespace Edge.Imaging.Frames;

/// <summary>Resizes one plane of a frame: its rows become words of each of its channels, (sample − 128) · 256, row by row.</summary>
internal sealed unsafe class PlanePass
{
    /// <summary>Rows of words start at cache lines, so that no vector of them lies in two.</summary>
    private const int LineWords = 64 / sizeof(short);

    private readonly int _plane, _width, _step;
    private readonly PlaneChannel[] _channels;
    private readonly ColumnPlan _plan;
    private readonly delegate*<in ColumnStep, void> _columnPass;
    private readonly bool _inOrder;
    private readonly nint _firstByte;
    private readonly int _bytes, _groups, _stride, _carryLength;
    private readonly nint[] _rows;
    private readonly short[] _memory;

    /// <param name="plane">Of the frame, 0 to 2.</param>
    /// <param name="width">Words of a vector: 32 (AVX-512), 16 (AVX2), 8 (NEON), 1 (scalar).</param>
    public PlanePass(in FrameDescription frame, FrameGeometry geometry, int plane, int width)
    {
        List<PlaneChannel> channels = [];
        for (int c = 0; c < frame.Channels; c++)
        {
            SampleChannel samples = frame.Channel(c);
            if (samples.Plane != plane)
                continue;
            channels.Add(new PlaneChannel(c, samples, geometry.Rows.Fold(geometry.Region.X, samples.ColumnShift)));
            _step = Math.Max(_step, samples.Step);
        }

        // In the order of memory. A group of bytes has a sample of each channel, and several of one whose step is smaller.
        _channels = [.. channels];
        Array.Sort(_channels, (a, b) => a.Samples.First - b.Samples.First);
        int firstGroup = int.MaxValue, endGroup = 0, overread = 0;
        foreach (PlaneChannel channel in _channels)
        {
            firstGroup = Math.Min(firstGroup, channel.Filter.Start / PerGroup(channel));
            endGroup = Math.Max(endGroup, (channel.Filter.End + PerGroup(channel) - 1) / PerGroup(channel));
        }

        foreach (PlaneChannel channel in _channels)
        {
            channel.RowPass = new RowPass(channel.Filter, -firstGroup * PerGroup(channel));
            overread = Math.Max(overread, channel.RowPass.Overread);
        }

        _groups = endGroup - firstGroup;
        _plane = plane;
        SampleChannel first = _channels[0].Samples;
        _plan = new ColumnPlan(geometry.Columns.Fold(geometry.Region.Y, first.RowShift));

        // Whole vectors where the frame has room for them, and the scalar form where it has not even one.
        int vector = 2 * width;
        _firstByte = (nint)firstGroup * _step;
        _bytes = Math.Min(
            ((_groups * _step) + vector - 1) / vector * vector, frame.RowBytes(plane) - (int)_firstByte);
        _width = _bytes < vector ? 1 : width;
        _columnPass = _width == 1 ? &ColumnPass.RunScalar : ColumnPass.Choose(_step, first.Step == 2, width);
        _inOrder = _channels.Length > 1 && (_width == 1 || _step == 3);

        // A row of words for each channel, one of those that are still to be told apart, then two that are carried and zeros.
        _stride = Lines(Math.Max(_groups * 2, _bytes) + (3 * vector) + overread);
        _carryLength = Lines(_bytes + vector);
        _rows = GC.AllocateArray<nint>(_plan.MaxRows, pinned: true);
        _memory = GC.AllocateArray<short>(((_channels.Length + 1) * _stride) + (3 * _carryLength) + LineWords, pinned: true);
    }

    /// <summary>Resizes the rows of one output row.</summary>
    /// <param name="frame">A frame that fits the description.</param>
    /// <param name="output">Which row, one behind the last one, or 0.</param>
    /// <param name="resized">Gets words of this plane's channels.</param>
    /// <param name="stride">Words from one channel to the next.</param>
    public void Run(in CameraFrame frame, int output, short* resized, int stride)
    {
        FramePlane plane = frame.Plane(_plane);
        (int firstRow, int count, int weight) = _plan[output];
        for (int i = 0; i < count; i++)
            _rows[i] = (nint)plane.Data + ((nint)(firstRow + i) * plane.Stride) + _firstByte;
        fixed (nint* rows = _rows)
        fixed (int* weights = _plan.Weights)
        fixed (short* memory = _memory)
        {
            const nuint Line = LineWords * sizeof(short);
            short* words = (short*)(((nuint)memory + Line - 1) & ~(Line - 1));
            short* inOrder = words + (_channels.Length * _stride), zeros = inOrder + _stride, carry = zeros + _carryLength;
            ColumnStep step = new()
            {
                Rows = (byte**)rows,
                RowCount = count,
                Weights = weights + weight,
                CarryIn = _plan.Carries && output > 0 ? carry + ((output - 1) % 2 * _carryLength) : zeros,
                CarryOut = carry + (output % 2 * _carryLength),
                Bytes = _bytes,
                First = _inOrder ? inOrder : words,
                Second = words + _stride,
                Third = words + (2 * _stride),
            };
            _columnPass(step);
            if (_inOrder)
                TellApart(inOrder, words);
            foreach (PlaneChannel channel in _channels)
            {
                channel.RowPass!.Run(words, resized + (channel.Index * stride), _width);
                words += _stride;
            }
        }
    }

    /// <summary>Samples of a channel in a group.</summary>
    private int PerGroup(PlaneChannel channel) => _step / channel.Samples.Step;

    private static int Lines(int words) => (words + LineWords - 1) & ~(LineWords - 1);

    private void TellApart(short* inOrder, short* words)
    {
        switch (_width)
        {
            case 32:
                Triples<WordsAvx512>(inOrder, words);
                break;
            case 16:
                Triples<WordsAvx2>(inOrder, words);
                break;
            case 8:
                Triples<WordsNeon>(inOrder, words);
                break;
            default:
                foreach (PlaneChannel channel in _channels)
                {
                    for (int i = 0; i < _groups * PerGroup(channel); i++)
                        words[i] = inOrder[channel.Samples.First + (i * channel.Samples.Step)];
                    words += _stride;
                }

                break;
        }
    }

    private void Triples<T>(short* inOrder, short* words)
        where T : struct, IWords<T>
    {
        for (int x = 0; x < _groups; x += T.Count)
        {
            T.LoadTriples(inOrder + (3 * x), out T first, out T second, out T third);
            T.Store(first, words + x);
            T.Store(second, words + _stride + x);
            T.Store(third, words + (2 * _stride) + x);
        }
    }
}

/// <summary>What a <see cref="PlanePass"/> knows of one of its channels.</summary>
/// <param name="index">Which channel of the frame.</param>
/// <param name="samples">Where its samples lie.</param>
/// <param name="filter">The weights of samples along a row of the plane.</param>
internal sealed class PlaneChannel(int index, SampleChannel samples, AxisFilter filter)
{
    public int Index => index;

    public SampleChannel Samples => samples;

    public AxisFilter Filter => filter;

    public RowPass? RowPass { get; set; }
}
