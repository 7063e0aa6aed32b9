using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Edge.Camera.Config;
using Edge.Camera.Web;

namespace Edge.Camera.Tests.Web;

/// <summary>Who is let in, and from where.</summary>
public sealed class AccessTests
{
    /// <summary>By Python: hashlib.pbkdf2_hmac("sha512", "correct hörse".encode(), b"0123456789abcdef", 1000, 32).</summary>
    internal const string Hash = "pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg==$rE6in6iBg1e/ycz41aM8vbCxBQcdRxWbsC/exLTkqIY=";

    [Fact]
    public async Task Without_the_password_or_token_nothing_is_shown()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "open-sesame\n");
        await using var program = new RunningProgram(new WebConfig { PasswordHash = Hash, TokenFile = file });
        File.Delete(file);
        foreach (string path in new[] { "/", "/api/state", "/api/events", "/metrics", "/healthz", "/snapshot/front%20door.jpg" })
        {
            using HttpResponseMessage refused = await Get(program, path, null);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal("Basic", refused.Headers.WwwAuthenticate.Single().Scheme);
        }

        Assert.Equal(HttpStatusCode.OK, (await Get(program, "/", Basic("correct hörse"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Get(program, "/api/state", Basic("correct hörse"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Get(program, "/metrics", new("Bearer", "open-sesame"))).StatusCode);

        AuthenticationHeaderValue[] wrong =
            [Basic("correct horse"), Basic(""), new("Bearer", "open"), new("Basic", "???"), new("Digest", "x")];
        foreach (AuthenticationHeaderValue guess in wrong)
            Assert.Equal(HttpStatusCode.Unauthorized, (await Get(program, "/", guess)).StatusCode);
        using HttpResponseMessage blocked = await Get(program, "/", Basic("correct hörse"));
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
        Assert.Equal(FailureLimit.Wait, blocked.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Foreign_names_and_sites_are_refused_and_silence_is_a_sickness()
    {
        // One frame, and the next in 100 s.
        await using var program = new RunningProgram(new WebConfig { MaxConnections = 4 }, rate: 0.01, stall: 1);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await Send(HttpMethod.Get, "/api/state", "Host", "evil.example"));
        Assert.Equal(HttpStatusCode.OK, await Send(HttpMethod.Get, "/api/state", "Host", "localhost:8080"));
        Assert.Equal(HttpStatusCode.OK, await Send(HttpMethod.Get, "/api/state", "Host", "[::1]"));
        Assert.Equal(HttpStatusCode.Forbidden, await Send(HttpMethod.Post, "/api/arm", "Sec-Fetch-Site", "cross-site"));
        Assert.Equal(HttpStatusCode.Forbidden, await Send(HttpMethod.Post, "/api/arm", "Sec-Fetch-Site", "same-site"));
        Assert.Equal(HttpStatusCode.Forbidden, await Send(HttpMethod.Post, "/api/arm", "Origin", "http://127.0.0.1:1"));
        string origin = program.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Equal(HttpStatusCode.Conflict, await Send(HttpMethod.Post, "/api/arm", "Origin", origin));

        await Eventually.HoldsAsync(async () => await Send(HttpMethod.Get, "/healthz", "X", "y") == HttpStatusCode.ServiceUnavailable);
        using HttpResponseMessage sick = await Get(program, "/healthz", null);
        Assert.StartsWith("no frame classified for ", await sick.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // Three of four connections may stream; one stays for requests.
        var streams = new List<HttpResponseMessage>();
        for (int i = 0; i < 3; i++)
            streams.Add(await program.Client.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead));
        Assert.All(streams, s => Assert.Equal(HttpStatusCode.OK, s.StatusCode));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Send(HttpMethod.Get, "/api/events", "X", "y"));
        Assert.Equal(HttpStatusCode.OK, await Send(HttpMethod.Get, "/api/state", "X", "y"));
        streams.ForEach(s => s.Dispose());

        ConfigException taken = Assert.Throws<ConfigException>(
            () => new RunningProgram(new WebConfig { Listen = program.Client.BaseAddress!.Authority }));
        Assert.StartsWith($"web.listen: {program.Client.BaseAddress!.Authority}: ", taken.Problems.Single(), StringComparison.Ordinal);

        async Task<HttpStatusCode> Send(HttpMethod method, string path, string header, string value)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add(header, value);
            using HttpResponseMessage answer = await program.Client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public void A_hash_is_read_back_and_matches_its_password_only()
    {
        Assert.True(PasswordHash.TryParse(PasswordHash.Of("swordfish"u8).ToString(), out PasswordHash? made));
        Assert.True(made.Matches("swordfish"u8));
        Assert.False(made.Matches("Swordfish"u8));
        Assert.True(PasswordHash.TryParse(Hash, out PasswordHash? foreign));
        Assert.True(foreign.Matches("correct hörse"u8));
        Assert.Equal(Hash, foreign.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("swordfish")]
    [InlineData("pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA")]
    [InlineData("pbkdf2-sha512$0$MDEyMzQ1Njc4OWFiY2RlZg==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA")]
    [InlineData("pbkdf2-sha512$1000$*$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_is_no_hash_is_refused_with_its_line(string text)
    {
        Assert.False(PasswordHash.TryParse(text, out _));
        ConfigException problem = Assert.Throws<ConfigException>(
            () => ConfigFile.Parse(Encoding.UTF8.GetBytes($"{{ \"web\": {{\n\"passwordHash\": \"{text}\" }} }}"), "edge.json"));
        Assert.StartsWith("edge.json:2: web.passwordHash: ", problem.Problems.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_waits_after_its_failures_and_others_do_not()
    {
        var time = new Clock();
        var limit = new FailureLimit(time);
        IPAddress one = IPAddress.Parse("2001:db8::1"), neighbour = IPAddress.Parse("2001:db8::2"), other = IPAddress.Parse("2001:db9::1");
        for (int i = 0; i < FailureLimit.Allowed; i++)
        {
            Assert.False(limit.IsBlocked(one));
            limit.Failed(one);
        }

        Assert.True(limit.IsBlocked(one));
        Assert.True(limit.IsBlocked(neighbour));
        Assert.False(limit.IsBlocked(other));
        time.Now += FailureLimit.Wait.Ticks;
        Assert.False(limit.IsBlocked(one));
        limit.Failed(one);
        Assert.False(limit.IsBlocked(one));
    }

    private static AuthenticationHeaderValue Basic(string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{password}")));

    private static async Task<HttpResponseMessage> Get(RunningProgram program, string path, AuthenticationHeaderValue? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = authorization;
        return await program.Client.SendAsync(request);
    }

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
