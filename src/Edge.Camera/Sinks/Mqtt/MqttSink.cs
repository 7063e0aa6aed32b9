using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;
using Edge.Imaging;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks.Mqtt;

/// <summary>
/// Tells an MQTT broker: decisions and their pictures as they happen, states at intervals, and Home Assistant what there is. A thread of
/// its own connects, again and again with back-off, and serves the socket. It is not libmosquitto's own thread, because that one can't
/// be stopped while it waits for a host that does not answer, and would hold up the end of the program.
/// </summary>
internal sealed class MqttSink : QueuedSink, IPictureSink
{
    /// <summary>Each may hold a copy of a frame. States are published anew when a connection is made, so little is lost.</summary>
    private const int Capacity = 8;

    private const int JpegQuality = 80;
    private const int StepMilliseconds = 500;

    private static readonly TimeSpan AcknowledgeTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A connection that held so long was a good one: the delays begin anew.</summary>
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(10);

    private readonly MqttSettings _settings;
    private readonly MqttTopics _topics;
    private readonly HomeAssistant? _homeAssistant;
    private readonly ProgramView _program;
    private readonly ILogger _log;
    private readonly BackOff _backOff;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<(string Topic, string Payload)> _received = [];
    private readonly Thread _thread;
    private volatile TaskCompletionSource<MqttClient> _connection = NoConnection();

    // Topics of cameras and regions on which the broker keeps something of ours.
    private readonly HashSet<string> _retained = [];
    private ProgramParts? _announced;
    private long _announcedAt;
    private bool? _armed;
    private long _stated;
    private Task _states = Task.CompletedTask;
    private string? _pictureProblem;

    /// <param name="settings">Where and who.</param>
    /// <param name="program">Whose states are told, and who takes pictures on command.</param>
    /// <param name="log">For troubles and commands.</param>
    /// <param name="backOff">Delays between attempts to connect; null for 1, 2, 4 … 60 s.</param>
    /// <exception cref="MqttException">libmosquitto is missing.</exception>
    public MqttSink(MqttSettings settings, ProgramView program, ILogger log, BackOff? backOff = null)
        : base("mqtt", Capacity, log)
    {
        MqttClient.CheckLibrary();
        (_settings, _program, _log) = (settings, program, log);
        _backOff = backOff ?? new BackOff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        _topics = new MqttTopics(settings.Topic);
        _homeAssistant = settings.Config.Discovery.Length > 0 ? new HomeAssistant(settings, _topics) : null;
        _thread = new Thread(ConnectAgainAndAgain) { IsBackground = true, Name = "mqtt" };
        _thread.Start();
    }

    public override bool WantsPicture(string label) => _settings.Config.Images && label != DecisionEvent.UnknownLabel;

    public void Keep(DecisionEvent decision)
    {
        if (_settings.Config.Images)
            Enqueue(decision);
    }

    /// <summary>Delivers what is queued, says that it is offline, and leaves: two seconds each.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        if (_connection.Task is { IsCompletedSuccessfully: true } connected)
        {
            try
            {
                MqttClient client = await connected.ConfigureAwait(false);
                await client.Publish(_topics.Status, MqttTopics.Offline, retain: true).WaitAsync(LeaveTimeout).ConfigureAwait(false);
                await _ending.CancelAsync().ConfigureAwait(false);
                client.Disconnect();
            }
            catch (Exception e) when (e is MqttException or TimeoutException or ObjectDisposedException)
            {
                // Then the broker publishes the will.
            }
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.Run(() => _thread.Join(LeaveTimeout)).ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>States follow decisions within a cool-down too.</summary>
    protected override bool Wants(DecisionEvent decision) => true;

    protected override async Task DeliverAsync(DecisionEvent decision, CancellationToken stop)
    {
        MqttClient client = await _connection.Task.WaitAsync(stop).ConfigureAwait(false);
        List<Task> messages = [];
        try
        {
            if (decision.Report)
            {
                byte[] document = JsonSerializer.SerializeToUtf8Bytes(DecisionDocument.Of(decision), MqttJson.Default.DecisionDocument);
                messages.Add(client.Publish(_topics.Decision(decision.Camera, decision.Region), document, retain: false));
            }

            if (decision.Label != DecisionEvent.OnRequest)
                messages.AddRange(PublishRegions(client, decision.Camera));
            if (Jpeg(decision) is { } jpeg)
                messages.Add(Retain(client, _topics.Image(decision.Camera), jpeg));
            await Task.WhenAll(messages).WaitAsync(AcknowledgeTimeout, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MqttException or ObjectDisposedException)
        {
            throw new SinkException(e.Message, e);
        }
        catch (TimeoutException e)
        {
            throw new SinkException($"{_settings.Broker}: no acknowledgement in {AcknowledgeTimeout.TotalSeconds:0} s", e);
        }
    }

    private static TaskCompletionSource<MqttClient> NoConnection() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void ConnectAgainAndAgain()
    {
        while (!_ending.IsCancellationRequested)
        {
            long start = Environment.TickCount64;
            try
            {
                using var client = new MqttClient(_settings, _settings.ClientId, (_topics.Status, MqttTopics.Offline));
                client.Received = (topic, payload, retained) =>
                {
                    // What the broker kept was meant for another time.
                    if (!retained)
                        _received.Enqueue((topic, Encoding.UTF8.GetString(payload)));
                };
                client.Connect();
                start = Environment.TickCount64;
                Serve(client);
            }
            catch (MqttException e)
            {
                if (!_ending.IsCancellationRequested)
                    Failing(e.Message);
            }

            if (Environment.TickCount64 - start > Steady.TotalMilliseconds)
                _backOff.Reset();
            _ending.Token.WaitHandle.WaitOne(_backOff.Next());
        }
    }

    /// <summary>Until the connection is lost or the program ends.</summary>
    /// <exception cref="MqttException">It is lost.</exception>
    private void Serve(MqttClient client)
    {
        (_announced, _armed) = (null, null);
        if (_settings.Config.Commands)
        {
            client.Subscribe(_topics.Arm);
            client.Subscribe(_topics.TakeSnapshot);
        }

        if (_homeAssistant is not null)
            client.Subscribe(_homeAssistant.Birth);
        _ = client.Publish(_topics.Status, MqttTopics.Online, retain: true);
        Recovered();
        MqttLog.Connected(_log, _settings.Broker);
        _connection.TrySetResult(client);
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                client.Loop(StepMilliseconds);
                while (_received.TryDequeue(out (string Topic, string Payload) message))
                    Obey(message.Topic, message.Payload);
                if (_program.Parts is { } parts)
                    TellNews(client, parts);
            }

            // What was published last, and the leave.
            client.Loop(StepMilliseconds);
        }
        finally
        {
            _connection = NoConnection();
        }
    }

    private void Obey(string topic, string payload)
    {
        if (topic == _homeAssistant?.Birth)
        {
            if (payload == MqttTopics.Online)
                _announced = null;
        }
        else if (topic == _topics.TakeSnapshot)
        {
            MqttLog.Told(_log, "take a picture");
            _program.AskForSnapshot();
        }
        else if (payload is "ON" or "OFF" && _program.Parts?.Sinks.OfType<GpioSink>().FirstOrDefault() is { } gpio)
        {
            MqttLog.Told(_log, payload == "ON" ? "arm" : "disarm");
            gpio.Armed = payload == "ON";
        }
    }

    /// <summary>Another configuration is announced, a changed arm state told at once, and everything at intervals.</summary>
    private void TellNews(MqttClient client, ProgramParts parts)
    {
        bool isNew = _announced != parts;
        if (isNew)
        {
            Interlocked.Exchange(ref _announcedAt, Environment.TickCount64);
            foreach (byte[] announcement in _homeAssistant?.Announcements(parts) ?? [])
                _ = client.Publish(_homeAssistant!.Topic, announcement, retain: true);
        }

        bool? armed = parts.Sinks.OfType<GpioSink>().FirstOrDefault()?.Armed;
        bool isTime = _states.IsCompleted && Environment.TickCount64 - _stated >= _settings.Config.Interval * 1000;
        if (!isNew && !isTime && armed == _armed)
            return;
        (_announced, _armed, _stated) = (parts, armed, Environment.TickCount64);
        ForgetGone(client, parts);
        byte[] board = JsonSerializer.SerializeToUtf8Bytes(BoardState.Of(parts, _program), MqttJson.Default.BoardState);
        _states = Task.WhenAll([client.Publish(_topics.Board, board, retain: true), .. PublishRegions(client, null)]);
    }

    /// <summary>
    /// States as they are now, of one camera or, for null, of all. A model that was loaded just now has no answer yet: until it has, for
    /// one interval at most, the last state stands. It would go to "unknown" and back.
    /// </summary>
    private IEnumerable<Task> PublishRegions(MqttClient client, string? camera)
    {
        foreach (CameraWatcher watcher in _program.Parts?.Watch.Cameras ?? [])
        {
            if (camera is not null && camera != watcher.Camera.Name)
                continue;
            foreach (LiveState live in watcher.Live)
            {
                if (!live.Now.IsSettled && Environment.TickCount64 - Interlocked.Read(ref _announcedAt) < _settings.Config.Interval * 1000)
                    continue;
                byte[] state = JsonSerializer.SerializeToUtf8Bytes(RegionState.Of(live, watcher.Labels), MqttJson.Default.RegionState);
                yield return Retain(client, _topics.State(live.Camera, live.Region), state);
            }
        }
    }

    private Task Retain(MqttClient client, string topic, ReadOnlySpan<byte> payload)
    {
        lock (_retained)
            _retained.Add(topic);
        return client.Publish(topic, payload, retain: true);
    }

    /// <summary>Takes back what the broker keeps of cameras and regions that are gone: an empty retained message (MQTT 3.1.1, 3.3.1.3).</summary>
    private void ForgetGone(MqttClient client, ProgramParts parts)
    {
        HashSet<string> there = [];
        foreach (CameraWatcher watcher in parts.Watch.Cameras)
        {
            there.Add(_topics.Image(watcher.Camera.Name));
            foreach (LiveState live in watcher.Live)
                there.Add(_topics.State(live.Camera, live.Region));
        }

        lock (_retained)
        {
            foreach (string topic in _retained)
            {
                if (!there.Contains(topic))
                    _ = client.Publish(topic, [], retain: true);
            }

            _retained.IntersectWith(there);
        }
    }

    /// <summary>Null without a picture, or when it can't be compressed: decisions are told in any case.</summary>
    private byte[]? Jpeg(DecisionEvent decision)
    {
        try
        {
            return decision.Picture?.Jpeg(JpegQuality);
        }
        catch (ImagingException e)
        {
            if (_pictureProblem is null)
                MqttLog.NoPicture(_log, e.Message);
            _pictureProblem = e.Message;
            return null;
        }
    }
}

internal static partial class MqttLog
{
    [LoggerMessage(LogLevel.Information, "connected to {broker}")]
    public static partial void Connected(ILogger log, string broker);

    [LoggerMessage(LogLevel.Information, "told to {action}")]
    public static partial void Told(ILogger log, string action);

    [LoggerMessage(LogLevel.Warning, "no pictures: {problem}")]
    public static partial void NoPicture(ILogger log, string problem);
}
