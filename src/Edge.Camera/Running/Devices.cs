using Edge.Camera.Config;
using Edge.Camera.Sinks.Gpio;
using Edge.Camera.Sources;

namespace Edge.Camera.Running;

/// <summary>Where frames come from, which lines are driven and what time it is: the machine's own, unless others are given.</summary>
internal sealed class Devices
{
    /// <inheritdoc cref="SourceFactory.For"/>
    public Func<CameraConfig, LoadedConfig, Func<IFrameSource>> Source { get; init; } = SourceFactory.For;

    /// <inheritdoc cref="GpioDrivers.For"/>
    public Func<GpioConfig, IGpioDriver> Gpio { get; init; } = GpioDrivers.For;

    /// <summary>For active hours.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
