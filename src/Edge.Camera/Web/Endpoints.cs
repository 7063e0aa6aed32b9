using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;
using Microsoft.AspNetCore.Http;

namespace Edge.Camera.Web;

/// <summary>What the server answers.</summary>
/// <param name="program">What is shown.</param>
/// <param name="decisions">The last ones.</param>
/// <param name="page">For <c>/</c>.</param>
/// <param name="streams">How many may be open.</param>
/// <param name="stop">Ends streams.</param>
internal sealed class Endpoints(
    ProgramView program, DecisionHistory decisions, Page page, StreamLimit streams, CancellationToken stop)
{
    private static readonly TimeSpan EventPeriod = TimeSpan.FromMilliseconds(200);

    private readonly PreviewEndpoints _preview = new(program, stop);

    /// <summary>Answers one request that was admitted.</summary>
    public async Task Serve(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        string method = path switch
        {
            "/api/arm" or "/api/disarm" or "/api/snapshot" => HttpMethods.Post,
            "/api/regions" => HttpMethods.Put,
            _ => HttpMethods.Get,
        };
        if (!HttpMethods.Equals(method, context.Request.Method))
        {
            context.Response.Headers.Allow = method;
            await Gatekeeper.Refuse(context, StatusCodes.Status405MethodNotAllowed, "wrong method").ConfigureAwait(false);
            return;
        }

        try
        {
            await Serve(context, path).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The viewer has gone, or the program ends.
        }
    }

    private Task Serve(HttpContext context, string path)
    {
        if (path == "/")
            return Bytes(context, "text/html; charset=utf-8", page.Html);
        if (path == "/healthz")
            return Health(context);
        if (program.Parts is not { } parts)
            return Gatekeeper.Refuse(context, StatusCodes.Status503ServiceUnavailable, "starting");
        return path switch
        {
            "/metrics" => Metrics(context, parts),
            "/api/state" => State(context, parts),
            "/api/events" => Stream(context, Events),
            "/api/arm" => Arm(context, parts, true),
            "/api/disarm" => Arm(context, parts, false),
            "/api/snapshot" => KeepSnapshot(context, parts),
            "/api/regions" => RegionsEndpoint.Put(context, parts),
            _ when Between(path, "/history/", ".jpg") is { } number => HistoryPicture(context, number),
            _ when Camera(path, "/preview/", ".mjpg", parts) is { } camera => Stream(context, c => _preview.Show(c, camera)),
            _ when Camera(path, "/snapshot/", ".jpg", parts) is { } camera => _preview.Snapshot(context, camera),
            _ => Gatekeeper.Refuse(context, StatusCodes.Status404NotFound, "there is nothing here"),
        };
    }

    /// <summary>What a path says in the place of a name; null when it is another path.</summary>
    private static string? Between(string path, string before, string after) =>
        path.Length >= before.Length + after.Length
        && path.StartsWith(before, StringComparison.Ordinal) && path.EndsWith(after, StringComparison.Ordinal)
            ? path[before.Length..^after.Length]
            : null;

    /// <summary>The camera that a path names, if it is there.</summary>
    private static string? Camera(string path, string before, string after, ProgramParts parts) =>
        Between(path, before, after) is { } name ? parts.Readers.FirstOrDefault(r => r.Name == name)?.Name : null;

    private Task HistoryPicture(HttpContext context, string number) =>
        long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long n) && decisions.Picture(n) is { } picture
            ? Bytes(context, "image/jpeg", picture)
            : Gatekeeper.Refuse(context, StatusCodes.Status404NotFound, "there is no such picture (any more)");

    private async Task Stream(HttpContext context, Func<HttpContext, Task> serve)
    {
        if (!streams.TryEnter())
        {
            await Gatekeeper.Refuse(context, StatusCodes.Status503ServiceUnavailable, "too many viewers").ConfigureAwait(false);
            return;
        }

        try
        {
            await serve(context).ConfigureAwait(false);
        }
        finally
        {
            streams.Leave();
        }
    }

    private Task Health(HttpContext context) => program.Sickness is { } sickness
        ? Gatekeeper.Refuse(context, StatusCodes.Status503ServiceUnavailable, sickness)
        : Bytes(context, "text/plain; charset=utf-8", "ok\n"u8.ToArray());

    private async Task Metrics(HttpContext context, ProgramParts parts)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        await context.Response.WriteAsync(MetricsPage.Write(parts, program), context.RequestAborted).ConfigureAwait(false);
    }

    private Task State(HttpContext context, ProgramParts parts)
    {
        StateDocument state = StateDocument.Of(parts, program, decisions.After(0));
        return Bytes(context, "application/json", JsonSerializer.SerializeToUtf8Bytes(state, WebJson.Default.StateDocument));
    }

    private static Task Arm(HttpContext context, ProgramParts parts, bool armed)
    {
        if (parts.Sinks.OfType<GpioSink>().FirstOrDefault() is not { } gpio)
            return Gatekeeper.Refuse(context, StatusCodes.Status409Conflict, "no gpio lines are configured");
        gpio.Armed = armed;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task KeepSnapshot(HttpContext context, ProgramParts parts)
    {
        if (parts.Watch.Config.Config.Snapshots is null)
            return Gatekeeper.Refuse(context, StatusCodes.Status409Conflict, "no folder for snapshots is configured");
        program.AskForSnapshot();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private static async Task Bytes(HttpContext context, string type, byte[] content)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>
    /// Server-sent events: <c>state</c> five times a second, <c>decision</c> with its number as id. A viewer that comes back says
    /// which one it saw last.
    /// </summary>
    private async Task Events(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        _ = long.TryParse(
            context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out long seen);
        if (seen > decisions.Count)
            seen = 0;
        using var timer = new PeriodicTimer(EventPeriod);
        do
        {
            foreach (HistoryDocument decision in decisions.After(seen))
            {
                seen = decision.Number;
                await Event(context, "decision", seen, decision, WebJson.Default.HistoryDocument).ConfigureAwait(false);
            }

            if (program.Parts is { } parts)
            {
                StateDocument state = StateDocument.Of(parts, program, null);
                await Event(context, "state", null, state, WebJson.Default.StateDocument).ConfigureAwait(false);
            }

            await context.Response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(ended.Token).ConfigureAwait(false));
    }

    private static async Task Event<T>(HttpContext context, string name, long? id, T value, JsonTypeInfo<T> type)
    {
        string number = id is { } n ? string.Create(CultureInfo.InvariantCulture, $"id: {n}\n") : "";
        string data = JsonSerializer.Serialize(value, type);
        await context.Response.WriteAsync($"event: {name}\n{number}data: {data}\n\n").ConfigureAwait(false);
    }
}
