using System.Net;
using System.Text;
using Edge.Camera.Config;

namespace Edge.Camera.Tests.Web;

/// <summary>Regions that are drawn on the page: what is accepted, and the file that keeps them.</summary>
public sealed class RegionsTests : IDisposable
{
    private const string Good = """{ "camera": "front door", "regions": [{ "name": "gate", "x": 0.25, "width": 0.5 }] }""";

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-regions-").FullName;

    private string RegionsPath => Path.Combine(_folder, "state", "regions.json");

    [Fact]
    public async Task Only_sound_regions_of_a_known_camera_are_kept_and_then_classified()
    {
        await using var program = new RunningProgram(new WebConfig(), rate: 10, regionsFile: RegionsPath);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "send application/json\n"), await Put(program, Good, "text/plain"));
        Assert.Equal(HttpStatusCode.Forbidden, (await Put(program, Good, origin: "http://127.0.0.1:1")).Status);
        (string Body, HttpStatusCode Status, string Message)[] wrong =
        [
            ("null", HttpStatusCode.BadRequest, "camera and regions are missing"),
            ("{", HttpStatusCode.BadRequest, "no JSON: "),
            ("""{ "camera": "front door" }""", HttpStatusCode.BadRequest, ""),
            (Good.Replace("front", "back", StringComparison.Ordinal), HttpStatusCode.NotFound, "there is no camera 'back door'"),
            (Good.Replace("0.5", "0.8", StringComparison.Ordinal), HttpStatusCode.BadRequest, "regions[0].width: 0.8: must be"),
            (Good.Replace("gate", "a/b", StringComparison.Ordinal), HttpStatusCode.BadRequest, "regions[0].name: 'a/b': must be"),
            ("""{ "camera": "front door", "regions": [null] }""", HttpStatusCode.BadRequest, "regions[0]: is null"),
        ];
        foreach ((string body, HttpStatusCode status, string message) in wrong)
        {
            (HttpStatusCode answered, string text) = await Put(program, body);
            Assert.Equal((body, status), (body, answered));
            Assert.StartsWith(message, text, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(RegionsPath));
        Assert.Equal(HttpStatusCode.NoContent, (await Put(program, Good)).Status);
        await Eventually.HoldsAsync(async () => (await program.Client.GetStringAsync("/api/state"))
            .Contains("\"name\":\"gate\",\"x\":0.25,", StringComparison.Ordinal));
        Assert.Equal("regions.json", Path.GetFileName(Directory.GetFiles(Path.GetDirectoryName(RegionsPath)!).Single()));
    }

    [Fact]
    public void The_file_takes_the_place_of_the_configured_regions_of_the_cameras_it_names()
    {
        string config = Path.Combine(_folder, "edge.json");
        File.WriteAllText(config, """
            { // stays as it is
              "regionsFile": "state/regions.json",
              "cameras": [
                { "name": "a", "source": "test", "regions": [{ "name": "old" }] },
                { "name": "b", "source": "test", "regions": [{ "name": "own" }] }] }
            """);
        string before = File.ReadAllText(config);
        Assert.Equal(["old", "own"], Names());
        RegionsFile.Save(RegionsPath, "a", [new RegionConfig { Name = "new", Width = 0.5 }, new RegionConfig { Name = "more" }]);
        RegionsFile.Save(RegionsPath, "gone", []);
        Assert.Equal(["new", "more", "own"], Names());
        RegionsFile.Save(RegionsPath, "b", []);
        Assert.Equal(["new", "more"], Names());
        Assert.Equal(before, File.ReadAllText(config));

        string[] Names() => [.. ConfigFile.Load(config).Config.Cameras.SelectMany(c => c.Regions).Select(r => r.Name)];
    }

    [Theory]
    [InlineData("{\n\"a\": [{ \"nam\": \"x\" }] }", ":2: unknown key 'nam' in a[0]; did you mean 'name'?")]
    [InlineData("{\n\"a\": [{ \"x\": 2 }] }", ":2: a[0].x: 2: must be from 0 to 1")]
    [InlineData("{\n\"a\": 1 }", ":2: a: has the wrong kind of value")]
    [InlineData("{\n", ":2: no JSON: ")]
    public void A_wrong_file_is_named_with_its_line_and_stays(string text, string expected)
    {
        string file = Path.Combine(_folder, "regions.json");
        File.WriteAllText(file, text);
        ConfigException e = Assert.Throws<ConfigException>(() => RegionsFile.Over(new EdgeConfig(), file));
        Assert.Contains(file + expected, e.Message, StringComparison.Ordinal);
        Assert.Throws<ConfigException>(() => RegionsFile.Save(file, "a", []));
        Assert.Equal(text, File.ReadAllText(file));
    }

    [Fact]
    public void Where_nothing_can_be_written_it_says_what_to_do()
    {
        string blocked = Path.Combine(_folder, "file");
        File.WriteAllText(blocked, "");
        string file = Path.Combine(blocked, "regions.json");
        string said = Assert.Throws<ConfigException>(() => RegionsFile.Save(file, "a", [])).Message;
        Assert.EndsWith("; set regionsFile to a file in a folder that edge-camera may write", said, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<(HttpStatusCode Status, string Text)> Put(
        RunningProgram program, string body, string type = "application/json", string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/regions")
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        };
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using HttpResponseMessage answer = await program.Client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
