using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Edge.Camera.Web;

/// <summary>Looks at every request before anything else does.</summary>
/// <param name="isLoopback">The page is served to this machine only.</param>
/// <param name="credentials">Who may look.</param>
/// <param name="pagePolicy">Content-Security-Policy of all answers.</param>
/// <param name="log">For refused passwords.</param>
internal sealed partial class Gatekeeper(bool isLoopback, Credentials credentials, string pagePolicy, ILogger log)
{
    private readonly FailureLimit _limit = new(TimeProvider.System);

    /// <returns>False when the request was refused; the answer is then complete but for its end.</returns>
    public async Task<bool> Admit(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = pagePolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";

        // A foreign name that resolves to this machine (DNS rebinding) would make a foreign page of the same origin.
        if (isLoopback && !IsLoopbackName(context.Request.Host.Host))
            return await Refuse(context, StatusCodes.Status421MisdirectedRequest, "ask for localhost").ConfigureAwait(false);
        string method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && IsForeign(context.Request))
            return await Refuse(context, StatusCodes.Status403Forbidden, "comes from another site").ConfigureAwait(false);
        return credentials.AreOpen || await Authenticate(context).ConfigureAwait(false);
    }

    /// <summary>Ends a request with one line of text.</summary>
    public static async Task<bool> Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(reason + "\n", context.RequestAborted).ConfigureAwait(false);
        return false;
    }

    private async Task<bool> Authenticate(HttpContext context)
    {
        IPAddress address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (context.Request.Headers.Authorization.ToString() is { Length: > 0 } header)
        {
            if (_limit.IsBlocked(address))
            {
                context.Response.Headers.RetryAfter = FailureLimit.Wait.TotalSeconds.ToString(CultureInfo.InvariantCulture);
                return await Refuse(context, StatusCodes.Status429TooManyRequests, "too many wrong passwords; wait")
                    .ConfigureAwait(false);
            }

            if (await credentials.Accept(header, context.RequestAborted).ConfigureAwait(false))
                return true;
            _limit.Failed(address);
            Refused(address);
        }

        context.Response.Headers.WWWAuthenticate = "Basic realm=\"edge-camera\", charset=\"UTF-8\"";
        return await Refuse(context, StatusCodes.Status401Unauthorized, "password or token needed").ConfigureAwait(false);
    }

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <summary>
    /// Whether a page of another site made a browser send this. Programs that are no browsers send neither header.
    /// </summary>
    private static bool IsForeign(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site)
            return site != "same-origin";
        return request.Headers[HeaderNames.Origin].ToString() is { Length: > 0 } origin
            && origin != $"{request.Scheme}://{request.Host}";
    }

    [LoggerMessage(LogLevel.Warning, "web: wrong password or token from {address}")]
    private partial void Refused(IPAddress address);
}
