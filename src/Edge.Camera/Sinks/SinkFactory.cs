using Edge.Camera.Running;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>Makes the sinks that a configuration asks for.</summary>
internal static class SinkFactory
{
    /// <exception cref="Config.ConfigException">A sink can never work as it is configured.</exception>
    public static List<ISink> Create(Watch watch, ILoggerFactory logs) => [new LogSink(logs.CreateLogger("decision"))];
}
