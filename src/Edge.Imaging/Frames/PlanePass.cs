namespace Edge.Imaging.Frames;

/// <summary>Resizes one plane of a frame: its rows become words of each of its channels, (sample − 128) · 256, row by row.</summary>
internal sealed unsafe class PlanePass
{
    /// <summary>Rows of words start at cache lines, so that no vector of them lies in two.</summary>
    private const int LineWords = 64 / sizeof(short);

    private readonly int _plane, _width, _step;
    private readonly (int Channel, SampleChannel Samples, RowPass RowPass)[] _channels;
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
        List<(int Channel, SampleChannel Samples, AxisFilter Filter)> channels = [];
        for (int c = 0; c < frame.Channels; c++)
        {
            SampleChannel samples = frame.Channel(c);
            if (samples.Plane == plane)
                channels.Add((c, samples, geometry.Rows.Fold(geometry.Region.X, samples.ColumnShift)));
        }

        // Channels in the order of memory; a group of bytes has a sample of each, and several of a channel of smaller step.
        channels.Sort((a, b) => a.Samples.First - b.Samples.First);
        _step = channels.Max(c => c.Samples.Step);
        int firstGroup = channels.Min(c => c.Filter.Start / PerGroup(c.Samples));
        _groups = channels.Max(c => (c.Filter.End + PerGroup(c.Samples) - 1) / PerGroup(c.Samples)) - firstGroup;
        _channels =
            [.. channels.Select(c => (c.Channel, c.Samples, new RowPass(c.Filter, -firstGroup * PerGroup(c.Samples))))];
        _plane = plane;
        _plan = new ColumnPlan(geometry.Columns.Fold(geometry.Region.Y, channels[0].Samples.RowShift));

        // Whole vectors where the frame has room for them, and the scalar form where it has not even one.
        int vector = 2 * width;
        _firstByte = (nint)firstGroup * _step;
        _bytes = Math.Min(
            ((_groups * _step) + vector - 1) / vector * vector, frame.RowBytes(plane) - (int)_firstByte);
        _width = _bytes < vector ? 1 : width;
        _columnPass = _width == 1 ? &ColumnPass.RunScalar : ColumnPass.Choose(_step, channels[0].Samples.Step == 2, width);
        _inOrder = channels.Count > 1 && (_width == 1 || _step == 3);

        // A row of words for each channel, one of those that are still to be told apart, then two that are carried and zeros.
        int overread = _channels.Max(c => c.RowPass.Overread);
        _stride = Lines(Math.Max(_groups * 2, _bytes) + (3 * vector) + overread);
        _carryLength = Lines(_bytes + vector);
        _rows = GC.AllocateArray<nint>(_plan.MaxRows, pinned: true);
        _memory = GC.AllocateArray<short>(((channels.Count + 1) * _stride) + (3 * _carryLength) + LineWords, pinned: true);

        int PerGroup(SampleChannel samples) => _step / samples.Step;
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
            for (int c = 0; c < _channels.Length; c++)
                _channels[c].RowPass.Run(words + (c * _stride), resized + (_channels[c].Channel * stride), _width);
        }
    }

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
                foreach ((int _, SampleChannel samples, RowPass _) in _channels)
                {
                    for (int i = 0; i < _groups * (_step / samples.Step); i++)
                        words[i] = inOrder[samples.First + (i * samples.Step)];
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
