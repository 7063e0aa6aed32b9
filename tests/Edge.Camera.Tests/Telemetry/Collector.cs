using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Edge.Camera.Tests.Sinks.Mqtt;

namespace Edge.Camera.Tests.Telemetry;

/// <summary>What an OpenTelemetry collector's HTTP receiver looks like from outside, on a free port of this machine.</summary>
internal sealed class Collector : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<int, HttpListenerResponse, bool> _answer;
    private readonly ConcurrentQueue<Export> _exports = [];

    /// <param name="answer">Fills the answer to the n-th export, n from 0; false leaves it without an answer.</param>
    /// <param name="port">0 for a free one.</param>
    public Collector(Func<int, HttpListenerResponse, bool>? answer = null, int port = 0)
    {
        _answer = answer ?? ((_, _) => true);
        (_listener, Port) = Listen(port);
        _ = Serve();
    }

    public int Port { get; }

    public string Endpoint => $"http://127.0.0.1:{Port}";

    public Export[] Exports => [.. _exports];

    public async Task<Export> WaitFor(int number)
    {
        await Eventually.HoldsAsync(() => _exports.Count > number, $"export {number}");
        return Exports[number];
    }

    public void Dispose() => _listener.Abort();

    /// <summary>Another program may take a port between its choice and its use.</summary>
    private static (HttpListener Listener, int Port) Listen(int wanted)
    {
        for (int attempt = 0; ; attempt++)
        {
            int port = wanted != 0 ? wanted : MosquittoBroker.FreePort();
            var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                Thread.Sleep(100);
            }
        }
    }

    private async Task Serve()
    {
        try
        {
            for (int number = 0; ; number++)
            {
                HttpListenerContext call = await _listener.GetContextAsync();
                JsonElement body;
                using (JsonDocument document = await JsonDocument.ParseAsync(call.Request.InputStream))
                    body = document.RootElement.Clone();
                bool answers = _answer(number, call.Response);
                _exports.Enqueue(new Export(
                    Stopwatch.GetTimestamp(), $"{call.Request.HttpMethod} {call.Request.Url!.AbsolutePath}", call.Request.ContentType,
                    call.Request.Headers["Authorization"], call.Request.Headers["X-Scope-OrgID"], body));
                if (answers)
                    call.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

/// <summary>One request.</summary>
internal sealed record Export(long Time, string Line, string? ContentType, string? Authorization, string? Tenant, JsonElement Body)
{
    public JsonElement Resource => Body.GetProperty("resourceMetrics")[0].GetProperty("resource");

    public IEnumerable<JsonElement> Metrics =>
        Body.GetProperty("resourceMetrics")[0].GetProperty("scopeMetrics")[0].GetProperty("metrics").EnumerateArray();

    /// <summary>The first data point of a metric of this kind.</summary>
    public JsonElement Point(string name, string kind) =>
        Metrics.Single(m => m.GetProperty("name").GetString() == name).GetProperty(kind).GetProperty("dataPoints")[0];
}
