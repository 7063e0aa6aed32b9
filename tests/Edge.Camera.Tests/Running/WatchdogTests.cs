using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Edge.Camera.Tests.Running;

/// <summary>The whole program under something that listens as systemd does (sd_notify(3)).</summary>
public sealed class WatchdogTests : IDisposable
{
    private const string Feed = "WATCHDOG=1";

    /// <summary>Many times the interval at which the program feeds the watchdog.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-watchdog-").FullName;
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    [Fact]
    public void The_watchdog_is_fed_while_frames_are_classified_and_only_then()
    {
        string address = Path.Combine(_folder, "notify"), covered = Path.Combine(_folder, "covered"), config = Path.Combine(_folder, "edge.json");
        _systemd.Bind(new UnixDomainSocketEndPoint(address));
        File.WriteAllText(covered, "");
        File.WriteAllText(
            config,
            $$"""
            {
              "cameras": [{
                "source": "command", "format": "grey", "width": 64, "height": 48,
                "command": ["sh", "-c", "while :; do [ -e {{covered}} ] || head -c 3072 /dev/zero; sleep 0.05; done"]
              }],
              "threads": 1,
              "watchdog": { "stall": 1 }
            }
            """);
        string dll = Path.Combine(AppContext.BaseDirectory, "edge-camera.dll");
        var start = new ProcessStartInfo("dotnet", [dll, "run", "--config", config])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["NOTIFY_SOCKET"] = address, ["WATCHDOG_USEC"] = "200000", ["WATCHDOG_PID"] = null },
        };
        using Process process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            Assert.True(Hears("READY=1", Patience), "the program does not start");
            Assert.True(FallsSilent(), "it is fed though there are no frames");
            File.Delete(covered);
            Assert.True(Hears(Feed, Patience), "it is not fed though there are frames");
            File.WriteAllText(covered, "");
            Assert.True(FallsSilent(), "it is fed though there are no more frames");
            Assert.False(process.HasExited);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    public void Dispose()
    {
        _systemd.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private bool FallsSilent()
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            if (!Hears(Feed, Silence))
                return true;
        }

        return false;
    }

    private bool Hears(string message, TimeSpan within)
    {
        byte[] datagram = new byte[4096];
        long start = Stopwatch.GetTimestamp();
        while (within - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } left)
        {
            if (_systemd.Poll(left, SelectMode.SelectRead) && Encoding.UTF8.GetString(datagram, 0, _systemd.Receive(datagram)) == message)
                return true;
        }

        return false;
    }
}
