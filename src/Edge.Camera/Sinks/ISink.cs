namespace Edge.Camera.Sinks;

/// <summary>Something that is told of decisions. Never delays or fails the loop that tells it.</summary>
internal interface ISink : IAsyncDisposable
{
    /// <summary>One word for logs and metrics.</summary>
    string Name { get; }

    /// <summary>Wants <see cref="DecisionEvent.Picture"/> for a decision on this label.</summary>
    bool WantsPicture(string label);

    /// <summary>Takes the event or drops it; returns at once. Called by the loop's thread only.</summary>
    void Publish(DecisionEvent decision);

    SinkStatus Status { get; }
}

/// <summary>A sink that takes pictures a person asked for.</summary>
internal interface IPictureSink : ISink
{
    /// <summary>Takes the picture, whatever is on it, or drops it; returns at once. Called by the loop's thread only.</summary>
    /// <param name="decision">With its picture; labelled <see cref="DecisionEvent.OnRequest"/>.</param>
    void Keep(DecisionEvent decision);
}

/// <summary>How a sink is doing.</summary>
/// <param name="Delivered">Events that reached their end.</param>
/// <param name="Dropped">Events that gave way to newer ones, or were left at the end.</param>
/// <param name="Trouble">One line; null when all is well.</param>
internal readonly record struct SinkStatus(long Delivered, long Dropped, string? Trouble);
