using System.Text;
using System.Text.Json;
using Edge.Camera.Commands;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Config;

public class ConfigFileTests
{
    [Fact]
    public void An_empty_object_is_the_default()
    {
        EdgeConfig config = Parse("{ /* nothing */ }");
        Assert.Equal("auto", Assert.Single(config.Cameras).Source);
        Assert.Null(config.Web);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_allowed()
    {
        EdgeConfig config = Parse(
            """
            {
              // the porch
              "cameras": [{ "name": "porch", "source": "test", "regions": [{ "name": "door", "x": 0.1, "width": 0.4, }], },],
            }
            """);
        Assert.Equal(0.4, config.Cameras[0].Regions[0].Width);
    }

    [Theory]
    [InlineData("{\n\"treshold\": 1}", "edge.json:2: unknown key 'treshold'; known are")]
    [InlineData("{\n\"decision\": {\n\"treshold\": 0.5}}", "edge.json:3: unknown key 'treshold' in decision; did you mean 'threshold'?")]
    [InlineData("{\"cameras\": [{},\n{\"nmae\": \"b\"}]}", "edge.json:2: unknown key 'nmae' in cameras[1]; did you mean 'name'?")]
    [InlineData("{\"decision\": {\n\n\"threshold\": 1.5}}", "edge.json:3: decision.threshold: 1.5: must be from 0 to 1")]
    [InlineData("{\"decision\": {\n\"threshold\": \"high\"}}", "edge.json:2: decision.threshold: has the wrong kind of value")]
    [InlineData("{\"threads\": 1,\n\"threads\": 2}", "edge.json:2: threads: is there twice")]
    [InlineData("{\"cameras\": [{\"format\": \"yuvy\"}]}", "edge.json:1: cameras[0].format: 'yuvy': did you mean 'yuyv'?")]
    [InlineData("{\"cameras\": [{\"source\": \"command\"}]}", "cameras[0].command: source command needs the program")]
    [InlineData("{\"cameras\": [{}, {}]}", "cameras: 'camera' is there 2 times")]
    [InlineData("{\"decision\": {\"activeHours\": [\"6-22\"]}}", "decision.activeHours[0]: '6-22': expected hours as 06:00-22:00")]
    [InlineData("{\"decision\": {\"votes\": 5, \"window\": 3}}", "decision.votes: 5: must be from 1 to 3")]
    [InlineData("{\"web\": {\"listen\": \"0.0.0.0:80\"}}", "web.listen: 0.0.0.0:80 is open to the network")]
    [InlineData("{\"gpio\": {\"outputs\": [{\"line\": \"17\", \"classes\": [\"*\"]}]}}", "'17' is an offset, which means nothing without gpio.chip")]
    [InlineData("{\"gpio\": {\"outputs\": [{\"line\": \"LED\"}]}}", "gpio.outputs[0].classes: name the labels")]
    [InlineData("{\"ledStrip\": {\"colors\": {\"stop\": \"red\"}}}", "ledStrip.colors.stop: 'red': expected a colour as #ff8000")]
    [InlineData("{\"gpio\": {\"driver\": \"kernal\"}}", "gpio.driver: 'kernal': did you mean 'kernel'?")]
    [InlineData("{\"webhook\": {\"url\": \"example\"}}", "webhook.url: 'example': expected http://")]
    [InlineData("{\"mqtt\": {\n\"passwordfile\": \"p\"}}", "edge.json:2: unknown key 'passwordfile' in mqtt; did you mean 'passwordFile'?")]
    [InlineData("{\"mqtt\": {\n\"passwordFile\": \"p\"}}", "edge.json:2: mqtt.passwordFile: needs mqtt.user")]
    [InlineData("{\"mqtt\": {\"user\": \"u\", \"passwordFile\": \"p\",\n\"passwordCredential\": \"c\"}}", "edge.json:2: mqtt.passwordCredential: there is mqtt.passwordFile too")]
    [InlineData("{\"mqtt\": {\n\"host\": \"mqtt://broker\"}}", "edge.json:2: mqtt.host: 'mqtt://broker': expected a host name")]
    [InlineData("{\"mqtt\": {\n\"topic\": \"garden/#\"}}", "edge.json:2: mqtt.topic: 'garden/#': must be 1 to 200 characters without + and #")]
    [InlineData("{\"mqtt\": {\n\"topic\": \"/garden\"}}", "edge.json:2: mqtt.topic: '/garden': must not begin with /")]
    [InlineData("{\"mqtt\": {\n\"qos\": 3}}", "edge.json:2: mqtt.qos: 3: must be 0, 1 or 2")]
    [InlineData("{\"mqtt\": {\n\"authority\": \"ca.pem\"}}", "edge.json:2: mqtt.authority: goes with \"tls\": true")]
    [InlineData("{\"mqtt\": {\"tls\": true,\n\"certificate\": \"c.pem\"}}", "edge.json:2: mqtt.certificate: needs mqtt.key")]
    [InlineData("{\"otlp\": {\n\"endpoint\": \"http://localhost:4317\"}}", "edge.json:2: otlp.endpoint: port 4317 is for gRPC")]
    [InlineData("{\"otlp\": {\"headers\": {\n\"X Y\": \"z\"}}}", "edge.json:2: otlp.headers.X Y: is no HTTP header")]
    [InlineData("{\n\"threads\": 1\n\"model\": null}", "edge.json:3: no JSON")]
    [InlineData("", "edge.json:1: no JSON")]
    [InlineData("null", "edge.json: is null")]
    [InlineData("{\"cameras\": null}", "cameras")]
    [InlineData("{\"cameras\": [{},\nnull]}", "edge.json:2: cameras[1]: is null")]
    [InlineData("{\"cameras\": [{\"command\": [\"cat\",\nnull]}]}", "edge.json:2: cameras[0].command[1]: is null")]
    [InlineData("{\"cameras\": [{\"controls\": {\n\"gain\": null}}]}", "edge.json:2: cameras[0].controls.gain: is null")]
    [InlineData("{\"cameras\": [{\"regions\": [\nnull]}]}", "edge.json:2: cameras[0].regions[0]: is null")]
    [InlineData("{\"decision\": {\"classes\": {\n\"stop\": null}}}", "edge.json:2: decision.classes.stop: is null")]
    [InlineData("{\"decision\": {\"activeHours\": [\nnull]}}", "edge.json:2: decision.activeHours[0]: is null")]
    [InlineData("{\"gpio\": {\"outputs\": [\nnull]}}", "edge.json:2: gpio.outputs[0]: is null")]
    [InlineData("{\"gpio\": {\"buttons\": [\nnull]}}", "edge.json:2: gpio.buttons[0]: is null")]
    [InlineData("{\"gpio\": {\"outputs\": [{\"classes\": [\nnull]}]}}", "edge.json:2: gpio.outputs[0].classes[0]: is null")]
    [InlineData("{\"ledStrip\": {\"colors\": {\n\"stop\": null}}}", "edge.json:2: ledStrip.colors.stop: is null")]
    [InlineData("{\"mqtt\": {\"classes\": [\nnull]}}", "edge.json:2: mqtt.classes[0]: is null")]
    [InlineData("{\"otlp\": {\"headers\": {\n\"X-Y\": null}}}", "edge.json:2: otlp.headers.X-Y: is null")]
    [InlineData("{\"snapshots\": {\"classes\": [\nnull]}}", "edge.json:2: snapshots.classes[0]: is null")]
    public void Mistakes_are_named_with_their_line(string text, string expected)
    {
        ConfigException e = Assert.Throws<ConfigException>(() => Parse(text));
        Assert.Contains(expected, e.Problems[0], StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Problems[0]);
    }

    [Fact]
    public void All_mistakes_are_named_at_once()
    {
        ConfigException e = Assert.Throws<ConfigException>(() => Parse("{\"threads\": -1,\n\"cameras\": [{\"rotate\": 45}]}"));
        Assert.Equal(2, e.Problems.Count);
    }

    [Theory]
    [InlineData("{\n\"camera\": null}", ":2: camera: is null")]
    [InlineData("{\"camera\": [{},\nnull]}", ":2: camera[1]: is null")]
    [InlineData("{\"somebody else's\": [\nnull]}", ":2: somebody else's[0]: is null")]
    public void A_file_of_regions_with_gaps_is_refused_with_their_line(string text, string expected)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        ConfigException e = Assert.Throws<ConfigException>(() => RegionsFile.Over(new EdgeConfig(), file));
        Assert.StartsWith(file + expected, Assert.Single(e.Problems), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void A_missing_file_is_said_so()
    {
        ConfigException e = Assert.Throws<ConfigException>(() => ConfigFile.Load("nowhere/edge.json"));
        Assert.Equal("nowhere/edge.json: no such file", Assert.Single(e.Problems));
    }

    [Theory]
    [InlineData("{\"mqtt\": {\"classes\": [\"stopp\"]}}", "mqtt.classes: the model has no class 'stopp'; did you mean 'stop'?")]
    [InlineData("{\"ledStrip\": {}}", "ledStrip: this edge-camera is built without it")]
    [InlineData("{\"gpio\": {\"driver\": \"system-device-gpio\"}}", "gpio.driver: this edge-camera is built without it")]
    [InlineData("{\"decision\": {\"classes\": {\"stopp\": {}}}}", "the model has no class 'stopp'; did you mean 'stop'?")]
    public void What_this_program_or_model_cannot_do_ends_the_start(string text, string expected)
    {
        var config = new LoadedConfig(Parse(text), null);
        ConfigException e = Assert.Throws<ConfigException>(
            () => CameraProgram.Start(() => config, config, NullLoggerFactory.Instance));
        Assert.Contains(expected, Assert.Single(e.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Release_names_lines_that_are_not_there()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, """{ "gpio": { "outputs": [{ "line": "NO-SUCH-LINE", "classes": ["*"] }] } }""");
        using var error = new StringWriter();
        Assert.Equal(ExitCode.ConfigUnusable, CommandLine.Run(["release", "--config", file], TextWriter.Null, error));
        Assert.Matches("^edge-camera: (.*no GPIO chip|there is no GPIO line 'NO-SUCH-LINE')", error.ToString());
        File.Delete(file);
    }

    [Fact]
    public void The_schema_knows_every_section()
    {
        using var output = new StringWriter();
        Assert.Equal(0, CommandLine.Run(["schema"], output, TextWriter.Null));
        using JsonDocument schema = JsonDocument.Parse(output.ToString());
        JsonElement properties = schema.RootElement.GetProperty("properties");
        Assert.Equal("number", properties.GetProperty("decision").GetProperty("properties").GetProperty("threshold").GetProperty("type").GetString());
        Assert.True(properties.TryGetProperty("gpio", out _));
        Assert.True(properties.GetProperty("mqtt").GetProperty("properties").TryGetProperty("passwordCredential", out _));
        Assert.True(properties.GetProperty("otlp").GetProperty("properties").TryGetProperty("endpoint", out _));
    }

    private static EdgeConfig Parse(string text) => ConfigFile.Parse(Encoding.UTF8.GetBytes(text), "edge.json");
}
