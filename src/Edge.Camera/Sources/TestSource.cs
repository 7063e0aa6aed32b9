using System.Diagnostics;
using System.Runtime.InteropServices;
using Edge.Camera.Capture;
using Edge.Imaging.Frames;

namespace Edge.Camera.Sources;

/// <summary>
/// A scene made here, so that everything runs without a camera: a "no entry" sign that crosses a grey background from left to right,
/// again and again. NV12, limited range, BT.601.
/// </summary>
internal sealed unsafe class TestSource : IFrameSource
{
    private const int Buffers = 4;
    private const double CrossingSeconds = 6;

    private readonly int _width, _height;
    private readonly double _rate;
    private readonly FrameDescription _description;
    private readonly CapturedFrame[] _frames = new CapturedFrame[Buffers];
    private readonly bool[] _free = new bool[Buffers];
    private readonly object _gate = new();
    private long _start, _sequence;

    /// <param name="width">Pixels, rounded down to even.</param>
    /// <param name="height">Pixels, rounded down to even.</param>
    /// <param name="rate">Frames per second.</param>
    public TestSource(int width, int height, double rate)
    {
        (_width, _height, _rate) = (width & ~1, height & ~1, rate);
        _description = new FrameDescription(FrameFormat.Nv12, _width, _height);
    }

    public string Description => $"test scene, {_description} at {_rate:0.##}/s";

    public long Lost => 0;

    private int FrameBytes => _width * _height * 3 / 2;

    public void Open(CancellationToken cancellation)
    {
        for (int i = 0; i < Buffers; i++)
        {
            _frames[i] = new CapturedFrame(i) { Data = (byte*)NativeMemory.Alloc((nuint)FrameBytes), Length = FrameBytes, Description = _description };
            _free[i] = true;
        }

        _start = Stopwatch.GetTimestamp();
    }

    public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation)
    {
        TimeSpan due = TimeSpan.FromSeconds(_sequence / _rate) - Stopwatch.GetElapsedTime(_start);
        if (due > TimeSpan.Zero)
            cancellation.WaitHandle.WaitOne(due < timeout ? due : timeout);
        cancellation.ThrowIfCancellationRequested();
        if (due > timeout)
            return null;
        CapturedFrame? frame = TakeFree();
        if (frame is null)
            return null;
        Draw(frame, _sequence);
        frame.Sequence = _sequence++;
        frame.Timestamp = Stopwatch.GetTimestamp();
        return frame;
    }

    public void Return(CapturedFrame frame)
    {
        lock (_gate)
            _free[frame.Index] = true;
    }

    public void Dispose()
    {
        foreach (CapturedFrame? frame in _frames)
            NativeMemory.Free(frame is null ? null : frame.Data);
        Array.Clear(_frames);
    }

    private CapturedFrame? TakeFree()
    {
        lock (_gate)
        {
            int i = Array.IndexOf(_free, true);
            if (i < 0)
                return null;
            _free[i] = false;
            return _frames[i];
        }
    }

    /// <summary>A shaded background and a red disc with a white bar ("no entry") that crosses it.</summary>
    private void Draw(CapturedFrame frame, long number)
    {
        double phase = number / _rate / CrossingSeconds % 1;
        int radius = _height / 4, centerX = (int)(phase * (_width + (2 * radius))) - radius, centerY = _height / 2;
        var luma = new Span<byte>(frame.Data, _width * _height);
        var chroma = new Span<byte>(frame.Data + (_width * _height), _width * _height / 2);
        chroma.Fill(128);
        for (int y = 0; y < _height; y++)
        {
            Span<byte> row = luma.Slice(y * _width, _width);
            row.Fill((byte)(150 - (y * 90 / _height)));
            int half = HalfChord(y - centerY, radius);
            if (half == 0)
                continue;
            int left = Math.Clamp(centerX - half, 0, _width), right = Math.Clamp(centerX + half, 0, _width);
            bool bar = Math.Abs(y - centerY) < radius / 5;
            row[left..right].Fill(65);
            Span<byte> pairs = chroma.Slice(y / 2 * _width, _width)[(left & ~1)..(right & ~1)];
            for (int x = 0; x < pairs.Length; x += 2)
                (pairs[x], pairs[x + 1]) = (100, 212);
            if (!bar)
                continue;
            half = radius * 3 / 4;
            (left, right) = (Math.Clamp(centerX - half, 0, _width), Math.Clamp(centerX + half, 0, _width));
            row[left..right].Fill(230);
            chroma.Slice(y / 2 * _width, _width)[(left & ~1)..(right & ~1)].Fill(128);
        }
    }

    private static int HalfChord(int distance, int radius) =>
        Math.Abs(distance) >= radius ? 0 : (int)Math.Sqrt((radius * radius) - (distance * distance));
}
