using Edge.Camera.Checking;
using Edge.Camera.Config;

namespace Edge.Camera.Telemetry;

/// <summary>Whether the collector takes an export.</summary>
internal static class OtlpCheck
{
    private const string Name = "otlp";

    /// <summary>Sends an export without figures.</summary>
    public static CheckItem Item(OtlpConfig config, LoadedConfig loaded)
    {
        try
        {
            using var exporter = new OtlpExporter(config, Secrets.Read(loaded, "otlp.tokenFile", config.TokenFile));
            exporter.Export(new OtlpRequest([]), CancellationToken.None).GetAwaiter().GetResult();
            return CheckItem.Good(Name, $"{exporter.Address} takes metrics");
        }
        catch (ConfigException e)
        {
            return CheckItem.Bad(Name, e.Problems[0]);
        }
        catch (OtlpException e)
        {
            return CheckItem.Bad(Name, e.Message);
        }
    }
}
