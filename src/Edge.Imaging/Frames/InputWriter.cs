using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;

namespace Edge.Imaging.Frames;

/// <summary>The last steps of <see cref="FramePreprocessor"/>: levels to their upright place, luma, codes by table.</summary>
internal sealed unsafe class InputWriter
{
    private readonly sbyte[] _codes;
    private readonly sbyte[] _padding;
    private readonly int _modelChannels, _channels, _columns;
    private readonly bool _reversed;
    private readonly nint _origin, _stepX, _stepY;
    private readonly PixelCodesAvx512? _vectors;

    /// <param name="channels">Channels of the levels: 3, or 1 for grey frames.</param>
    /// <param name="width">Words of a vector, as of the passes before: with 32 codes are written by vectors too where the core permutes bytes.</param>
    public InputWriter(FrameGeometry geometry, InputPreprocessing preprocessing, LevelTables tables, int channels, int width)
    {
        ResizeGeometry resize = geometry.Resize;
        (_modelChannels, _channels) = (preprocessing.Channels, channels);
        (_codes, _reversed) = (tables.Codes, preprocessing.Order == ChannelOrder.Bgr);
        InputLength = preprocessing.Height * preprocessing.Width * _modelChannels;
        (StoredRows, _columns) = (geometry.Columns.Length, geometry.Rows.Length);

        nint pixel = _modelChannels, row = _modelChannels * (nint)preprocessing.Width;
        (_stepX, _stepY) = geometry.Swapped ? (row, pixel) : (pixel, row);
        _origin = (resize.PadY * row) + (resize.PadX * pixel);
        if (geometry.MirroredX)
            (_origin, _stepX) = (_origin + ((_columns - 1) * _stepX), -_stepX);
        if (geometry.MirroredY)
            (_origin, _stepY) = (_origin + ((StoredRows - 1) * _stepY), -_stepY);

        bool inOrder = _modelChannels == 3 && _stepX == 3 && _columns >= PixelCodesAvx512.Count;
        _vectors = width == 32 && PixelCodesAvx512.IsSupported && inOrder ? new PixelCodesAvx512(_codes) : null;
        bool padded = resize.Width != preprocessing.Width || resize.Height != preprocessing.Height;
        _padding = new sbyte[padded ? row : 0];
        for (int i = 0; i < _padding.Length; i++)
            _padding[i] = _codes[(i % _modelChannels * LevelTables.Levels) + preprocessing.PadValue];
    }

    /// <summary>Values of one input.</summary>
    public int InputLength { get; }

    /// <summary>Rows that <see cref="Write"/> is to be called for.</summary>
    public int StoredRows { get; }

    /// <summary>Fills the input with the code of the padding, if it has any.</summary>
    public void Fill(Span<sbyte> destination)
    {
        if (_padding.Length == 0)
            return;
        for (; destination.Length > 0; destination = destination[_padding.Length..])
            _padding.CopyTo(destination);
    }

    /// <param name="levels">Level − 128 of a stored row, channel after channel.</param>
    /// <param name="stride">Levels from one channel to the next.</param>
    /// <param name="row">Which stored row.</param>
    /// <param name="destination">The input.</param>
    public void Write(sbyte* levels, int stride, int row, sbyte* destination)
    {
        sbyte* to = destination + _origin + (row * _stepY);
        sbyte* red = levels, green = red, blue = red;
        if (_channels == 3)
        {
            green = levels + stride;
            blue = green + stride;
        }

        fixed (sbyte* codes = _codes)
        {
            sbyte* first = codes + 128;
            if (_modelChannels == 1)
            {
                for (int x = 0; x < _columns; x++, to += _stepX)
                    *to = first[Luma(red[x], green[x], blue[x])];
                return;
            }

            sbyte* second = first + LevelTables.Levels, third = second + LevelTables.Levels;
            sbyte* left = _reversed ? blue : red, right = _reversed ? red : blue;
            if (_vectors is not null)
            {
                _vectors.Write(left, green, right, _columns, to);
                return;
            }

            for (int x = 0; x < _columns; x++, to += _stepX)
            {
                to[0] = first[left[x]];
                to[1] = second[green[x]];
                to[2] = third[right[x]];
            }
        }
    }

    /// <summary>The weights sum to 2¹⁶, so levels less 128 give luma less 128.</summary>
    private static int Luma(int red, int green, int blue) =>
        ((red * 19595) + (green * 38470) + (blue * 7471) + 0x8000) >> 16;
}
