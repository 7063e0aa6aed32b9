using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Camera.Config;

namespace Edge.Camera.Tests.Web;

/// <summary>What the page's server takes at most, and how long it waits.</summary>
public class LimitTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(0.1)]
    public async Task A_slow_camera_or_a_low_preview_rate_is_no_reason_to_refuse_a_snapshot(double previewRate)
    {
        // A frame every 4 s: longer than a snapshot of a quick camera waits.
        double rate = previewRate < 1 ? 30 : 0.25;
        await using var program = new RunningProgram(new WebConfig { PreviewRate = previewRate }, rate);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await program.Client.GetAsync("/snapshot/front%20door.jpg");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal([0xFF, 0xD8], (await answer.Content.ReadAsByteArrayAsync())[..2]);

            // Longer than the quick interval: the last picture is too old for the next answer.
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }

    [Fact]
    public async Task Bodies_and_headers_have_their_limits()
    {
        string folder = Directory.CreateTempSubdirectory("edge-limits-").FullName;
        await using (var program = new RunningProgram(new WebConfig(), regionsFile: Path.Combine(folder, "regions.json")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, await Put(16 * 1024));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Put((16 * 1024) + 1));
            Assert.Equal(HttpStatusCode.OK, await Get(15 * 1024));
            Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, await Get(17 * 1024));
            Assert.Equal("ok\n", await program.Client.GetStringAsync("/healthz"));

            async Task<HttpStatusCode> Put(int bytes)
            {
                using var body = new StringContent(new string(' ', bytes), Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await program.Client.PutAsync("/api/regions", body);
                return answer.StatusCode;
            }

            async Task<HttpStatusCode> Get(int bytes)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/state");
                request.Headers.Add("X-Long", new string('x', bytes));
                using HttpResponseMessage answer = await program.Client.SendAsync(request);
                return answer.StatusCode;
            }
        }

        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task More_connections_than_are_allowed_are_closed_at_once()
    {
        await using var program = new RunningProgram(new WebConfig { MaxConnections = 2 });
        using TcpClient first = await Open(program), second = await Open(program);
        Assert.Equal("HTTP/1.1 200 OK", await Ask(first));
        Assert.Equal("HTTP/1.1 200 OK", await Ask(second));
        using TcpClient third = await Open(program);
        Assert.Null(await Ask(third));
        Assert.Equal("HTTP/1.1 200 OK", await Ask(first));

        // Room again.
        second.Close();
        await Eventually.HoldsAsync(async () =>
        {
            using TcpClient fourth = await Open(program);
            return await Ask(fourth) == "HTTP/1.1 200 OK";
        });
    }

    private static async Task<TcpClient> Open(RunningProgram program)
    {
        var client = new TcpClient();
        await client.ConnectAsync(program.Address.Host, program.Address.Port);
        return client;
    }

    /// <returns>The first line of the answer; null when the connection is closed instead.</returns>
    private static async Task<string?> Ask(TcpClient client)
    {
        try
        {
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            byte[] answer = new byte[4096];
            int length = 0;

            // The whole body.
            while (!Encoding.ASCII.GetString(answer, 0, length).EndsWith("ok\n", StringComparison.Ordinal))
            {
                int read = await stream.ReadAsync(answer.AsMemory(length)).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
                if (read == 0)
                    return null;
                length += read;
            }

            return Encoding.ASCII.GetString(answer, 0, length).Split("\r\n")[0];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
