using Edge.Camera.Config;
using Edge.Runtime.Format;

namespace Edge.Camera.Decision;

/// <summary>
/// Tells whether a prepared image differs from the last one that was classified. It compares the network's quantized input, which
/// every format, region and rotation leads to, in blocks of 8 × 8 pixels; differences of codes are turned back into grey levels.
/// </summary>
internal sealed class MotionGate
{
    private const int Side = 8;

    private readonly sbyte[] _classified;
    private readonly int _height, _width, _channels;
    private readonly float _levelsPerCode;
    private readonly float _threshold;
    private readonly int _blocksWanted;
    private readonly TimeSpan _refresh;
    private TimeSpan _last = TimeSpan.MinValue;

    /// <param name="config">Valid.</param>
    /// <param name="preprocessing">Of the model; gives the size and what a grey level is in the input's units.</param>
    /// <param name="inputScale">Of the model's input tensor.</param>
    public MotionGate(MotionConfig config, InputPreprocessing preprocessing, float inputScale)
    {
        (_height, _width, _channels) = (preprocessing.Height, preprocessing.Width, preprocessing.Channels);
        _classified = new sbyte[_height * _width * _channels];
        _levelsPerCode = inputScale / preprocessing.Scale.Average(Math.Abs);
        _threshold = (float)config.Threshold;
        int blocks = ((_height + Side - 1) / Side) * ((_width + Side - 1) / Side);
        _blocksWanted = Math.Max(1, (int)Math.Ceiling(blocks * config.Area));
        _refresh = TimeSpan.FromSeconds(config.Refresh);
    }

    /// <summary>Whether the image should be classified; if so it is remembered.</summary>
    /// <param name="image">[height, width, channels] as the network reads it.</param>
    /// <param name="now">On any clock that only goes forward.</param>
    /// <param name="isOpen">The decision waits for more answers: then every image passes, moved or not.</param>
    public bool Passes(ReadOnlySpan<sbyte> image, TimeSpan now, bool isOpen)
    {
        bool due = isOpen || _last == TimeSpan.MinValue || now - _last >= _refresh;
        if (!due && !HasMoved(image))
            return false;
        image.CopyTo(_classified);
        _last = now;
        return true;
    }

    private bool HasMoved(ReadOnlySpan<sbyte> image)
    {
        int moved = 0;
        for (int y = 0; y < _height; y += Side)
        {
            for (int x = 0; x < _width; x += Side)
            {
                int rows = Math.Min(Side, _height - y), bytes = Math.Min(Side, _width - x) * _channels;
                moved += BlockDifference(image, y, x, rows, bytes) * _levelsPerCode >= _threshold * rows * bytes ? 1 : 0;
                if (moved >= _blocksWanted)
                    return true;
            }
        }

        return false;
    }

    private int BlockDifference(ReadOnlySpan<sbyte> image, int y, int x, int rows, int bytes)
    {
        int sum = 0;
        for (int row = 0; row < rows; row++)
        {
            int start = (((y + row) * _width) + x) * _channels;
            ReadOnlySpan<sbyte> now = image.Slice(start, bytes), before = _classified.AsSpan(start, bytes);
            for (int i = 0; i < bytes; i++)
                sum += Math.Abs(now[i] - before[i]);
        }

        return sum;
    }
}
