using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Camera.Running;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks.Gpio;

/// <summary>
/// Drives lines as decisions change. Setting a line is one system call, so it happens on the loop's thread: a lamp is never late. Levels
/// follow every decision; pulses are given for reported ones. Disarmed, all lines are inactive. Buttons arm and disarm, or ask for pictures.
/// </summary>
internal sealed class GpioSink : ILevelSink
{
    private readonly object _gate = new();
    private readonly Output[] _outputs;
    private readonly IGpioDriver _driver;
    private readonly IDisposable? _buttons;
    private readonly ProgramView _program;
    private readonly ILogger _log;
    private long _delivered;
    private bool _hasEnded;
    private volatile string? _lostButton;

    /// <param name="config">Valid.</param>
    /// <param name="driver">Gives out the lines; the sink's to dispose.</param>
    /// <param name="program">Knows whether lines may be driven, and takes the pictures that buttons ask for.</param>
    /// <param name="log">For lines that can no longer be driven.</param>
    /// <exception cref="GpioException">A line is not there or not free.</exception>
    public GpioSink(GpioConfig config, IGpioDriver driver, ProgramView program, ILogger log)
    {
        (_driver, _program, _log) = (driver, program, log);
        var opened = new List<Output>();
        try
        {
            foreach (GpioOutputConfig output in config.Outputs)
                opened.Add(new Output(output, _driver.Open(output), this));
            _outputs = [.. opened];
            if (config.Buttons.Length > 0)
                _buttons = _driver.Watch(config.Buttons, Pressed, Lost);
        }
        catch
        {
            opened.ForEach(o => o.Dispose());
            _driver.Dispose();
            throw;
        }
    }

    public string Name => "gpio";

    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    /// <summary>The trouble is that of the first line that has one.</summary>
    public SinkStatus Status =>
        new(Interlocked.Read(ref _delivered), 0, Array.Find(_outputs, o => o.Trouble is not null)?.Trouble ?? _lostButton);

    /// <inheritdoc cref="ProgramView.OutputsArmed"/>
    public bool Armed
    {
        get => _program.OutputsArmed;
        set
        {
            lock (_gate)
            {
                _program.OutputsArmed = value;
                foreach (Output output in _outputs)
                    output.Apply();
            }
        }
    }

    public bool WantsPicture(string label) => false;

    public void Publish(DecisionEvent decision)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return;
            foreach (Output output in _outputs)
                output.Decided(decision);
        }

        Interlocked.Increment(ref _delivered);
    }

    public void Retain(string[] places)
    {
        lock (_gate)
        {
            foreach (Output output in _outputs)
                output.Retain(places);
        }
    }

    public ValueTask DisposeAsync()
    {
        _buttons?.Dispose();
        lock (_gate)
        {
            _hasEnded = true;
            foreach (Output output in _outputs)
                output.Dispose();
        }

        _driver.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Pressed(GpioButtonConfig button)
    {
        lock (_gate)
        {
            switch (button.Action)
            {
                case "arm":
                    Armed = true;
                    break;
                case "disarm":
                    Armed = false;
                    break;
                case "toggle":
                    Armed = !Armed;
                    break;
                default:
                    _program.AskForSnapshot();
                    break;
            }

            GpioLog.Pressed(_log, button.Line, button.Action, Armed ? "armed" : "disarmed");
        }
    }

    private void Lost(GpioButtonConfig button, string problem)
    {
        _lostButton = $"button {button.Line}: {problem}";
        GpioLog.Lost(_log, button.Line, problem);
    }

    /// <summary>One configured line. Several regions may want it: it is active while one of them does.</summary>
    private sealed class Output : IDisposable
    {
        private readonly GpioOutputConfig _config;
        private readonly IOutputLine _line;
        private readonly GpioSink _sink;
        private readonly HashSet<string> _wanting = [];
        private readonly SinkTrouble _trouble;
        private readonly Timer? _pulseEnd;
        private bool _pulsing;

        public Output(GpioOutputConfig config, IOutputLine line, GpioSink sink)
        {
            (_config, _line, _sink) = (config, line, sink);
            _trouble = new SinkTrouble(sink._log, config.Line);
            if (config.Pulse > 0)
                _pulseEnd = new Timer(_ => EndPulse());
        }

        /// <summary>One line; null while the line can be driven.</summary>
        public string? Trouble => _trouble.Now;

        public void Decided(DecisionEvent decision)
        {
            if (_config.Where is { } where && where != decision.Camera && where != decision.Region && where != decision.Where)
                return;
            bool wanted = Array.Exists(
                _config.Classes, c => c == decision.Label || (c == "*" && decision.Class != RegionDecider.Unknown));
            if (wanted)
                _wanting.Add(decision.Where);
            else
                _wanting.Remove(decision.Where);
            if (wanted && decision.Report && _pulseEnd is not null)
            {
                _pulsing = true;
                _pulseEnd.Change(TimeSpan.FromSeconds(_config.Pulse), Timeout.InfiniteTimeSpan);
            }

            Apply();
        }

        public void Retain(string[] places)
        {
            if (_wanting.RemoveWhere(w => Array.IndexOf(places, w) < 0) > 0)
                Apply();
        }

        public void Apply()
        {
            // The line may be somebody else's by now: of the sink that took this one's place, or of another program.
            if (_sink._hasEnded)
                return;
            try
            {
                _line.Set(_sink.Armed && (_pulseEnd is null ? _wanting.Count > 0 : _pulsing));
                _trouble.Over();
            }
            catch (GpioException e)
            {
                _trouble.Begin(e.Message);
            }
        }

        public void Dispose()
        {
            _pulseEnd?.Dispose();
            _line.Dispose();
        }

        private void EndPulse()
        {
            lock (_sink._gate)
            {
                _pulsing = false;
                Apply();
            }
        }
    }
}

internal static partial class GpioLog
{
    [LoggerMessage(LogLevel.Information, "button {line}: {action}; outputs are {state}")]
    public static partial void Pressed(ILogger log, string line, string action, string state);

    [LoggerMessage(LogLevel.Warning, "button {line}: {problem}; it does nothing until the program is started anew")]
    public static partial void Lost(ILogger log, string line, string problem);
}
