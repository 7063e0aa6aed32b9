using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Edge.Camera.Sinks.Mqtt;

/// <summary>
/// One connection to a broker; a lost one is replaced by another client, so that nothing of the old one is sent again. One thread
/// connects and calls <see cref="Loop"/>, and callbacks are made on it; any thread publishes.
/// </summary>
internal sealed class MqttClient : IDisposable
{
    /// <summary>Seconds after which a silent broker is asked for a sign of life; it counts as lost after twice as long.</summary>
    private const int KeepAliveSeconds = 30;

    private const int StepMilliseconds = 200;
    private const string SystemAuthorities = "/etc/ssl/certs";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    /// <summary>In place of a waiting publisher when the acknowledgement was quicker than it.</summary>
    private static readonly TaskCompletionSource Early = new();

    private readonly MqttSettings _settings;
    private readonly MosquittoHandle _client;
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _unacknowledged = [];
    private GCHandle _self;
    private int? _answer;
    private string? _problem;
    private volatile bool _ended;

    /// <param name="settings">Where and who.</param>
    /// <param name="clientId">Another client with the same one is thrown out by the broker.</param>
    /// <param name="will">A retained message that the broker publishes when the connection breaks; null for none.</param>
    /// <exception cref="MqttException">libmosquitto is missing or refuses the settings.</exception>
    public MqttClient(MqttSettings settings, string clientId, (string Topic, string Text)? will = null)
    {
        _settings = settings;
        CheckLibrary();
        _self = GCHandle.Alloc(this);
        _client = LibMosquitto.New(clientId, cleanSession: true, GCHandle.ToIntPtr(_self));
        try
        {
            if (_client.IsInvalid)
                throw new MqttException($"no MQTT client '{clientId}' could be made");
            SetUp(will);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Topic, payload and whether the broker kept it from earlier. Called within <see cref="Loop"/>.</summary>
    public Action<string, byte[], bool>? Received { get; set; }

    /// <summary>Loads libmosquitto.</summary>
    /// <exception cref="MqttException">It is missing.</exception>
    public static string CheckLibrary()
    {
        try
        {
            _ = LibMosquitto.Initialize();
            _ = LibMosquitto.Version(out int major, out int minor, out int revision);
            return $"libmosquitto {major}.{minor}.{revision}";
        }
        catch (Exception e) when (MqttException.IsLoaderFailure(e))
        {
            throw MqttException.Library(e);
        }
    }

    /// <summary>Connects and logs in. May wait as long as the system tries to reach a host that does not answer: some minutes.</summary>
    /// <exception cref="MqttException">Not reached, or refused.</exception>
    public void Connect()
    {
        int error = LibMosquitto.Connect(_client, _settings.Config.Host, _settings.Port, KeepAliveSeconds);
        if (error != LibMosquitto.Success)
            throw Failed(error);
        long start = Environment.TickCount64;
        while (_answer is null)
        {
            Loop(StepMilliseconds);
            if (Environment.TickCount64 - start > AnswerTimeout.TotalMilliseconds)
                throw new MqttException($"{_settings.Broker}: no MQTT answer in {AnswerTimeout.TotalSeconds:0} s; see mqtt.port and mqtt.tls");
        }

        if (_answer != 0)
            throw new MqttException($"{_settings.Broker}: {Refusal(_answer.Value)}");
    }

    /// <summary>Sends and receives for at most so long; a publisher ends the waiting.</summary>
    /// <exception cref="MqttException">The connection is lost.</exception>
    public void Loop(int milliseconds)
    {
        int error = LibMosquitto.Loop(_client, milliseconds, 1);
        if (error != LibMosquitto.Success && (_answer is null or 0))
            throw Failed(error);
    }

    /// <exception cref="MqttException">The connection is lost.</exception>
    public void Subscribe(string topic)
    {
        int error = LibMosquitto.Subscribe(_client, 0, topic, _settings.Config.Qos);
        if (error != LibMosquitto.Success)
            throw Failed(error);
    }

    /// <summary>Any thread. Returns at once.</summary>
    /// <param name="topic">Without wildcards.</param>
    /// <param name="payload">Copied before the call returns.</param>
    /// <param name="retain">The broker keeps it for those who subscribe later.</param>
    /// <returns>
    /// Done when the broker has taken the message over (with QoS 0: when it was sent); an <see cref="MqttException"/> otherwise.
    /// </returns>
    public Task Publish(string topic, ReadOnlySpan<byte> payload, bool retain)
    {
        if (_ended)
            return Task.FromException(Lost());
        int error = LibMosquitto.Publish(_client, out int message, topic, payload.Length, payload, _settings.Config.Qos, retain);
        if (error != LibMosquitto.Success)
            return Task.FromException(Failed(error));
        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_unacknowledged.TryAdd(message, acknowledged))
        {
            _unacknowledged.TryRemove(message, out _);
            return Task.CompletedTask;
        }

        if (_ended)
            acknowledged.TrySetException(Lost());
        return acknowledged.Task;
    }

    /// <inheritdoc cref="Publish(string, ReadOnlySpan{byte}, bool)"/>
    public Task Publish(string topic, string text, bool retain) => Publish(topic, Encoding.UTF8.GetBytes(text), retain);

    /// <summary>Takes leave, so that the broker does not publish the will. Any thread.</summary>
    public void Disconnect() => _ = LibMosquitto.Disconnect(_client);

    /// <summary>Closes the connection; publishers that wait get an <see cref="MqttException"/>.</summary>
    public void Dispose()
    {
        _ended = true;
        _client.Dispose();
        foreach (TaskCompletionSource waiting in _unacknowledged.Values)
            waiting.TrySetException(Lost());

        // Callbacks are made within Loop only, and whoever called it is here now.
        if (_self.IsAllocated)
            _self.Free();
    }

    private unsafe void SetUp((string Topic, string Text)? will)
    {
        Check(LibMosquitto.SetThreaded(_client, threaded: true));
        if (will is (string topic, string text))
        {
            byte[] payload = Encoding.UTF8.GetBytes(text);
            Check(LibMosquitto.SetWill(_client, topic, payload.Length, payload, _settings.Config.Qos, retain: true));
        }

        if (_settings.Config.User is { } user)
            Check(LibMosquitto.SetLogin(_client, user, _settings.Password));
        if (_settings.Config.Tls)
        {
            string? folder = _settings.Authority is null ? SystemAuthorities : null;
            Check(LibMosquitto.SetTls(_client, _settings.Authority, folder, _settings.Certificate, _settings.Key, 0));
        }

        LibMosquitto.OnConnect(_client, &Answered);
        LibMosquitto.OnPublish(_client, &Acknowledged);
        LibMosquitto.OnMessage(_client, &Arrived);
        LibMosquitto.OnLog(_client, &Logged);

        void Check(int error)
        {
            if (error != LibMosquitto.Success)
                throw new MqttException($"{_settings.Broker}: {LibMosquitto.Describe(error)}");
        }
    }

    /// <summary>Return codes of CONNACK (MQTT 3.1.1, table 3.1), and what to do.</summary>
    private string Refusal(int code) => code switch
    {
        2 => $"the broker refuses the client identifier '{_settings.ClientId}'; set mqtt.clientId",
        3 => "the broker is there but not ready",
        4 => "wrong user name or password; see mqtt.user and mqtt.passwordFile",
        5 when _settings.Config.User is null => "the broker wants a login; set mqtt.user and mqtt.passwordFile",
        5 => $"the broker does not let user '{_settings.Config.User}' in; see mqtt.user and mqtt.passwordFile",
        _ => $"the broker refuses the connection (code {code})",
    };

    private MqttException Failed(int error)
    {
        string reason = error switch
        {
            LibMosquitto.ErrorErrno => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()),
            LibMosquitto.ErrorNameResolution => "no such host; see mqtt.host",
            LibMosquitto.ErrorNoConnection or LibMosquitto.ErrorConnectionLost when _answer is null =>
                "the broker hung up before it answered; see mqtt.port, mqtt.tls and the certificates",
            LibMosquitto.ErrorNoConnection or LibMosquitto.ErrorConnectionLost => "the connection is lost",
            LibMosquitto.ErrorKeepAlive => "the broker gives no sign of life",
            LibMosquitto.ErrorTls => $"TLS: {_problem ?? LibMosquitto.Describe(error)}; see mqtt.authority",
            _ => LibMosquitto.Describe(error),
        };
        return new MqttException($"{_settings.Broker}: {reason}");
    }

    private MqttException Lost() => new($"{_settings.Broker}: the connection is lost");

    private static MqttClient Self(nint state) => (MqttClient)GCHandle.FromIntPtr(state).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Answered(nint client, nint state, int code) => Self(state)._answer = code;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Acknowledged(nint client, nint state, int message)
    {
        MqttClient self = Self(state);
        if (!self._unacknowledged.TryAdd(message, Early) && self._unacknowledged.TryRemove(message, out TaskCompletionSource? waiting))
            waiting.TrySetResult();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Arrived(nint client, nint state, LibMosquitto.Message* message) => Self(state).Received?.Invoke(
        Marshal.PtrToStringUTF8((nint)message->Topic) ?? "",
        new ReadOnlySpan<byte>(message->Payload, message->Length).ToArray(),
        message->Retained != 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Logged(nint client, nint state, int level, byte* text)
    {
        if (level is LibMosquitto.LogError or LibMosquitto.LogWarning)
            Self(state)._problem = Marshal.PtrToStringUTF8((nint)text)?.Trim();
    }
}
