using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Edge.Camera.Config;
using Edge.Camera.Sinks.Mqtt;
using Edge.Camera.Tests.Running;

namespace Edge.Camera.Tests.Sinks.Mqtt;

/// <summary>The whole program against a real broker.</summary>
public sealed class MqttTests
{
    private const string Discovery = "homeassistant/device/edge-test/config";

    [MosquittoFact]
    public async Task Decisions_states_and_pictures_arrive()
    {
        using var broker = new MosquittoBroker();
        using var subscriber = new Subscriber(Config(broker));
        await using (var program = new MqttProgram(Config(broker)))
        {
            await subscriber.Wait("garden/status", "online");
            JsonElement decision = await subscriber.WaitForJson("garden/front door/all/decision", d => Text(d, "label") == "no entry");
            Assert.Equal(("front door", "all"), (Text(decision, "camera"), Text(decision, "region")));
            JsonElement state = await subscriber.WaitForJson("garden/front door/all/state", s => Text(s, "label") == "no entry");
            Assert.InRange(state.GetProperty("score").GetDouble(), 0.5, 1);
            Assert.True(state.GetProperty("classified").GetInt64() > 0);
            byte[] image = await subscriber.Wait("garden/front door/image");
            Assert.Equal([0xFF, 0xD8, 0xFF], image[..3]);
            JsonElement board = await subscriber.WaitForJson("garden/state");
            Assert.False(board.TryGetProperty("armed", out _));
            await Eventually.HoldsAsync(() => program.Status is { Delivered: > 0, Trouble: null }, "delivered");
        }

        await subscriber.Wait("garden/status", "offline");
    }

    [MosquittoFact]
    public async Task Home_Assistant_gets_one_device_and_again_when_it_has_started()
    {
        using var broker = new MosquittoBroker();
        MqttConfig config = Config(broker) with { Classes = ["*", "stop"], Commands = true };
        using var subscriber = new Subscriber(config);
        await using var program = new MqttProgram(config);
        JsonElement device = await subscriber.WaitForJson(Discovery);
        Assert.Equal("edge-test", device.GetProperty("device").GetProperty("identifiers")[0].GetString());
        Assert.Equal("garden/status", Text(device, "availability_topic"));
        JsonElement[] entities = [.. device.GetProperty("components").EnumerateObject().Select(c => c.Value)];
        Assert.Equal(entities.Length, entities.Select(e => Text(e, "unique_id")).Distinct().Count());
        Assert.Equal(4, entities.Count(e => Text(e, "platform") == "sensor" && Text(e, "state_topic") == "garden/front door/all/state"));
        JsonElement decision = entities.First(e => Text(e, "name") == "front door all decision");
        Assert.Equal("garden/front door/all/state", Text(decision, "state_topic"));
        Assert.Equal(("{{ value_json.label }}", "enum"), (Text(decision, "value_template"), Text(decision, "device_class")));
        Assert.Contains("no entry", decision.GetProperty("options").EnumerateArray().Select(o => o.GetString()));
        JsonElement stop = entities.First(e => Text(e, "name") == "front door all stop");
        Assert.Equal("{{ 'ON' if value_json.label == 'stop' else 'OFF' }}", Text(stop, "value_template"));
        Assert.Equal("garden/front door/image", Text(Assert.Single(entities, e => Text(e, "platform") == "camera"), "topic"));
        JsonElement button = Assert.Single(entities, e => Text(e, "platform") == "button");
        Assert.Equal("garden/snapshot/set", Text(button, "command_topic"));

        int before = subscriber.On(Discovery).Length;
        await subscriber.Publish("homeassistant/status", "online");
        await Eventually.HoldsAsync(() => subscriber.On(Discovery).Length > before, "announced again");
    }

    [MosquittoFact]
    public Task A_command_takes_a_picture_and_disarms_where_commands_are_allowed() => Command(allowed: true);

    [MosquittoFact]
    public Task A_command_does_nothing_where_commands_are_not_allowed() => Command(allowed: false);

    /// <summary>On a scene without decisions: no picture comes but on command.</summary>
    private static async Task Command(bool allowed)
    {
        var board = new FakeBoard();
        board.Show(FakeBoard.Black);
        GpioConfig lines = new() { Outputs = [new GpioOutputConfig { Line = "RED", Classes = ["red"] }] };
        using var broker = new MosquittoBroker();
        MqttConfig config = Config(broker) with { Commands = allowed };
        using var subscriber = new Subscriber(config);
        await using var program = new ReloadedProgram(board, c => c with { Mqtt = config, Gpio = lines });
        await subscriber.Wait("garden/status", "online");
        await program.Pass(10);
        Assert.Empty(subscriber.On("garden/camera/image"));
        Assert.True(program.Gpio.Armed);

        await subscriber.Publish("garden/snapshot/set", "PRESS");
        await subscriber.Publish("garden/armed/set", "OFF");
        if (allowed)
        {
            byte[] image = await subscriber.Wait("garden/camera/image");
            Assert.Equal([0xFF, 0xD8, 0xFF], image[..3]);
            await Eventually.HoldsAsync(() => !program.Gpio.Armed, "disarmed");
            return;
        }

        // Told at intervals: the broker has passed on all that was said before.
        int told = subscriber.On("garden/state").Length;
        await Eventually.HoldsAsync(() => subscriber.On("garden/state").Length >= told + 3, "states");
        await program.Pass(10);
        Assert.Empty(subscriber.On("garden/camera/image"));
        Assert.True(program.Gpio.Armed);
    }

    [MosquittoFact]
    public async Task A_broker_that_starts_again_is_told_everything_again()
    {
        using var broker = new MosquittoBroker();
        await using var program = new MqttProgram(Config(broker));
        await Eventually.HoldsAsync(() => program.Status.Delivered > 0, "delivered");
        broker.Kill();
        await Eventually.HoldsAsync(() => program.Status.Trouble is not null, "trouble");
        long frames = program.Frames;
        await Eventually.HoldsAsync(() => program.Frames > frames + 5, "frames without a broker");
        broker.StartAgain();
        await Eventually.HoldsAsync(() => program.Status.Trouble is null, "recovered");
        using var subscriber = new Subscriber(Config(broker));
        await subscriber.Wait("garden/status", "online");
        await subscriber.Wait(Discovery);
        await subscriber.WaitForJson("garden/front door/all/state", s => Text(s, "label") == "no entry");
    }

    [MosquittoFact]
    public async Task A_killed_program_is_said_to_be_offline_by_the_broker()
    {
        using var broker = new MosquittoBroker();
        using var subscriber = new Subscriber(Config(broker));
        string file = Path.Combine(broker.Folder, "edge.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(MqttProgram.Config(Config(broker)), ConfigJson.Default.EdgeConfig));
        string dll = Path.Combine(AppContext.BaseDirectory, "edge-camera.dll");
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", [dll, "run", "--config", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            await subscriber.Wait("garden/status", "online");
            Assert.DoesNotContain(subscriber.On("garden/status"), p => p.AsSpan().SequenceEqual("offline"u8));
        }
        finally
        {
            process.Kill();
        }

        await subscriber.Wait("garden/status", "offline");
    }

    [MosquittoFact]
    public async Task A_broker_that_never_answers_delays_neither_frames_nor_the_end()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var config = new MqttConfig { Host = "127.0.0.1", Port = ((IPEndPoint)silent.LocalEndpoint).Port, ClientId = "edge-test" };
        var program = new MqttProgram(config);
        await Eventually.HoldsAsync(() => program.Frames > 30, "frames");
        Assert.Equal(0, program.Status.Delivered);
        await program.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_missing_library_is_named_with_its_package()
    {
        Assert.Equal(
            "libmosquitto.so.1 is missing; install it with: apt install libmosquitto1",
            MqttException.Library(new DllNotFoundException()).Message);
        Assert.EndsWith(
            "upgrade the package libmosquitto1", MqttException.Library(new EntryPointNotFoundException()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("front door", "front_20_door")]
    [InlineData("front_door", "front_5f_door")]
    [InlineData("a-B9", "a-B9")]
    public void Identifiers_of_Home_Assistant_differ_where_names_do(string name, string id) => Assert.Equal(id, HomeAssistant.Id(name));

    internal static MqttConfig Config(MosquittoBroker broker) => new()
    {
        Host = "127.0.0.1",
        Port = broker.Port,
        Topic = "garden",
        ClientId = "edge-test",
        Interval = 1,
    };

    private static string Text(JsonElement element, string key) =>
        element.TryGetProperty(key, out JsonElement value) ? value.GetString() ?? "" : "";
}
