using System.Text.Json;
using Edge.Camera.Config;
using Edge.Camera.Tests.Running;

namespace Edge.Camera.Tests.Sinks.Mqtt;

/// <summary>What a broker is told when the configuration changes, and what it can command before and after.</summary>
public sealed class MqttReloadTests
{
    private const string Discovery = "homeassistant/device/edge-test/config";

    private static readonly GpioConfig Lines = new() { Outputs = [new GpioOutputConfig { Line = "RED", Classes = ["red"] }] };

    private readonly FakeBoard _board = new();

    public MqttReloadTests() => _board.Show(FakeBoard.Red);

    [MosquittoFact]
    public async Task A_region_that_is_gone_leaves_nothing_behind()
    {
        using var broker = new MosquittoBroker();
        MqttConfig mqtt = MqttTests.Config(broker);
        using var subscriber = new Subscriber(mqtt);
        await using var program = new ReloadedProgram(_board, c => c with { Mqtt = mqtt, Cameras = Camera("left") });
        await subscriber.WaitForJson("garden/camera/left/state", IsRed);
        await subscriber.Wait("garden/camera/image");
        Assert.True(await program.Reload(c => c with { Cameras = Camera("right") }));
        await subscriber.Wait("garden/camera/left/state", p => p.Length == 0);
        await subscriber.WaitForJson("garden/camera/right/state", IsRed);

        // Home Assistant removes what has a platform alone, and is told of it no more.
        await Eventually.HoldsAsync(() => Announced().Any(e => e is { Count: 1 }), "removed");
        await Eventually.HoldsAsync(() => Announced()[^1] is null, "left out");

        // In place of the first one: the broker throws that one out.
        using var late = new Subscriber(mqtt);
        await late.WaitForJson("garden/camera/right/state", IsRed);
        await late.Wait("garden/camera/image");
        Assert.DoesNotContain(late.On("garden/camera/left/state"), p => p.Length > 0);

        Assert.True(await program.Reload(c => c with { Cameras = [new CameraConfig { Name = "other", Source = "colour" }] }));
        await late.Wait("garden/camera/right/state", p => p.Length == 0);
        await late.Wait("garden/camera/image", p => p.Length == 0);

        Dictionary<string, JsonElement>?[] Announced() => Array.ConvertAll(
            subscriber.On(Discovery),
            p => JsonDocument.Parse(p).RootElement.GetProperty("components").TryGetProperty("camera__left_decision", out JsonElement e)
                ? e.EnumerateObject().ToDictionary(o => o.Name, o => o.Value)
                : null);
    }

    [MosquittoFact]
    public async Task A_change_does_not_say_unknown_before_it_knows()
    {
        using var broker = new MosquittoBroker();
        MqttConfig mqtt = MqttTests.Config(broker) with { Interval = 3600 };
        using var subscriber = new Subscriber(mqtt);
        await using var program = new ReloadedProgram(_board, c => c with { Mqtt = mqtt });
        const string State = "garden/camera/state";
        await subscriber.WaitForJson(State, IsRed);
        for (int change = 1; change <= 3; change++)
        {
            int announced = subscriber.On(Discovery).Length, states = subscriber.On(State).Length;

            // It takes a while to decide.
            Assert.True(await program.Reload(c => c with { Decision = new DecisionConfig { Votes = 100 + change, Window = 200 } }));
            await Eventually.HoldsAsync(() => subscriber.On(Discovery).Length > announced && subscriber.On(State).Length > states, "told anew");
        }

        Assert.All(subscriber.On(State), p => Assert.True(IsRed(JsonDocument.Parse(p).RootElement)));
    }

    [MosquittoFact]
    public async Task Commands_arm_and_disarm_the_lines_before_and_after_a_change_that_fails()
    {
        _board["MORE"].IsMissing = true;
        using var broker = new MosquittoBroker();
        MqttConfig mqtt = MqttTests.Config(broker) with { Commands = true };
        using var subscriber = new Subscriber(mqtt);
        await using var program = new ReloadedProgram(_board, c => c with { Mqtt = mqtt, Gpio = Lines });
        await subscriber.Wait("garden/status", "online");
        await Commanded();
        Assert.False(await program.Reload(c => c with
        {
            Gpio = new GpioConfig { Outputs = [.. Lines.Outputs, new GpioOutputConfig { Line = "MORE", Classes = ["red"] }] },
        }));
        await Commanded();
        Assert.False(_board["RED"].WasDrivenAfterItsEnd);

        async Task Commanded()
        {
            await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
            await subscriber.Publish("garden/armed/set", "OFF");
            await Eventually.HoldsAsync(() => !_board["RED"].IsActive, "RED is dark");
            await subscriber.WaitForJson("garden/state", s => !s.GetProperty("armed").GetBoolean());
            await program.Pass(5);
            Assert.False(_board["RED"].IsActive);
            await subscriber.Publish("garden/armed/set", "ON");
            await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven again");
        }
    }

    private static CameraConfig[] Camera(string region) =>
        [new CameraConfig { Source = "colour", Regions = [new RegionConfig { Name = region }] }];

    private static bool IsRed(JsonElement state) => state.GetProperty("label").GetString() == "red";
}
