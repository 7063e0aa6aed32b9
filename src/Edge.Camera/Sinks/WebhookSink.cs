using System.Net.Http.Headers;
using System.Net.Http.Json;
using Edge.Camera.Config;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>Posts every reported decision as JSON to a web address.</summary>
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
            using HttpResponseMessage answer = await _client.PostAsJsonAsync(
                _url, DecisionDocument.Of(decision), DecisionJson.Default.DecisionDocument, stop).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
                throw new SinkException($"{_url}: answered {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
        catch (HttpRequestException e)
        {
            throw new SinkException($"{_url}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (TaskCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new SinkException($"{_url}: no answer in {_client.Timeout.TotalSeconds:0.#} s", e);
        }
    }
}
