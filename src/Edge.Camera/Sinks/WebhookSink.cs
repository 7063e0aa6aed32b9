using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Edge.Camera.Config;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>
/// Posts every reported decision as JSON to a web address. What the answer says of this one event (400, 413, 422) loses it; what may be
/// put right at either end is tried again.
/// </summary>
internal sealed class WebhookSink : QueuedSink
{
    private const int Capacity = 64;

    private readonly HttpClient _client;
    private readonly Uri _url;

    /// <param name="config">Valid.</param>
    /// <param name="token">For <c>Authorization: Bearer</c>; null for none.</param>
    /// <param name="log">For failing calls.</param>
    public WebhookSink(WebhookConfig config, string? token, ILogger log)
        : base("webhook", Capacity, log)
    {
        _url = new Uri(config.Url);
        _client = new HttpClient { Timeout = TimeSpan.FromSeconds(config.Timeout) };
        if (token is not null)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override async Task DeliverAsync(DecisionEvent decision, CancellationToken stop)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _url);
            request.Content = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(DecisionDocument.Of(decision), DecisionJson.Default.DecisionDocument));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

            // The answer's text is of no use, however long it is.
            using HttpResponseMessage answer =
                await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode)
                return;
            string problem = $"{_url}: answered {(int)answer.StatusCode} {answer.ReasonPhrase}";
            throw answer.StatusCode
                is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity
                ? new RefusedEventException(problem + " to an event, which is left out")
                : new SinkException(problem);
        }
        catch (HttpRequestException e)
        {
            throw new SinkException($"{_url}: {e.GetBaseException().Message.ReplaceLineEndings(" ")}", e);
        }
        catch (TaskCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new SinkException($"{_url}: no answer in {_client.Timeout.TotalSeconds:0.#} s", e);
        }
    }
}
