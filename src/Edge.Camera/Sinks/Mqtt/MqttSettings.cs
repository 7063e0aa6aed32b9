using Edge.Camera.Config;
using Edge.Camera.Linux;

namespace Edge.Camera.Sinks.Mqtt;

/// <summary>A section <c>mqtt</c> with its defaults, paths and secrets filled in.</summary>
/// <param name="Config">Valid.</param>
/// <param name="DeviceId">Of this board, stable, the same for no other.</param>
/// <param name="ClientId">Unique among the broker's clients.</param>
/// <param name="Topic">In front of all topics; no slash at the end.</param>
/// <param name="Password">Null for none.</param>
/// <param name="Authority">Absolute; null for the system's certificates.</param>
/// <param name="Certificate">Of this client, absolute; null for none.</param>
/// <param name="Key">Of the certificate.</param>
internal sealed record MqttSettings(
    MqttConfig Config, string DeviceId, string ClientId, string Topic, string? Password, string? Authority, string? Certificate, string? Key)
{
    private const int PlainPort = 1883, TlsPort = 8883;

    public int Port => Config.Port != 0 ? Config.Port : Config.Tls ? TlsPort : PlainPort;

    /// <summary>For messages.</summary>
    public string Broker => $"{Config.Host}:{Port}";

    /// <exception cref="ConfigException">A file is missing or can't be read.</exception>
    public static MqttSettings Of(MqttConfig config, LoadedConfig loaded)
    {
        string device = config.ClientId ?? $"edge-camera-{MachineIdentity.Id}";
        string? password = config.PasswordCredential is { } credential
            ? Secrets.Credential("mqtt.passwordCredential", credential)
            : Secrets.Read(loaded, "mqtt.passwordFile", config.PasswordFile);
        return new MqttSettings(
            config,
            device,
            device,
            config.Topic ?? $"edge-camera/{MachineIdentity.HostName}",
            password,
            Secrets.Readable(loaded, "mqtt.authority", config.Authority),
            Secrets.Readable(loaded, "mqtt.certificate", config.Certificate),
            Secrets.Readable(loaded, "mqtt.key", config.Key));
    }
}
