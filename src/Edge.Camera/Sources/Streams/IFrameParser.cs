using Edge.Camera.Capture;

namespace Edge.Camera.Sources.Streams;

/// <summary>How far a parser came.</summary>
internal enum ParseResult
{
    /// <summary>The frame is whole.</summary>
    Frame,

    /// <summary>Nothing more came in time; go on with the same frame.</summary>
    NothingYet,

    /// <summary>The input has ended; what the frame holds is not whole.</summary>
    End,
}

/// <summary>Finds the frames in a stream of bytes.</summary>
internal interface IFrameParser
{
    /// <summary>What the stream holds, for logs; complete once the first frame has come.</summary>
    string Description { get; }

    /// <summary>Frames that were damaged or too long and left out.</summary>
    long Damaged { get; }

    /// <summary>Reads until a frame is whole.</summary>
    /// <param name="input">The stream.</param>
    /// <param name="frame">Takes the frame; the same object until it is whole.</param>
    /// <param name="pool">Of the frame.</param>
    /// <param name="timeout">How long to wait for bytes, each time.</param>
    /// <exception cref="SourceException">The stream is no such stream.</exception>
    ParseResult Parse(InputBuffer input, CapturedFrame frame, FramePool pool, TimeSpan timeout);

    /// <summary>The stream begins anew.</summary>
    void Restart();
}
