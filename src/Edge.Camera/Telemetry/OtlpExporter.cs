using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Edge.Camera.Config;

namespace Edge.Camera.Telemetry;

/// <summary>Brings requests to a collector: OTLP over HTTP, JSON.</summary>
internal sealed class OtlpExporter : IDisposable
{
    private const string DefaultPath = "v1/metrics";
    private const int LongestAnswer = 64 * 1024;

    private readonly HttpClient _client;

    /// <param name="config">Valid.</param>
    /// <param name="token">For <c>Authorization: Bearer</c>; null for none.</param>
    public OtlpExporter(OtlpConfig config, string? token)
    {
        var endpoint = new Uri(config.Endpoint);
        Address = endpoint.AbsolutePath == "/" ? new Uri(endpoint, DefaultPath) : endpoint;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            Timeout = TimeSpan.FromSeconds(config.Timeout),
            MaxResponseContentBufferSize = LongestAnswer,
        };
        foreach ((string name, string value) in config.Headers)
            _client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        if (token is not null)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Where metrics go.</summary>
    public Uri Address { get; }

    /// <summary>One export.</summary>
    /// <exception cref="OtlpException">It did not get there, or not all of it.</exception>
    /// <exception cref="OperationCanceledException">The program ends.</exception>
    public async Task Export(OtlpRequest request, CancellationToken stop)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, OtlpJson.Default.OtlpRequest));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using HttpResponseMessage answer = await _client.PostAsync(Address, content, stop).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
                throw Refused(answer);
            CheckWhole(await answer.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false));
        }
        catch (HttpRequestException e)
        {
            throw new OtlpException($"{Address}: {e.GetBaseException().Message.ReplaceLineEndings(" ")}", null, e);
        }
        catch (TaskCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new OtlpException($"{Address}: no answer in {_client.Timeout.TotalSeconds:0.#} s", null, e);
        }
    }

    public void Dispose() => _client.Dispose();

    private OtlpException Refused(HttpResponseMessage answer)
    {
        string advice = answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "; see otlp.tokenFile and otlp.headers",
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed => "; see otlp.endpoint: is OTLP over HTTP spoken there?",
            HttpStatusCode.UnsupportedMediaType => "; it takes no JSON: put an OpenTelemetry collector in between",
            _ => "",
        };
        RetryConditionHeaderValue? after = answer.Headers.RetryAfter;
        return new OtlpException(
            $"{Address}: answered {(int)answer.StatusCode} {answer.ReasonPhrase}{advice}", after?.Delta ?? (after?.Date - DateTimeOffset.UtcNow));
    }

    /// <summary>An answer that is no JSON says nothing.</summary>
    private void CheckWhole(byte[] answer)
    {
        try
        {
            if (answer.Length > 0
                && JsonSerializer.Deserialize(answer, OtlpJson.Default.OtlpResponse)?.PartialSuccess is { RejectedDataPoints: > 0 } partial)
            {
                throw new OtlpException($"{Address}: {partial.RejectedDataPoints} figures are refused: {partial.ErrorMessage}", null);
            }
        }
        catch (JsonException)
        {
        }
    }
}

/// <summary>An export failed. The message is one line: what, where, what to do.</summary>
/// <param name="message">The line.</param>
/// <param name="retryAfter">How long the collector wants to be left alone; null where it does not say.</param>
/// <param name="inner">What caused it.</param>
internal sealed class OtlpException(string message, TimeSpan? retryAfter, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
