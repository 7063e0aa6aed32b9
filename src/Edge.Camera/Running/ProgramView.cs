using System.Reflection;
using Edge.Camera.Capture;
using Edge.Camera.Sinks;

namespace Edge.Camera.Running;

/// <summary>The running program as page, metrics and health checks see it. Any thread.</summary>
internal sealed class ProgramView(ClassificationLoop loop)
{
    private volatile ProgramParts? _parts;

    public static string Version { get; } =
        typeof(ProgramView).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    /// <summary>Null until everything is started; another object after each change of the configuration.</summary>
    public ProgramParts? Parts
    {
        get => _parts;
        set => _parts = value;
    }

    public PreviewTap Preview => loop.Preview;

    /// <inheritdoc cref="ClassificationLoop.AllocatedBytes"/>
    public long LoopAllocatedBytes => loop.AllocatedBytes;

    /// <inheritdoc cref="ClassificationLoop.AskForSnapshot"/>
    public void AskForSnapshot() => loop.AskForSnapshot();

    /// <summary>Why no frames are classified, in one line; null while they are.</summary>
    public string? Sickness
    {
        get
        {
            if (_parts is not { } parts)
                return "starting";
            TimeSpan silence = loop.SinceAlive;
            if (silence < TimeSpan.FromSeconds(parts.Watch.Config.Config.Watchdog.Stall))
                return null;
            IEnumerable<string> troubles = parts.Readers.Where(r => r.Trouble is not null).Select(r => $"; {r.Name}: {r.Trouble}");
            return $"no frame classified for {silence.TotalSeconds:0} s{string.Concat(troubles)}";
        }
    }
}

/// <summary>What a configuration made. Counters of a model and cameras that were replaced stay readable.</summary>
internal sealed record ProgramParts(Watch Watch, IReadOnlyList<CameraReader> Readers, IReadOnlyList<ISink> Sinks)
{
    /// <summary>When the counters of the sinks were 0.</summary>
    public DateTimeOffset SinksSince { get; private init; } = DateTimeOffset.UtcNow;

    /// <param name="before">What ran before, and may have had the same sinks; null at start.</param>
    /// <param name="watch">The model at work.</param>
    /// <param name="readers">Of all its cameras.</param>
    /// <param name="sinks">Who is told.</param>
    public static ProgramParts After(ProgramParts? before, Watch watch, IReadOnlyList<CameraReader> readers, IReadOnlyList<ISink> sinks)
    {
        var parts = new ProgramParts(watch, readers, sinks);
        return before is not null && ReferenceEquals(before.Sinks, sinks) ? parts with { SinksSince = before.SinksSince } : parts;
    }

    public (CameraWatcher Watcher, CameraReader Reader)[] Cameras =>
        Array.ConvertAll([.. Watch.Cameras], c => (c, Readers.First(r => r.Name == c.Camera.Name)));
}
