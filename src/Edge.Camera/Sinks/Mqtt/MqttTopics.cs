namespace Edge.Camera.Sinks.Mqtt;

/// <summary>
/// Where what is published. Cameras and regions have a level of their own, so that no name of theirs can be taken for another topic;
/// names never hold a slash.
/// </summary>
/// <param name="root">In front of all; no slash at the end.</param>
internal sealed class MqttTopics(string root)
{
    public const string Online = "online", Offline = "offline";

    /// <summary><see cref="Online"/> or <see cref="Offline"/>; retained, and the broker's to say when the connection breaks.</summary>
    public string Status { get; } = $"{root}/status";

    /// <summary><see cref="BoardState"/>; retained.</summary>
    public string Board { get; } = $"{root}/state";

    /// <summary>ON or OFF from whoever arms and disarms the outputs.</summary>
    public string Arm { get; } = $"{root}/armed/set";

    /// <summary>Anything from whoever wants a picture.</summary>
    public string TakeSnapshot { get; } = $"{root}/snapshot/set";

    /// <summary><see cref="RegionState"/>; retained.</summary>
    public string State(string camera, string? region) => $"{Where(camera, region)}/state";

    /// <summary><see cref="DecisionDocument"/> at the moment of a reported decision; not retained.</summary>
    public string Decision(string camera, string? region) => $"{Where(camera, region)}/decision";

    /// <summary>JPEG of the last decision or request; retained.</summary>
    public string Image(string camera) => $"{root}/{camera}/image";

    private string Where(string camera, string? region) => region is null ? $"{root}/{camera}" : $"{root}/{camera}/{region}";
}
