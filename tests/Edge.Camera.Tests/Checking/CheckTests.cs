using System.Text.Json;
using Edge.Camera.Checking;
using Edge.Camera.Commands;
using Edge.Camera.Config;
using Edge.Camera.Sinks.Gpio;

namespace Edge.Camera.Tests.Checking;

/// <summary>Every ✘ that can be provoked on a workstation, and what it says to do.</summary>
public sealed class CheckTests : IDisposable
{
    private const string Scene = "\"cameras\": [{ \"source\": \"test\", \"width\": 160, \"height\": 120 }]";

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-check-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_works_is_good()
    {
        CheckItem[] items = Check($"{{ {Scene}, \"snapshots\": {{ \"folder\": \"new/pictures\", \"keepFreeMegabytes\": 0 }} }}");
        Assert.All(items, i => Assert.Equal(CheckState.Good, i.State));
        Assert.Equal(["configuration", "model", "camera camera", "disk"], items.Select(i => i.Name));
        Assert.Contains("bit-exact", items[1].Detail, StringComparison.Ordinal);
        Assert.Contains("first frame", items[2].Detail, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "new")));
        Assert.Equal(["edge.json"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_wrong_configuration_is_named_with_its_line()
    {
        CheckItem item = Assert.Single(Check("{\n \"modle\": null }"));
        Assert.Equal(CheckState.Bad, item.State);
        Assert.Contains("edge.json:2: unknown key 'modle'", item.Detail, StringComparison.Ordinal);
        Assert.Equal("did you mean 'model'?", item.Advice);
    }

    [Fact]
    public void A_button_for_pictures_needs_a_place_for_them() =>
        Assert.Contains(
            "snapshot needs the section snapshots",
            Bad(Check("{ \"gpio\": { \"buttons\": [{ \"line\": \"GPIO5\" }] } }")).Detail,
            StringComparison.Ordinal);

    [Fact]
    public void A_model_that_is_not_there_is_bad() =>
        Assert.Contains("no such file", Bad(Check($"{{ {Scene}, \"model\": \"absent.edge\" }}")).Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData("/etc/edge-camera/edge.json", "/home/pi/birds.edge", "/home/pi/birds.edge: the service sees neither home folders nor /tmp; copy the model to /etc/edge-camera")]
    [InlineData("/etc/edge-camera/edge.json", "../../tmp/birds.edge", "/tmp/birds.edge: the service sees")]
    [InlineData("/etc/edge-camera/edge.json", "birds.edge", null)]
    [InlineData("/etc/edge-camera/edge.json", "/homework/birds.edge", null)]
    [InlineData("/etc/edge-camera/edge.json", null, null)]
    [InlineData("/home/pi/edge.json", "/home/pi/birds.edge", null)]
    public void A_model_that_the_service_does_not_see_is_bad(string config, string? model, string? expected)
    {
        string? told = ConfigChecks.HiddenFromService(new LoadedConfig(new EdgeConfig { Model = model }, config));
        Assert.StartsWith(expected ?? "", told ?? "");
        Assert.Equal(expected is null, told is null);
    }

    [Fact]
    public void A_damaged_model_is_bad()
    {
        File.WriteAllText(Path.Combine(_folder, "damaged.edge"), "no package");
        CheckItem item = Bad(Check($"{{ {Scene}, \"model\": \"damaged.edge\" }}"));
        Assert.Contains("is damaged or no .edge model", item.Detail, StringComparison.Ordinal);
        Assert.Equal("copy or pack it again", item.Advice);
    }

    [Fact]
    public void A_certificate_that_holds_is_good()
    {
        ColourModel.WriteCertified(_folder, agree: true);
        CheckItem item = Check($"{{ {Scene}, \"model\": \"certified.edge\" }}").Single(i => i.Name == "certificate");
        Assert.Equal(
            (CheckState.Good, "2 image(s) give the recorded logits; 0 points of top-1 are lost against float, 0.5 are allowed"), (item.State, item.Detail));
    }

    [Fact]
    public void A_model_that_misses_its_own_accuracy_budget_is_bad()
    {
        ColourModel.WriteCertified(_folder, agree: false);
        CheckItem item = Bad(Check($"{{ {Scene}, \"model\": \"certified.edge\" }}"), "certificate");
        Assert.Contains("misses its own accuracy budget", item.Detail, StringComparison.Ordinal);
        Assert.Equal("pack it again", item.Advice);
    }

    [Fact]
    public void A_class_that_the_model_does_not_have_is_bad()
    {
        CheckItem item = Bad(Check($"{{ {Scene}, \"decision\": {{ \"classes\": {{ \"stopp\": {{}} }} }} }}"));
        Assert.Equal(("model", "did you mean 'stop'?"), (item.Name, item.Advice));
    }

    [Fact]
    public void A_camera_that_is_not_there_is_bad() =>
        Assert.Contains(
            "/dev/video240",
            Bad(Check("{ \"cameras\": [{ \"name\": \"door\", \"source\": \"/dev/video240\" }] }"), "camera door").Detail,
            StringComparison.Ordinal);

    [Fact]
    public void A_model_whose_self_test_differs_is_bad()
    {
        ColourModel.Write(_folder, softmax: true, m => m with { SelfTest = new() { Seeds = [1], Digests = [m.SelfTest!.Digests[0] ^ 1] } });
        Assert.Contains("self-test vector 0 of 'Colours' gives ", Bad(Check($"{{ {Scene}, \"model\": \"colours.edge\" }}"), "model").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_self_test_is_good_and_says_so()
    {
        ColourModel.Write(_folder, softmax: true, m => m with { SelfTest = null });
        CheckItem item = Check($"{{ {Scene}, \"model\": \"colours.edge\" }}").Single(i => i.Name == "model");
        Assert.Equal(CheckState.Good, item.State);
        Assert.StartsWith("Colours: checksums verified, no self-test in the package", item.Detail, StringComparison.Ordinal);
    }

    /// <summary>What needs a driver is in tools/board/check.sh.</summary>
    [Theory]
    [InlineData("\"source\": \"auot\"", "source 'auot'", "did you mean 'auto'?")]
    [InlineData("\"source\": \"absent/pictures\"", "source 'absent/pictures'", "no such file or folder")]
    [InlineData("\"source\": \"film.mp4\"", "must be .jpg, .png, .y4m or .mjpeg", "set source to ffmpeg-rtsp")]
    [InlineData("\"source\": \"damaged.jpg\"", "damaged.jpg: is neither a JPEG nor a PNG image", null)]
    [InlineData("\"source\": \"empty\"", "empty", null)]
    [InlineData("\"source\": \"empty.mjpeg\"", "empty.mjpeg: holds no frame", null)]
    [InlineData("\"source\": \"empty.mjpeg\", \"loop\": false", "empty.mjpeg: holds no frame", null)]
    [InlineData("\"source\": \"command\", \"command\": [\"no-such-camera-program\"]", "no-such-camera-program", null)]
    [InlineData("\"source\": \"command\", \"command\": [\"false\"]", "false has ended with exit code 1", null)]
    [InlineData("\"source\": \"command\", \"command\": [\"true\"], \"loop\": false", "there is no frame in it", null)]
    public void A_source_that_gives_nothing_is_bad(string camera, string problem, string? advice)
    {
        File.WriteAllText(Path.Combine(_folder, "film.mp4"), "a film");
        File.WriteAllText(Path.Combine(_folder, "damaged.jpg"), "a picture");
        File.WriteAllText(Path.Combine(_folder, "empty.mjpeg"), "");
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        CheckItem item = Bad(Check($"{{ \"cameras\": [{{ \"name\": \"door\", {camera} }}] }}"), "camera door");
        Assert.Contains(problem, item.Detail, StringComparison.Ordinal);
        Assert.Contains(advice ?? "", $"{item.Detail} {item.Advice}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_writes_nothing_is_bad_after_ten_seconds()
    {
        CheckItem item = Bad(Check("{ \"cameras\": [{ \"source\": \"command\", \"command\": [\"sleep\", \"600\"] }] }"), "camera camera");
        Assert.Contains("in 10 s", item.Detail, StringComparison.Ordinal);
        Assert.Equal("check the cable, and try another format", item.Advice);
    }

    [Fact]
    public void Every_problem_of_a_configuration_is_an_item() =>
        Assert.Equal(2, Check("{ \"threads\": -1, \"cameras\": [{ \"rate\": 0 }] }").Count(i => i is { Name: "configuration", State: CheckState.Bad }));

    [Fact]
    public void A_machine_without_lines_is_bad()
    {
        string before = GpioChips.Folder;
        GpioChips.Folder = _folder;
        try
        {
            const string Lines = "\"gpio\": { \"outputs\": [{ \"line\": \"GPIO17\", \"classes\": [\"stop\"] }] }";
            Assert.Contains("there is no GPIO chip", Bad(Check($"{{ {Scene}, {Lines} }}"), "GPIO GPIO17").Detail, StringComparison.Ordinal);
        }
        finally
        {
            GpioChips.Folder = before;
        }
    }

    [Fact]
    public void A_full_disk_is_bad()
    {
        CheckItem item = Bad(Check($"{{ {Scene}, \"snapshots\": {{ \"keepFreeMegabytes\": 1000000 }} }}"), "disk");
        Assert.StartsWith("make room", item.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_may_not_be_written_is_bad()
    {
        CheckItem item = Bad(Check($"{{ {Scene}, \"snapshots\": {{ \"folder\": \"/proc/pictures\", \"keepFreeMegabytes\": 0 }} }}"), "disk");
        Assert.Contains("may not write there", item.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_that_runs_free_is_bad()
    {
        CheckItem item = Bad([.. MachineChecks.All(_folder, isClockSynchronised: false)], "clock");
        Assert.StartsWith("sudo timedatectl set-ntp true", item.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_machine_does_not_have_is_not_bad()
    {
        CheckItem[] items = [.. MachineChecks.All(_folder, isClockSynchronised: true)];
        Assert.Equal([CheckState.Absent, CheckState.Absent, CheckState.Good], items.Select(i => i.State));
    }

    [Theory]
    [InlineData("45321", true)]
    [InlineData("80000", false)]
    public void The_hottest_zone_counts(string thousandths, bool good)
    {
        Sys("class/thermal/thermal_zone0/temp", "20000\n");
        Sys("class/thermal/thermal_zone1/temp", thousandths + "\n");
        Sys("class/thermal/thermal_zone1/type", "cpu-thermal\n");
        CheckItem item = MachineChecks.All(_folder, isClockSynchronised: true).First();
        Assert.Equal(good, item.State == CheckState.Good);
        Assert.Contains("(cpu-thermal)", item.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", true, "none")]
    [InlineData("50005", false, "the supply voltage is too low")]
    [InlineData("50000", false, "the supply voltage has been too low since the start")]
    [InlineData("20002", false, "the processor's clock is capped")]
    [InlineData("40004", false, "the processor is throttled")]
    [InlineData("80008", false, "the soft temperature limit is reached")]
    [InlineData("e0000", true, "none")]
    public void The_firmware_of_a_Pi_tells_of_throttling(string bits, bool good, string detail)
    {
        Sys("devices/platform/soc/soc:firmware/get_throttled", bits + "\n");
        CheckItem item = MachineChecks.All(_folder, isClockSynchronised: true).ElementAt(1);
        Assert.Equal((good, detail), (item.State == CheckState.Good, item.Detail));
    }

    [Fact]
    public void The_command_ends_with_1_and_says_what_to_do()
    {
        string file = Write($"{{ {Scene}, \"model\": \"absent.edge\" }}");
        using var text = new StringWriter();
        Assert.Equal(1, CommandLine.Run(["check", "--config", file], text, TextWriter.Null));
        Assert.Contains("✘ model", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("✔ camera camera", text.ToString(), StringComparison.Ordinal);

        using var json = new StringWriter();
        Assert.Equal(1, CommandLine.Run(["check", "--config", file, "--json"], json, TextWriter.Null));
        using JsonDocument report = JsonDocument.Parse(json.ToString());
        Assert.False(report.RootElement.GetProperty("good").GetBoolean());
        JsonElement model = report.RootElement.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "model");
        Assert.Equal("bad", model.GetProperty("state").GetString(), ignoreCase: true);
    }

    private static CheckItem Bad(CheckItem[] items, string? name = null) =>
        Assert.Single(items, i => i.State == CheckState.Bad && (name is null || i.Name == name));

    private CheckItem[] Check(string config) => [.. ConfigChecks.All(Write(config))];

    private string Write(string config)
    {
        string file = Path.Combine(_folder, "edge.json");
        File.WriteAllText(file, config);
        return file;
    }

    private void Sys(string file, string text)
    {
        string path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
