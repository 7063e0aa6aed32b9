using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Edge.Camera.Config;
using Edge.Camera.Sinks.Mqtt;

namespace Edge.Camera.Tests.Sinks.Mqtt;

/// <summary>Another client of the broker, which remembers all messages.</summary>
internal sealed class Subscriber : IDisposable
{
    private readonly MqttClient _client;
    private readonly List<(string Topic, byte[] Payload)> _messages = [];
    private readonly Thread _thread;
    private volatile bool _stop;

    public Subscriber(MqttConfig broker)
    {
        MqttSettings settings = MqttSettings.Of(broker with { Commands = false }, new LoadedConfig(new EdgeConfig(), null));
        _client = new MqttClient(settings, "subscriber")
        {
            Received = (topic, payload, _) =>
            {
                lock (_messages)
                    _messages.Add((topic, payload));
            },
        };
        _client.Connect();
        _client.Subscribe("#");
        _thread = new Thread(Listen);
        _thread.Start();
    }

    public Task Publish(string topic, string text) => _client.Publish(topic, text, retain: false);

    public byte[][] On(string topic)
    {
        lock (_messages)
            return [.. _messages.Where(m => m.Topic == topic).Select(m => m.Payload)];
    }

    /// <summary>Waits for a message on which the condition holds.</summary>
    public async Task<byte[]> Wait(string topic, Func<byte[], bool>? condition = null)
    {
        byte[]? found = null;
        await Eventually.HoldsAsync(() => (found = On(topic).LastOrDefault(p => condition?.Invoke(p) ?? true)) is not null, topic);
        return found!;
    }

    public Task<byte[]> Wait(string topic, string text) => Wait(topic, p => Encoding.UTF8.GetString(p) == text);

    public async Task<JsonElement> WaitForJson(string topic, Func<JsonElement, bool>? condition = null)
    {
        byte[] payload = await Wait(topic, p => condition?.Invoke(Json(p)) ?? true);
        return Json(payload);
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _client.Dispose();
    }

    private static JsonElement Json(byte[] payload)
    {
        using JsonDocument document = JsonDocument.Parse(payload);
        return document.RootElement.Clone();
    }

    private void Listen()
    {
        try
        {
            while (!_stop)
                _client.Loop(100);
        }
        catch (MqttException)
        {
            // The broker was ended.
        }
    }
}
