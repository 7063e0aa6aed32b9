using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Edge.Camera.Tests.Web;

/// <summary>A fact about the page in a real browser; skipped, visibly, where Debian's packages are absent.</summary>
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (!Chromium.IsInstalled)
            Skip = "Chromium is absent (apt install chromium chromium-driver)";
    }
}

/// <summary>
/// A headless Chromium with an empty profile, driven through chromedriver by the WebDriver protocol (w3.org/TR/webdriver2).
/// </summary>
public sealed class Chromium : IAsyncLifetime, IDisposable
{
    private const string Browser = "/usr/bin/chromium";
    private const string Driver = "/usr/bin/chromedriver";

    /// <summary>No sandbox, for tests run as root; and nothing in the background that asks for hosts of the Internet.</summary>
    private static readonly string[] Options =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
        "--force-device-scale-factor=1", "--hide-scrollbars",
    ];

    private readonly string _profile = Directory.CreateTempSubdirectory("edge-chromium-").FullName;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(2) };
    private Process? _driver;
    private string _session = "";

    public static bool IsInstalled => File.Exists(Browser) && File.Exists(Driver);

    public async Task InitializeAsync()
    {
        if (!IsInstalled)
            return;
        _driver = Process.Start(new ProcessStartInfo(Driver, ["--port=0"]) { RedirectStandardOutput = true })!;
        string? line;
        do
        {
            line = await _driver.StandardOutput.ReadLineAsync();
            Assert.True(line is not null, "chromedriver does not start");
        }
        while (!line.Contains("successfully on port ", StringComparison.Ordinal));
        _driver.StandardOutput.Close();
        _client.BaseAddress = new Uri($"http://127.0.0.1:{line[(line.LastIndexOf(' ') + 1)..].TrimEnd('.')}/");
        JsonArray arguments = [.. Options.Append($"--user-data-dir={_profile}").Select(o => JsonValue.Create(o))];
        JsonElement session = await Ask("session", new JsonObject
        {
            ["capabilities"] = new JsonObject
            {
                ["alwaysMatch"] = new JsonObject
                {
                    // A page with a stream in it is never loaded completely.
                    ["pageLoadStrategy"] = "eager",
                    ["goog:chromeOptions"] = new JsonObject { ["binary"] = Browser, ["args"] = arguments },
                },
            },
        });
        _session = $"session/{session.GetProperty("sessionId").GetString()}";
    }

    public async Task DisposeAsync()
    {
        if (_driver is not null)
        {
            if (_session.Length > 0)
                (await _client.DeleteAsync(_session)).Dispose();
            _driver.Kill(entireProcessTree: true);
            await _driver.WaitForExitAsync();
            _driver.Dispose();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    public Task Open(Uri address) => Ask($"{_session}/url", new JsonObject { ["url"] = address.AbsoluteUri });

    /// <summary>The browser becomes a window of this size, or a phone of it.</summary>
    public Task SetSize(int width, int height, bool phone) => Command("Emulation.setDeviceMetricsOverride", new JsonObject
    {
        ["width"] = width,
        ["height"] = height,
        ["deviceScaleFactor"] = 1,
        ["mobile"] = phone,
    });

    /// <summary>What an expression of JavaScript gives in the page.</summary>
    public async Task<JsonElement> Evaluate(string expression) => await Ask(
        $"{_session}/execute/sync", new JsonObject { ["script"] = $"return {expression};", ["args"] = new JsonArray() });

    /// <summary>Waits until an expression is true in the page; a minute at most.</summary>
    public Task WaitFor(string expression) =>
        Eventually.HoldsAsync(async () => (await Evaluate($"!!({expression})")).GetBoolean(), expression);

    /// <summary>Presses the mouse at one point of the window, moves to another and lets go.</summary>
    public Task Drag(double fromX, double fromY, double toX, double toY) => Ask($"{_session}/actions", new JsonObject
    {
        ["actions"] = new JsonArray(new JsonObject
        {
            ["type"] = "pointer",
            ["id"] = "mouse",
            ["actions"] = new JsonArray(
                Move(fromX, fromY),
                new JsonObject { ["type"] = "pointerDown", ["button"] = 0 },
                Move((fromX + toX) / 2, (fromY + toY) / 2),
                Move(toX, toY),
                new JsonObject { ["type"] = "pointerUp", ["button"] = 0 }),
        }),
    });

    /// <summary>Clicks the middle of what a CSS selector finds first, where a person would.</summary>
    public async Task Click(string selector)
    {
        string element = $"document.querySelector({JsonSerializer.Serialize(selector)})";
        await Evaluate($"{element}.scrollIntoView({{ block: 'center', behavior: 'instant' }})");
        JsonElement box = await Evaluate($"{element}.getBoundingClientRect().toJSON()");
        double x = Number(box, "x") + (Number(box, "width") / 2), y = Number(box, "y") + (Number(box, "height") / 2);
        await Drag(x, y, x, y);
    }

    /// <summary>The page from top to bottom as PNG.</summary>
    public async Task<byte[]> Picture()
    {
        JsonElement height = await Evaluate("document.documentElement.scrollHeight");
        JsonElement width = await Evaluate("document.documentElement.clientWidth");
        JsonElement picture = await Command("Page.captureScreenshot", new JsonObject
        {
            ["format"] = "png",
            ["captureBeyondViewport"] = true,
            ["clip"] = new JsonObject
            {
                ["x"] = 0,
                ["y"] = 0,
                ["width"] = width.GetInt32(),
                ["height"] = height.GetInt32(),
                ["scale"] = 1,
            },
        });
        return picture.GetProperty("data").GetBytesFromBase64();
    }

    public static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static JsonObject Move(double x, double y) => new()
    {
        ["type"] = "pointerMove",
        ["duration"] = 50,
        ["origin"] = "viewport",
        ["x"] = (int)Math.Round(x),
        ["y"] = (int)Math.Round(y),
    };

    private Task<JsonElement> Command(string name, JsonObject parameters) =>
        Ask($"{_session}/goog/cdp/execute", new JsonObject { ["cmd"] = name, ["params"] = parameters });

    private async Task<JsonElement> Ask(string path, JsonObject body)
    {
        // A body of known length: chromedriver reads no chunks.
        using var content = new StringContent(body.ToJsonString(), mediaType: new("application/json"));
        using HttpResponseMessage answer = await _client.PostAsync(path, content);
        JsonElement value = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("value");
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {value}");
        return value;
    }
}
