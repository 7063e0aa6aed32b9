using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;
using Edge.Camera.Sources;
using Edge.Imaging.Frames;

namespace Edge.Camera.Tests.Running;

/// <summary>
/// Cameras that show one colour, and GPIO lines that a test sees and breaks. A camera gives its next frame when the last one was given
/// back, so that the loop sees each of them, however slow the machine is.
/// </summary>
internal sealed class FakeBoard
{
    public const uint Black = 0, Red = 0xFF0000, Green = 0x00FF00, Yellow = 0xFFFF00;

    private readonly ConcurrentDictionary<string, uint> _colours = [];
    private readonly ConcurrentDictionary<string, FakeLine> _lines = [];
    private readonly ConcurrentBag<FakeCamera> _cameras = [];

    public Devices Devices => new()
    {
        Source = (camera, _) => () =>
        {
            var made = new FakeCamera(this, camera.Name);
            _cameras.Add(made);
            return made;
        },
        Gpio = _ => new Driver(this),
        Clock = Clock,
    };

    public FakeClock Clock { get; } = new();

    /// <summary>All that were ever opened.</summary>
    public FakeCamera[] Cameras => [.. _cameras];

    /// <summary>Called with a line's name when it is opened, by whoever opens it.</summary>
    public Action<string> Opening { get; set; } = _ => { };

    public FakeLine this[string line] => _lines.GetOrAdd(line, name => new FakeLine(name));

    public void Show(uint colour, string camera = "camera") => _colours[camera] = colour;

    public uint Shown(string camera) => _colours.GetValueOrDefault(camera);

    private sealed class Driver(FakeBoard board) : IGpioDriver
    {
        public IOutputLine Open(GpioOutputConfig output)
        {
            board.Opening(output.Line);
            return board[output.Line].Open();
        }

        public IDisposable Watch(GpioButtonConfig[] buttons, Action<GpioButtonConfig> pressed, Action<GpioButtonConfig, string> lost) =>
            throw new NotSupportedException("there are no buttons here");

        public void Dispose()
        {
        }
    }
}

/// <summary>Shows the time of day that a test sets.</summary>
internal sealed class FakeClock : TimeProvider
{
    private long _ticks = TimeSpan.FromHours(12).Ticks;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public TimeOnly Time
    {
        set => Interlocked.Exchange(ref _ticks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Interlocked.Read(ref _ticks));
}

/// <summary>One line of the board. Like the kernel's it has one owner at a time.</summary>
internal sealed class FakeLine(string name)
{
    private volatile bool _held, _isActive;

    public bool IsActive => _isActive;

    public bool IsHeld => _held;

    /// <summary>How often it was opened.</summary>
    public int Opened { get; private set; }

    /// <summary>Set by the test: the board has no such line.</summary>
    public bool IsMissing { get; set; }

    /// <summary>Set by the test: why it can't be driven.</summary>
    public string? Broken { get; set; }

    /// <summary>Somebody drove the line that had let go of it: on a board, another file by now.</summary>
    public bool WasDrivenAfterItsEnd { get; private set; }

    public IOutputLine Open()
    {
        if (IsMissing || _held)
            throw new GpioException($"GPIO line {name}: {(IsMissing ? "there is none" : "somebody else holds it")}");
        (_held, _isActive) = (true, false);
        Opened++;
        return new Holder(this);
    }

    private sealed class Holder(FakeLine line) : IOutputLine
    {
        private bool _ended;

        public void Set(bool active)
        {
            if (_ended)
                line.WasDrivenAfterItsEnd = true;
            else if (line.Broken is { } problem)
                throw new GpioException(problem);
            else
                line._isActive = active;
        }

        public void Dispose()
        {
            _ended = true;
            (line._held, line._isActive) = (false, false);
        }
    }
}

/// <summary>One opened camera: 8×8 pixels of the colour that the test shows.</summary>
internal sealed unsafe class FakeCamera(FakeBoard board, string name) : IFrameSource
{
    private const int Side = 8, Bytes = Side * Side * 3;

    private readonly object _gate = new();
    private readonly CapturedFrame _frame = new(0)
    {
        Data = (byte*)NativeMemory.Alloc(Bytes),
        Length = Bytes,
        Description = new FrameDescription(FrameFormat.Rgb24, Side, Side),
    };

    private bool _isFree = true;
    private long _sequence;

    public string Description => $"colours for {name}";

    public long Lost => 0;

    /// <summary>Frames that were given and given back.</summary>
    public long Seen { get; private set; }

    public void Open(CancellationToken cancellation)
    {
    }

    public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation)
    {
        // Leaves the processor to others.
        cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(2));
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_isFree && !Monitor.Wait(_gate, timeout))
                return null;
            _isFree = false;
        }

        uint colour = board.Shown(name);
        for (int i = 0; i < Bytes; i++)
            _frame.Data[i] = (byte)(colour >> (16 - (i % 3 * 8)));
        _frame.Sequence = _sequence++;
        _frame.Timestamp = System.Diagnostics.Stopwatch.GetTimestamp();
        return _frame;
    }

    public void Return(CapturedFrame frame)
    {
        lock (_gate)
        {
            _isFree = true;
            Seen++;
            Monitor.PulseAll(_gate);
        }
    }

    public void Dispose() => NativeMemory.Free(_frame.Data);
}
