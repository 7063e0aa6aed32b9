namespace Edge.Camera.Sinks.Mqtt;

/// <summary>The broker can't be spoken to. The message is one line: what, where, what to do.</summary>
internal sealed class MqttException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Turns what the loader says about libmosquitto into a sentence that names the package.</summary>
    public static MqttException Library(Exception cause) => new(
        cause is EntryPointNotFoundException
            ? $"{LibMosquitto.Library} is too old; upgrade the package libmosquitto1"
            : $"{LibMosquitto.Library} is missing; install it with: apt install libmosquitto1",
        cause);

    public static bool IsLoaderFailure(Exception e) => e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException;
}
