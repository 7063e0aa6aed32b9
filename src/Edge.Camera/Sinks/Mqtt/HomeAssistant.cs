using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Camera.Linux;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;

namespace Edge.Camera.Sinks.Mqtt;

/// <summary>
/// Announces the board to Home Assistant: one device with all its entities in one retained message (home-assistant.io/integrations/mqtt,
/// "Device discovery payload"; Home Assistant 2024.11 and later).
/// </summary>
/// <param name="settings">Who this board is.</param>
/// <param name="topics">Where states are published.</param>
internal sealed class HomeAssistant(MqttSettings settings, MqttTopics topics)
{
    /// <summary>Labels of larger networks would make the message too long to be of use.</summary>
    private const int MostOptions = 100;

    private const string AnyClass = "*";

    private Dictionary<string, Entity> _announced = [];

    /// <summary>Where Home Assistant looks for devices.</summary>
    public string Topic { get; } = $"{settings.Config.Discovery}/device/{settings.DeviceId}/config";

    /// <summary>Where it says <see cref="MqttTopics.Online"/> when it has started.</summary>
    public string Birth { get; } = $"{settings.Config.Discovery}/status";

    /// <summary>What to publish one after the other, UTF-8. Where entities are gone, the first message removes them.</summary>
    public byte[][] Announcements(ProgramParts parts)
    {
        var entities = new Dictionary<string, Entity>();
        foreach (CameraWatcher camera in parts.Watch.Cameras)
        {
            foreach (LiveState live in camera.Live)
                AddRegion(entities, live, camera.Labels);
            if (settings.Config.Images)
                AddImage(entities, camera.Camera.Name);
        }

        AddBoard(entities, parts);
        byte[] announcement = Announcement(parts, entities);
        var removing = new Dictionary<string, Entity>(entities);
        foreach ((string key, Entity before) in _announced)
            removing.TryAdd(key, new Entity { Platform = before.Platform });
        _announced = entities;
        return removing.Count == entities.Count ? [announcement] : [Announcement(parts, removing), announcement];
    }

    private byte[] Announcement(ProgramParts parts, Dictionary<string, Entity> entities)
    {
        string name = $"Edge camera {MachineIdentity.HostName}", version = ProgramView.Version;
        var device = new Device([settings.DeviceId], name, "Edge", parts.Watch.Model.Manifest.Network, version);
        var announcement = new Announcement(
            device, new Origin("edge-camera", version), topics.Status, settings.Config.Qos, entities);
        return JsonSerializer.SerializeToUtf8Bytes(announcement, HomeAssistantJson.Default.Announcement);
    }

    /// <summary>Letters, digits, - and _ only, and different for different names: any other character becomes its code.</summary>
    internal static string Id(string name) => string.Concat(Array.ConvertAll(
        name.ToCharArray(),
        c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"_{(int)c:x}_")));

    /// <summary>A Jinja string.</summary>
    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private void AddRegion(Dictionary<string, Entity> entities, LiveState live, IReadOnlyList<string> labels)
    {
        string id = live.Region is { } region ? $"{Id(live.Camera)}__{Id(region)}" : Id(live.Camera);
        string name = live.Region is null ? live.Camera : $"{live.Camera} {live.Region}";
        string state = topics.State(live.Camera, live.Region);
        Sensor("decision", "decision", "{{ value_json.label }}", e =>
        {
            if (labels.Count <= MostOptions)
                (e.DeviceClass, e.Options) = ("enum", [.. labels.Prepend(DecisionEvent.UnknownLabel).Distinct()]);
        });
        Sensor("confidence", "confidence", "{{ (value_json.confidence * 100) | round(1) }}", e =>
            (e.UnitOfMeasurement, e.StateClass) = ("%", "measurement"));
        Sensor("rate", "frame rate", "{{ value_json.rate }}", e =>
            (e.UnitOfMeasurement, e.StateClass, e.EntityCategory) = ("frames/s", "measurement", "diagnostic"));
        Sensor("latency", "latency", "{{ value_json.latencyMs }}", e =>
            (e.UnitOfMeasurement, e.DeviceClass, e.StateClass, e.EntityCategory) = ("ms", "duration", "measurement", "diagnostic"));
        foreach (string label in settings.Config.Classes)
        {
            string seen = label == AnyClass ? $"!= {Quoted(DecisionEvent.UnknownLabel)}" : $"== {Quoted(label)}";
            string key = label == AnyClass ? "any" : $"class-{Id(label)}";
            Add(entities, "binary_sensor", $"{id}_{key}", $"{name} {(label == AnyClass ? "anything" : label)}", e =>
                (e.StateTopic, e.ValueTemplate) = (state, $"{{{{ 'ON' if value_json.label {seen} else 'OFF' }}}}"));
        }

        void Sensor(string key, string title, string template, Action<Entity> complete) =>
            Add(entities, "sensor", $"{id}_{key}", $"{name} {title}", e =>
            {
                (e.StateTopic, e.ValueTemplate) = (state, template);
                complete(e);
            });
    }

    private void AddImage(Dictionary<string, Entity> entities, string camera) =>
        Add(entities, "camera", $"{Id(camera)}_image", camera, e => e.Topic = topics.Image(camera));

    private void AddBoard(Dictionary<string, Entity> entities, ProgramParts parts)
    {
        if (BoardSensors.Hottest() is not null)
        {
            Board("sensor", "temperature", "temperature", "{{ value_json.temperature }}", e =>
                (e.DeviceClass, e.UnitOfMeasurement, e.StateClass, e.EntityCategory) = ("temperature", "°C", "measurement", "diagnostic"));
        }

        if (BoardSensors.Throttling() is not null)
        {
            Board("binary_sensor", "throttled", "throttled", "{{ 'ON' if value_json.throttled else 'OFF' }}", e =>
                (e.DeviceClass, e.EntityCategory) = ("problem", "diagnostic"));
        }

        Board("binary_sensor", "problem", "problem", "{{ 'ON' if value_json.problem is defined else 'OFF' }}", e =>
            (e.DeviceClass, e.EntityCategory, e.JsonAttributesTopic) = ("problem", "diagnostic", topics.Board));
        if (parts.Sinks.OfType<GpioSink>().Any())
        {
            bool mayArm = settings.Config.Commands;
            Board(mayArm ? "switch" : "binary_sensor", "armed", "armed", "{{ 'ON' if value_json.armed else 'OFF' }}", e =>
                e.CommandTopic = mayArm ? topics.Arm : null);
        }

        if (settings.Config is { Commands: true, Images: true })
            Add(entities, "button", "snapshot", "take a picture", e => e.CommandTopic = topics.TakeSnapshot);

        void Board(string platform, string key, string name, string template, Action<Entity> complete) =>
            Add(entities, platform, key, name, e =>
            {
                (e.StateTopic, e.ValueTemplate) = (topics.Board, template);
                complete(e);
            });
    }

    private void Add(Dictionary<string, Entity> entities, string platform, string key, string name, Action<Entity> complete)
    {
        var entity = new Entity { Platform = platform, UniqueId = $"{settings.DeviceId}_{key}", Name = name };
        complete(entity);
        entities[key] = entity;
    }
}

/// <summary>The message; keys are Home Assistant's.</summary>
internal sealed record Announcement(Device Device, Origin Origin, string AvailabilityTopic, int Qos, Dictionary<string, Entity> Components);

internal sealed record Device(string[] Identifiers, string Name, string Manufacturer, string Model, string SwVersion);

internal sealed record Origin(string Name, string SwVersion);

/// <summary>One sensor, switch, button or camera; what does not apply to it is null. With a platform alone it is removed.</summary>
internal sealed record Entity
{
    public required string Platform { get; init; }

    public string? UniqueId { get; init; }

    public string? Name { get; init; }

    public string? StateTopic { get; set; }

    public string? ValueTemplate { get; set; }

    public string? JsonAttributesTopic { get; set; }

    public string? CommandTopic { get; set; }

    /// <summary>Of a camera's pictures.</summary>
    public string? Topic { get; set; }

    public string? DeviceClass { get; set; }

    public string? StateClass { get; set; }

    public string? EntityCategory { get; set; }

    public string? UnitOfMeasurement { get; set; }

    public string[]? Options { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Announcement))]
internal sealed partial class HomeAssistantJson : JsonSerializerContext;
