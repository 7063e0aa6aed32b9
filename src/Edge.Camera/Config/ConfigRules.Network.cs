namespace Edge.Camera.Config;

/// <summary>Brokers and collectors.</summary>
internal static partial class ConfigRules
{
    private static readonly char[] Wildcards = ['+', '#', '\0'];

    private static void Mqtt(Checker check, MqttConfig mqtt)
    {
        if (mqtt.Host.Length == 0 || mqtt.Host.Any(c => char.IsWhiteSpace(c) || c == '/'))
            check.Add("mqtt.host", $"'{mqtt.Host}': expected a host name or address, as broker.local");
        check.Range("mqtt.port", mqtt.Port, 0, 65535);
        if (mqtt.Topic is { } topic)
            Topic(check, "mqtt.topic", topic);
        if (mqtt.Discovery.Length > 0)
            Topic(check, "mqtt.discovery", mqtt.Discovery);
        if (mqtt.ClientId is { } id)
            check.Name("mqtt.clientId", id);
        if (mqtt.Qos is not (0 or 1 or 2))
            check.Add("mqtt.qos", $"{mqtt.Qos}: must be 0, 1 or 2");
        check.Range("mqtt.interval", mqtt.Interval, 1, 3600);
        Login(check, mqtt);
        Tls(check, mqtt);
    }

    private static void Login(Checker check, MqttConfig mqtt)
    {
        bool hasPassword = mqtt.PasswordFile is not null || mqtt.PasswordCredential is not null;
        if (hasPassword && string.IsNullOrEmpty(mqtt.User))
            check.Add(mqtt.PasswordFile is not null ? "mqtt.passwordFile" : "mqtt.passwordCredential", "needs mqtt.user: MQTT knows no password without a user name");
        if (mqtt is { PasswordFile: not null, PasswordCredential: not null })
            check.Add("mqtt.passwordCredential", "there is mqtt.passwordFile too; take one of them out");
        if (mqtt.PasswordCredential is { } credential && (credential.Length == 0 || credential.Contains('/', StringComparison.Ordinal)))
            check.Add("mqtt.passwordCredential", $"'{credential}': expected NAME of a LoadCredential=NAME:FILE in the unit");
    }

    private static void Tls(Checker check, MqttConfig mqtt)
    {
        (string Key, string? Value)[] files = [("authority", mqtt.Authority), ("certificate", mqtt.Certificate), ("key", mqtt.Key)];
        foreach ((string key, string? value) in files)
        {
            if (value is not null && !mqtt.Tls)
                check.Add($"mqtt.{key}", "goes with \"tls\": true");
        }

        if (mqtt.Certificate is not null && mqtt.Key is null)
            check.Add("mqtt.certificate", "needs mqtt.key, the file with its key");
        if (mqtt.Key is not null && mqtt.Certificate is null)
            check.Add("mqtt.key", "needs mqtt.certificate, the file with its certificate");
    }

    /// <summary>MQTT 3.1.1, section 4.7: wildcards are for subscribers, $ is for brokers.</summary>
    private static void Topic(Checker check, string key, string topic)
    {
        if (topic.Length is 0 or > 200 || topic.IndexOfAny(Wildcards) >= 0)
            check.Add(key, $"'{topic}': must be 1 to 200 characters without + and #");
        else if (topic[0] is '/' or '$' || topic[^1] == '/')
            check.Add(key, $"'{topic}': must not begin with / or $, nor end with /; as garden/camera");
    }

    private static void Otlp(Checker check, OtlpConfig otlp)
    {
        check.Address("otlp.endpoint", otlp.Endpoint);
        if (Uri.TryCreate(otlp.Endpoint, UriKind.Absolute, out Uri? address) && address is { Port: 4317, AbsolutePath: "/" })
            check.Add("otlp.endpoint", $"port 4317 is for gRPC; OTLP over HTTP is spoken at {address.Scheme}://{address.Host}:4318");
        check.Range("otlp.interval", otlp.Interval, 1, 3600);
        check.Range("otlp.timeout", otlp.Timeout, 0.1, 300);
        foreach ((string name, string value) in otlp.Headers)
        {
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || value.Any(char.IsControl))
                check.Add($"otlp.headers.{name}", "is no HTTP header: letters, digits and - in the name, one line of text as value");
            else if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                check.Add($"otlp.headers.{name}", "is set by the program; take it out");
        }
    }
}
