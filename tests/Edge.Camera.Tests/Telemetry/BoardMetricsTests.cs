using Edge.Camera.Config;
using Edge.Camera.Telemetry;
using Edge.Camera.Tests.Web;
using Edge.Camera.Web;

namespace Edge.Camera.Tests.Telemetry;

/// <summary>The board's own sensors among the figures.</summary>
public sealed class BoardMetricsTests : IDisposable
{
    private readonly string _sys = Directory.CreateTempSubdirectory("edge-sys-").FullName;

    public void Dispose() => Directory.Delete(_sys, recursive: true);

    [Fact]
    public async Task The_hottest_zone_and_throttling_are_told_and_nothing_where_there_are_no_sensors()
    {
        await using var program = new RunningProgram(new WebConfig());
        Assert.DoesNotContain("edge_camera_board", Page(), StringComparison.Ordinal);

        Write("class/thermal/thermal_zone0/type", "cpu-thermal\n");
        Write("class/thermal/thermal_zone0/temp", "61250\n");
        Write("class/thermal/thermal_zone1/type", "gpu-thermal\n");
        Write("class/thermal/thermal_zone1/temp", "58000\n");
        Write("devices/platform/soc/soc:firmware/get_throttled", "50005\n");
        Assert.Contains("\nedge_camera_board_temperature_celsius{zone=\"cpu-thermal\"} 61.25\n", Page(), StringComparison.Ordinal);
        Assert.Contains("\nedge_camera_board_throttled 1\n", Page(), StringComparison.Ordinal);
        Assert.Contains(
            ProgramMetrics.Collect(program.View.Parts!, program.View, _sys), m => m.Name == "edge_camera_board_temperature" && m.Unit == "Cel");

        // It was throttled since the start, and is no more.
        Write("devices/platform/soc/soc:firmware/get_throttled", "50000\n");
        Assert.Contains("\nedge_camera_board_throttled 0\n", Page(), StringComparison.Ordinal);

        string Page() => MetricsPage.Write(program.View.Parts!, program.View, _sys);
    }

    private void Write(string file, string text)
    {
        string path = Path.Combine(_sys, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
