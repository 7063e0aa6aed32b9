using System.Net;
using System.Net.Sockets;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Imaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Web;

/// <summary>
/// The web server, told of decisions like every sink. It reads nothing but the configuration: no environment, no files.
/// </summary>
internal sealed partial class WebSink : QueuedSink
{
    private const int Capacity = 16;
    private const int ThumbnailSide = 160;
    private const int ThumbnailQuality = 70;
    private const int LargestBody = 16 * 1024;
    private const int LargestHeaders = 16 * 1024;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    private readonly DecisionHistory _decisions = new();
    private readonly UprightJpeg _thumbnails = new(ThumbnailSide, ThumbnailQuality);
    private readonly CancellationTokenSource _stop = new();
    private readonly Credentials _credentials;
    private readonly WebApplication _app;

    private WebSink(WebConfig config, string? token, ProgramView program, ILoggerFactory logs)
        : base("web", Capacity, logs.CreateLogger("web"))
    {
        IPEndPoint listen = IPEndPoint.Parse(config.Listen);
        PasswordHash? password =
            config.PasswordHash is { } text && PasswordHash.TryParse(text, out PasswordHash? hash) ? hash : null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs).AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = config.MaxConnections;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = LargestHeaders;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            kestrel.Listen(listen, o => o.Protocols = HttpProtocols.Http1);
        });
        _app = builder.Build();
        program.Preview.Interval = TimeSpan.FromSeconds(1 / config.PreviewRate);
        _credentials = new Credentials(password, token);
        var page = new Page();
        var gate = new Gatekeeper(IPAddress.IsLoopback(listen.Address), _credentials, page.Policy, logs.CreateLogger("web"));
        var endpoints = new Endpoints(program, _decisions, page, new StreamLimit(config.MaxConnections), _stop.Token);
        _app.Run(async context =>
        {
            if (await gate.Admit(context).ConfigureAwait(false))
                await endpoints.Serve(context).ConfigureAwait(false);
        });
    }

    /// <summary>Where it listens; the port is the real one.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Makes the server and listens.</summary>
    /// <param name="config">Valid.</param>
    /// <param name="token">What <see cref="WebConfig.TokenFile"/> holds; null for none.</param>
    /// <param name="program">What is shown.</param>
    /// <param name="logs">For troubles.</param>
    /// <exception cref="ConfigException">The address can't be listened on.</exception>
    public static WebSink Start(WebConfig config, string? token, ProgramView program, ILoggerFactory logs)
    {
        var sink = new WebSink(config, token, program, logs);
        try
        {
            sink._app.StartAsync().GetAwaiter().GetResult();
            sink.Start();
            Listening(logs.CreateLogger("web"), sink.Address);
            return sink;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            sink.DisposeAsync().AsTask().GetAwaiter().GetResult();
            string problem = (e.InnerException ?? e).Message.ReplaceLineEndings(" ");
            throw new ConfigException([$"web.listen: {config.Listen}: {problem}"]);
        }
    }

    public override bool WantsPicture(string label) => label != DecisionEvent.UnknownLabel;

    /// <summary>Ends streams, then the server.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        using (var patience = new CancellationTokenSource(StopTime))
            await _app.StopAsync(patience.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _credentials.Dispose();
        _thumbnails.Dispose();
        _stop.Dispose();
    }

    /// <summary>The page shows what the log keeps to itself within a cool-down, too; what stands it shows in any case.</summary>
    protected override bool Wants(DecisionEvent decision) => !decision.Stands;

    protected override Task DeliverAsync(DecisionEvent decision, CancellationToken stop)
    {
        byte[]? thumbnail = null;
        try
        {
            thumbnail = decision.Picture?.Jpeg(_thumbnails);
        }
        catch (ImagingException)
        {
            // Decisions are shown without pictures then; a snapshot says why.
        }

        _decisions.Add(decision, thumbnail);
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "web page: {address}")]
    private static partial void Listening(ILogger log, Uri address);

    /// <summary>The program ends the server, not signals.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
