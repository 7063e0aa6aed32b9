using System.Device.Spi;
using System.Drawing;
using System.Globalization;
using Edge.Camera.Config;
using Iot.Device.Ws28xx;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks.Strip;

/// <summary>
/// A WS2812B strip on an SPI bus, through Iot.Device.Bindings: all lamps take the colour of the decided class, the first n in
/// proportion to its score. Only of builds with <c>FullFeed=true</c>.
/// </summary>
internal sealed class LedStripSink : QueuedSink
{
    private const int Capacity = 2;

    private readonly LedStripConfig _config;
    private readonly SpiDevice _spi;
    private readonly Ws2812b _strip;

    /// <exception cref="ConfigException">There is no such bus, or it may not be opened.</exception>
    public LedStripSink(LedStripConfig config, ILogger log)
        : base("ledStrip", Capacity, log)
    {
        _config = config;
        try
        {
            // 800 kHz, each bit of a colour as three bits on the bus.
            _spi = SpiDevice.Create(new SpiConnectionSettings(config.Bus, config.ChipSelect)
            {
                ClockFrequency = 2_400_000,
                Mode = SpiMode.Mode0,
                DataBitLength = 8,
            });
            _strip = new Ws2812b(_spi, config.Lamps);
            Show(Color.Black, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            _spi?.Dispose();
            throw new ConfigException(
                [$"ledStrip: SPI bus {config.Bus}.{config.ChipSelect}: {e.Message.ReplaceLineEndings(" ")}; enable SPI and add the user to group spi"]);
        }
    }

    /// <summary>Of <c>#rrggbb</c>.</summary>
    public static bool TryParseColor(string text, out Color color)
    {
        int rgb = 0;
        bool good = text.Length == 7 && text[0] == '#'
            && int.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out rgb);
        color = good ? Color.FromArgb(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF) : Color.Black;
        return good;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        try
        {
            Show(Color.Black, 0);
        }
        catch (IOException)
        {
            // The bus is gone, and with it the lamps.
        }

        _spi.Dispose();
    }

    /// <summary>The strip shows every decision, those within a cool-down too.</summary>
    protected override bool Wants(DecisionEvent decision) => _config.Where is not { } where || where == decision.Camera || where == decision.Where;

    protected override Task DeliverAsync(DecisionEvent decision, CancellationToken stop)
    {
        try
        {
            if (_config.Colors.TryGetValue(decision.Label, out string? text) && TryParseColor(text, out Color color))
                Show(color, Math.Max(1, (int)MathF.Round(decision.Score * _config.Lamps)));
            else
                Show(Color.Black, 0);
        }
        catch (IOException e)
        {
            throw new SinkException($"SPI bus {_config.Bus}.{_config.ChipSelect}: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        return Task.CompletedTask;
    }

    private void Show(Color color, int lamps)
    {
        for (int x = 0; x < _config.Lamps; x++)
            _strip.Image.SetPixel(x, 0, x < lamps ? color : Color.Black);
        _strip.Update();
    }
}
