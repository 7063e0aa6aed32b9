using Edge.Camera.Classification;
using Edge.Camera.Config;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Camera.Running;

/// <summary>
/// A model at work on the cameras of a configuration. A changed configuration or model makes a new one beside it, and the loop changes
/// over between two frames.
/// </summary>
internal sealed class Watch : IDisposable
{
    private readonly Session _session;
    private readonly string _name;

    private Watch(LoadedConfig config, Session session, string name)
    {
        (Config, _session, _name, Scores) = (config, session, name, new ClassScores(session.Model));
        Cameras = [.. config.Config.Cameras.Select(c => new CameraWatcher(c, session, Scores, config.Config.Decision))];
    }

    public LoadedConfig Config { get; }

    /// <summary>When its counters were 0.</summary>
    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    public EdgeModel Model => _session.Model;

    public InstructionSet InstructionSet => _session.InstructionSet;

    public int Threads => _session.Threads;

    public ClassScores Scores { get; }

    public CameraWatcher[] Cameras { get; }

    /// <summary>Loads the model, replays its self-test, and checks the labels that the configuration names.</summary>
    /// <exception cref="CommandException">The model can't be used.</exception>
    /// <exception cref="ConfigException">A label that the model does not have.</exception>
    public static Watch Load(LoadedConfig config)
    {
        ModelSource source = config.Config.Model is { } path ? ModelSource.File(config.Resolve(path)) : ModelSource.BuiltIn;
        Session session = Classifier.LoadSession(source, config.Config.Threads);
        try
        {
            var watch = new Watch(config, session, source.Name);
            watch.CheckLabels();
            return watch;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="Classifier.ReplayCertificate(string, Session)"/>
    public CertificateResult? ReplayCertificate() => Classifier.ReplayCertificate(_name, _session);

    public void Dispose()
    {
        foreach (CameraWatcher camera in Cameras)
            camera.Dispose();
        _session.Dispose();
    }

    private void CheckLabels()
    {
        EdgeConfig c = Config.Config;
        List<string> problems = [];
        Check("decision.classes", c.Decision.Classes.Keys);
        GpioOutputConfig[] outputs = c.Gpio?.Outputs ?? [];
        for (int i = 0; i < outputs.Length; i++)
            Check($"gpio.outputs[{i}].classes", outputs[i].Classes);
        Check("mqtt.classes", c.Mqtt?.Classes ?? []);
        Check("snapshots.classes", c.Snapshots?.Classes ?? []);
        if (problems.Count > 0)
            throw new ConfigException(problems);

        void Check(string key, IEnumerable<string> labels)
        {
            foreach (string label in labels)
            {
                if (label is "*" or Sinks.DecisionEvent.UnknownLabel || Scores.Labels.Contains(label))
                    continue;
                string hint = Spelling.Nearest(label, Scores.Labels) is { } near ? $"; did you mean '{near}'?" : "";
                problems.Add($"{Config.Path ?? "configuration"}: {key}: the model has no class '{label}'{hint}");
            }
        }
    }
}
