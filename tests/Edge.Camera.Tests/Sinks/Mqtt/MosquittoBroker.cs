using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Edge.Camera.Sinks.Mqtt;

namespace Edge.Camera.Tests.Sinks.Mqtt;

/// <summary>A fact about a real broker; skipped, visibly, where Debian's packages mosquitto and libmosquitto1 are absent.</summary>
internal sealed class MosquittoFactAttribute : FactAttribute
{
    public MosquittoFactAttribute()
    {
        if (!File.Exists(MosquittoBroker.Program) || !NativeLibrary.TryLoad(LibMosquitto.Library, out _))
            Skip = "mosquitto is absent (apt install mosquitto libmosquitto1)";
    }
}

/// <summary>A mosquitto of this test's own on a free port of this machine. It keeps nothing: a new start is an empty broker.</summary>
internal sealed class MosquittoBroker : IDisposable
{
    public const string Program = "/usr/sbin/mosquitto";

    private readonly string _options;
    private Process? _process;

    /// <param name="options">Lines of mosquitto.conf(5) behind the listener's.</param>
    public MosquittoBroker(string options = "allow_anonymous true")
    {
        _options = options;
        Folder = Directory.CreateTempSubdirectory("edge-mosquitto-").FullName;
        for (int attempt = 0; _process is null && attempt < 5; attempt++)
        {
            Port = FreePort();
            TryStart();
        }

        Assert.True(_process is not null, "mosquitto does not start");
    }

    public string Folder { get; }

    public int Port { get; private set; }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>On the same port.</summary>
    public void StartAgain()
    {
        for (int attempt = 0; _process is null && attempt < 30; attempt++)
            TryStart();
        Assert.True(_process is not null, "mosquitto does not start again");
    }

    public void Dispose()
    {
        if (_process is not null)
            Kill();
        Directory.Delete(Folder, recursive: true);
    }

    private void TryStart()
    {
        string file = Path.Combine(Folder, "mosquitto.conf");
        string user = Environment.UserName == "root" ? "user root\n" : "";
        File.WriteAllText(file, $"{user}persistence false\nlog_dest none\nlistener {Port} 127.0.0.1\n{_options}\n");
        Process process = Process.Start(new ProcessStartInfo(Program, ["-c", file]) { WorkingDirectory = Folder })!;
        long start = Environment.TickCount64;
        while (!process.HasExited && Environment.TickCount64 - start < 60_000)
        {
            using var probe = new TcpClient();
            try
            {
                probe.Connect(IPAddress.Loopback, Port);
                _process = process;
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(20);
            }
        }

        // Somebody else has taken the port meanwhile.
        process.Kill();
        process.Dispose();
    }
}
