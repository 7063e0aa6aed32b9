using System.Reflection;
using Edge.Camera.Capture;
using Edge.Camera.Sinks;

namespace Edge.Camera.Running;

/// <summary>The running program as page, metrics and health checks see it. Any thread.</summary>
internal sealed class ProgramView(ClassificationLoop loop)
{
    private volatile ProgramParts? _parts;
    private volatile bool _outputsArmed = true;

    public static string Version { get; } =
        typeof(ProgramView).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    /// <summary>Null until everything is started; another object after each change of the configuration.</summary>
    public ProgramParts? Parts
    {
        get => _parts;
        set => _parts = value;
    }

    /// <summary>
    /// Whether decisions drive GPIO lines; they do at start. Here and not with the lines: whoever disarms means the board, whatever
    /// configuration it will have.
    /// </summary>
    public bool OutputsArmed
    {
        get => _outputsArmed;
        set => _outputsArmed = value;
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

/// <summary>What a configuration made.</summary>
/// <param name="Watch">The model at work.</param>
/// <param name="Readers">Of all its cameras.</param>
/// <param name="Sinks">Who is told.</param>
/// <remarks>Counters of a model and cameras that were replaced stay readable.</remarks>
internal sealed record ProgramParts(Watch Watch, IReadOnlyList<CameraReader> Readers, IReadOnlyList<ISink> Sinks)
{
    public (CameraWatcher Watcher, CameraReader Reader)[] Cameras =>
        Array.ConvertAll([.. Watch.Cameras], c => (c, Readers.First(r => r.Name == c.Camera.Name)));
}
