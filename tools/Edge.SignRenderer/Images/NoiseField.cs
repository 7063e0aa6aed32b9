namespace Edge.SignRenderer.Images;

/// <summary>Value noise: random numbers on lattices of doubling fineness, interpolated smoothly and added up.</summary>
internal sealed class NoiseField
{
    private float[] _values = [];
    private float[] _lattice = [];
    private int[] _cell = [];
    private float[] _weight = [];

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Height · width numbers in about [0, 1], mean ½.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, Width * Height);

    /// <param name="random">Where the lattices come from.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="cells">Lattice cells across the width in the coarsest octave; may be below 1.</param>
    /// <param name="octaves">Lattices; none finer than two pixels a cell is used.</param>
    /// <param name="persistence">Weight of an octave relative to the coarser one.</param>
    /// <param name="aspect">Width of a cell relative to its height: above 1 gives horizontal streaks.</param>
    public void Fill(SampleRandom random, int width, int height, float cells, int octaves, float persistence, float aspect = 1)
    {
        if (_values.Length < width * height)
            _values = new float[width * height];
        if (_cell.Length < width)
            (_cell, _weight) = (new int[width], new float[width]);
        (Width, Height) = (width, height);
        Span<float> values = _values.AsSpan(0, width * height);
        values.Clear();
        float amplitude = 1, total = 0;
        for (int octave = 0; octave < octaves; octave++)
        {
            float perPixel = cells / width;
            if (octave > 0 && perPixel > 0.5f)
                break;
            AddOctave(random, values, perPixel, perPixel * aspect, amplitude);
            total += amplitude;
            amplitude *= persistence;
            cells *= 2;
        }

        float scale = 1 / total;
        foreach (ref float value in values)
            value *= scale;
    }

    private void AddOctave(SampleRandom random, Span<float> values, float stepX, float stepY, float amplitude)
    {
        float startX = random.Unit(), startY = random.Unit();
        int columns = (int)(startX + stepX * Width) + 2, rows = (int)(startY + stepY * Height) + 2;
        if (_lattice.Length < columns * rows)
            _lattice = new float[columns * rows];
        for (int i = 0; i < columns * rows; i++)
            _lattice[i] = random.Unit() * amplitude;
        for (int x = 0; x < Width; x++)
        {
            float position = startX + stepX * x;
            _cell[x] = (int)position;
            _weight[x] = Smooth(position - _cell[x]);
        }

        for (int y = 0; y < Height; y++)
        {
            float position = startY + stepY * y;
            int row = (int)position;
            float weight = Smooth(position - row);
            ReadOnlySpan<float> upper = _lattice.AsSpan(row * columns, columns);
            ReadOnlySpan<float> lower = _lattice.AsSpan((row + 1) * columns, columns);
            Span<float> to = values.Slice(y * Width, Width);
            for (int x = 0; x < to.Length; x++)
            {
                int cell = _cell[x];
                float left = upper[cell] + (lower[cell] - upper[cell]) * weight;
                float right = upper[cell + 1] + (lower[cell + 1] - upper[cell + 1]) * weight;
                to[x] += left + (right - left) * _weight[x];
            }
        }
    }

    private static float Smooth(float t) => t * t * (3 - 2 * t);
}
