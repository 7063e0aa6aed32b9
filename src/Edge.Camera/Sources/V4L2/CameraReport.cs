using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Camera.Config;

namespace Edge.Camera.Sources.V4L2;

/// <summary>What <c>edge-camera cameras</c> says, in one document.</summary>
/// <param name="Auto">The device that source auto takes; null when there is none.</param>
/// <param name="Devices">All video nodes of the kernel.</param>
internal sealed record CameraReport(string? Auto, IReadOnlyList<CameraDevice> Devices)
{
    /// <summary>Asks every video node, with the size and rate that a camera without configuration has.</summary>
    public static CameraReport Read()
    {
        List<CameraDevice> devices = [.. VideoDirectory.Nodes().Select(n => Read(n, new CameraConfig()))];
        return new CameraReport(devices.Find(d => d.Choice is not null)?.Path, devices);
    }

    private static CameraDevice Read(string node, CameraConfig asked)
    {
        VideoDevice device;
        try
        {
            device = VideoDevice.Open(node);
        }
        catch (SourceException e)
        {
            return new CameraDevice(node, null, "?", "?", "?", [], [], null, e.Message);
        }

        using (device)
        {
            List<VideoFormat> formats = device.CanCapture ? device.Formats(asked.Width, asked.Height) : [];
            VideoMode? mode = ModeChoice.Choose(formats, asked.Format, asked.Width, asked.Height, asked.Rate);
            string? problem = !device.CanCapture ? "it delivers no pictures (metadata, encoder or output)"
                : device.NeedsPipeline ? "it is part of a camera pipeline; set source to rpicam, libcamera or gst-nvargus"
                : mode is null ? "no format can be looked at; a camera on a ribbon cable needs source rpicam or libcamera"
                : null;
            return new CameraDevice(
                node, VideoDirectory.StableName(node), device.Card, device.Driver, device.Bus,
                [.. formats.Select(f => new CameraFormat(f))],
                device.CanCapture ? [.. VideoControls.List(device).Select(c => new CameraControl(c))] : [],
                problem is null ? new CameraChoice(mode!) : null,
                problem);
        }
    }
}

/// <summary>One video node.</summary>
/// <param name="Path">/dev/videoN.</param>
/// <param name="StableName">Its name by maker and serial number.</param>
/// <param name="Card">The camera's name.</param>
/// <param name="Driver">Of the kernel.</param>
/// <param name="Bus">Where it is plugged in.</param>
/// <param name="Formats">What it delivers.</param>
/// <param name="Controls">What can be set.</param>
/// <param name="Choice">What run would take; null when it can't be used.</param>
/// <param name="Problem">Why it can't be used.</param>
internal sealed record CameraDevice(
    string Path, string? StableName, string Card, string Driver, string Bus, IReadOnlyList<CameraFormat> Formats,
    IReadOnlyList<CameraControl> Controls, CameraChoice? Choice, string? Problem);

/// <param name="FourCC">The kernel's four letters.</param>
/// <param name="Name">As in the configuration; null when it can't be looked at.</param>
/// <param name="Description">The driver's words.</param>
/// <param name="Sizes">Of frames.</param>
internal sealed record CameraFormat(string FourCC, string? Name, string Description, IReadOnlyList<CameraSize> Sizes)
{
    public CameraFormat(VideoFormat format)
        : this(
            PixelFormat.Letters(format.FourCC), format.Pixels?.Name, format.Description,
            [.. format.Sizes.Select(s => new CameraSize(s))])
    {
    }
}

/// <summary>A frame size, or the ends of a range, in pixels.</summary>
internal sealed record CameraSize(int Width, int Height, int? MaxWidth, int? MaxHeight, IReadOnlyList<CameraRate> Rates)
{
    public CameraSize(VideoSize size)
        : this(
            size.Width, size.Height, size.IsRange ? size.MaxWidth : null, size.IsRange ? size.MaxHeight : null,
            Array.ConvertAll([.. size.Rates], r => new CameraRate(Round(r.Min), r.Max > r.Min ? Round(r.Max) : null)))
    {
    }

    private static double Round(double rate) => Math.Round(rate, 3);
}

/// <summary>Frames per second, or the ends of a range.</summary>
internal sealed record CameraRate(double Rate, double? Max);

/// <param name="Name">As in the configuration.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="Step">Between values.</param>
/// <param name="Default">The driver's.</param>
/// <param name="Range">In words.</param>
internal sealed record CameraControl(
    string Name, ControlKind Kind, long Minimum, long Maximum, long Step, long Default, string Range)
{
    public CameraControl(VideoControl control)
        : this(control.Name, control.Kind, control.Minimum, control.Maximum, control.Step, control.Default, control.Range)
    {
    }
}

/// <param name="Format">As in the configuration.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Rate">Frames per second.</param>
/// <param name="Reason">Why this one.</param>
internal sealed record CameraChoice(string Format, int Width, int Height, double? Rate, string Reason)
{
    public CameraChoice(VideoMode mode)
        : this(mode.Pixels.Name, mode.Width, mode.Height, mode.Rate, mode.Reason)
    {
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(CameraReport))]
internal sealed partial class CameraReportJson : JsonSerializerContext;
