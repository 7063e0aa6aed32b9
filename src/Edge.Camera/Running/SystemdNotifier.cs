using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Edge.Camera.Running;

/// <summary>
/// Tells systemd how the program is doing (sd_notify(3): datagrams to the socket named in NOTIFY_SOCKET). Without systemd every
/// message goes nowhere.
/// </summary>
internal sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _endpoint;

    public SystemdNotifier()
    {
        // An abstract socket begins with @, which stands for a zero byte.
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
            return;
        _endpoint = new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    }

    /// <summary>Whether systemd started the program.</summary>
    public static bool IsUnderSystemd => Environment.GetEnvironmentVariable("INVOCATION_ID") is { Length: > 0 };

    /// <summary>
    /// Half the watchdog's period (WATCHDOG_USEC, meant for this process), in which it must be fed; null when there is none.
    /// </summary>
    public static TimeSpan? WatchdogInterval
    {
        get
        {
            string? pid = Environment.GetEnvironmentVariable("WATCHDOG_PID");
            bool forUs = pid is null || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            return forUs && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out long usec)
                ? TimeSpan.FromMicroseconds(usec / 2.0)
                : null;
        }
    }

    public void Ready() => Send("READY=1");

    public void Stopping() => Send("STOPPING=1");

    /// <summary>RELOADING needs the monotonic clock in microseconds (Type=notify-reload).</summary>
    public void Reloading() => Send(string.Create(
        CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Environment.TickCount64 * 1000}"));

    public void Status(string line) => Send("STATUS=" + line.ReplaceLineEndings(" "));

    public void FeedWatchdog() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private void Send(string message)
    {
        if (_socket is null)
            return;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), _endpoint!);
        }
        catch (SocketException)
        {
            // Nobody listens, or systemd is too busy: the next message says the same.
        }
    }
}
