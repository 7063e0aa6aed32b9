using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Edge.Camera.Sources.V4L2;

namespace Edge.Camera.Commands;

/// <summary><c>edge-camera cameras [--json]</c>.</summary>
internal static class CamerasCommand
{
    private const int MaxShownRates = 6;

    public static Command Create()
    {
        Option<bool> json = new("--json") { Description = "Print one JSON document instead of text." };
        Command command = new(
            "cameras", "Lists the cameras, what they deliver, and which mode run would take and why.") { json };
        command.SetAction(parsed =>
            Run(parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(bool json, TextWriter output, TextWriter error)
    {
        CameraReport report = CameraReport.Read();
        if (json)
            output.WriteLine(JsonSerializer.Serialize(report, CameraReportJson.Default.CameraReport));
        else
            Print(report, output);
        if (report.Auto is not null)
            return ExitCode.Success;
        string problem = report.Devices.Count == 0 ? VideoDirectory.NoCamera : "no camera that can be used";
        error.WriteLine($"{CommandLine.ProgramName}: {problem}");
        return ExitCode.NoCamera;
    }

    private static void Print(CameraReport report, TextWriter output)
    {
        foreach (CameraDevice device in report.Devices)
        {
            output.WriteLine($"{device.Path}  {device.Card}  ({device.Driver}, {device.Bus})");
            if (device.StableName is { } name)
                output.WriteLine($"  {name}");
            foreach (CameraFormat format in device.Formats.Where(f => f.Name is not null))
                output.WriteLine($"  {format.Name,-6} {string.Join(", ", format.Sizes.Select(Size))}");
            string[] others = [.. device.Formats.Where(f => f.Name is null).Select(f => f.FourCC).Distinct()];
            if (others.Length > 0)
                output.WriteLine($"  formats that can't be looked at: {string.Join(", ", others)}");
            if (device.Controls.Count > 0)
                output.WriteLine($"  controls: {string.Join(", ", device.Controls.Select(Control))}");
            output.WriteLine(device.Choice is { } choice
                ? $"  run takes {Mode(choice)}: {choice.Reason}"
                : $"  not used: {device.Problem}");
            output.WriteLine();
        }

        if (report.Auto is { } auto)
            output.WriteLine($"Source auto is {auto}.");
    }

    private static string Size(CameraSize size)
    {
        string text = size.MaxWidth is { } width
            ? $"{size.Width}×{size.Height} to {width}×{size.MaxHeight}"
            : $"{size.Width}×{size.Height}";
        if (size.Rates.Count == 0)
            return text;
        IEnumerable<string> rates = size.Rates.Take(MaxShownRates)
            .Select(r => r.Max is { } max ? $"{Number(r.Rate)} to {Number(max)}" : Number(r.Rate));
        return $"{text} ({string.Join(" ", rates)}{(size.Rates.Count > MaxShownRates ? " …" : "")})";
    }

    private static string Control(CameraControl control) => $"{control.Name} {control.Range}";

    private static string Mode(CameraChoice mode) =>
        $"{mode.Format.ToUpperInvariant()} {mode.Width}×{mode.Height}{(mode.Rate is { } rate ? $" at {Number(rate)}/s" : "")}";

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
