using Edge.Camera.Checking;
using Edge.Camera.Config;

namespace Edge.Camera.Sinks.Mqtt;

/// <summary>Whether the broker can be reached and lets this client in.</summary>
internal static class MqttCheck
{
    private const string Name = "mqtt";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Connects under another identifier than the program's, which would be thrown out if it is running.</summary>
    public static CheckItem Item(MqttConfig config, LoadedConfig loaded)
    {
        try
        {
            MqttSettings settings = MqttSettings.Of(config, loaded);
            string library = MqttClient.CheckLibrary();

            // The system may wait for minutes for a host that does not answer: the attempt is then left behind.
            Task attempt = Task.Run(() => Connect(settings));
            return attempt.Wait(Patience)
                ? CheckItem.Good(Name, $"{settings.Broker} lets {settings.Config.User ?? "this board"} in ({library})")
                : CheckItem.Bad(Name, $"{settings.Broker}: no answer in {Patience.TotalSeconds:0} s; see mqtt.host, and firewalls between");
        }
        catch (ConfigException e)
        {
            return CheckItem.Bad(Name, e.Problems[0]);
        }
        catch (MqttException e)
        {
            return CheckItem.Bad(Name, e.Message);
        }
        catch (AggregateException e) when (e.InnerException is MqttException problem)
        {
            return CheckItem.Bad(Name, problem.Message);
        }
    }

    private static void Connect(MqttSettings settings)
    {
        using var client = new MqttClient(settings, $"{settings.ClientId}-check");
        client.Connect();
        client.Disconnect();
        client.Loop(0);
    }
}
