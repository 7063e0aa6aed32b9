namespace Edge.Camera.Sinks;

/// <summary>Something that is told of decisions. Never delays or fails the loop that tells it.</summary>
internal interface ISink : IAsyncDisposable
{
    /// <summary>One word for logs and metrics.</summary>
    string Name { get; }

    /// <summary>When its counters were 0.</summary>
    DateTimeOffset Started { get; }

    /// <summary>Wants <see cref="DecisionEvent.Picture"/> for a decision on this label.</summary>
    bool WantsPicture(string label);

    /// <summary>
    /// Takes the event or drops it; returns at once. Called by the loop's thread only, and possibly after the sink has ended: then the
    /// event is dropped.
    /// </summary>
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

/// <summary>A sink that holds something for as long as a decision stands.</summary>
internal interface ILevelSink : ISink
{
    /// <summary>
    /// Lets go of what decisions at other places hold: nothing will ever be decided there again. Called by the loop's thread only, when it
    /// has changed over to other cameras or regions.
    /// </summary>
    /// <param name="places">All there are, as <see cref="DecisionEvent.Where"/> names them.</param>
    void Retain(string[] places);
}

/// <summary>How a sink is doing.</summary>
/// <param name="Delivered">Events that reached their end.</param>
/// <param name="Dropped">Events that gave way to newer ones, or were left at the end.</param>
/// <param name="Trouble">One line; null when all is well.</param>
internal readonly record struct SinkStatus(long Delivered, long Dropped, string? Trouble);
