using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Camera.Checking;
using Edge.Camera.Config;
using Edge.Camera.Sinks.Mqtt;

namespace Edge.Camera.Tests.Sinks.Mqtt;

/// <summary>Passwords and certificates at a real broker, and what <c>edge-camera check</c> says of them.</summary>
public sealed class MqttLoginTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-mqtt-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [MosquittoFact]
    public async Task A_password_is_accepted_or_said_to_be_wrong()
    {
        using var broker = new MosquittoBroker($"allow_anonymous false\npassword_file {Passwords("gardener", "rose")}");
        MqttConfig right = MqttTests.Config(broker) with { User = "gardener", PasswordFile = Write("right", "rose\n") };
        using (var subscriber = new Subscriber(right))
        {
            await using var program = new MqttProgram(right);
            await subscriber.Wait("garden/status", "online");
        }

        MqttConfig wrong = right with { PasswordFile = Write("wrong", "thistle") };
        await using (var program = new MqttProgram(wrong))
        {
            await Eventually.HoldsAsync(() => program.Status.Trouble is not null, "refused");
            Assert.Contains("see mqtt.user and mqtt.passwordFile", program.Status.Trouble, StringComparison.Ordinal);
        }

        Assert.Equal(CheckState.Good, Check(right).State);
        CheckItem refused = Check(wrong);
        Assert.Equal((CheckState.Bad, "see mqtt.user and mqtt.passwordFile"), (refused.State, refused.Advice));
        Assert.Contains("set mqtt.user", Check(MqttTests.Config(broker)).Advice, StringComparison.Ordinal);
    }

    [MosquittoFact]
    public async Task TLS_needs_the_brokers_authority_and_gives_the_clients_certificate()
    {
        Certificates();
        using var broker = new MosquittoBroker(
            $"allow_anonymous true\nrequire_certificate true\ncafile {File("ca.pem")}\n"
            + $"certfile {File("broker.pem")}\nkeyfile {File("broker.key")}");
        MqttConfig right = MqttTests.Config(broker) with
        {
            Tls = true,
            Authority = File("ca.pem"),
            Certificate = File("client.pem"),
            Key = File("client.key"),
        };
        using (var subscriber = new Subscriber(right))
        {
            await using var program = new MqttProgram(right);
            await subscriber.Wait("garden/status", "online");
            await subscriber.Wait("garden/front door/image");
        }

        Assert.Equal(CheckState.Good, Check(right).State);
        CheckItem stranger = Check(right with { Authority = null });
        Assert.Contains("certificate verify failed", stranger.Detail, StringComparison.Ordinal);
        Assert.Equal("see mqtt.authority", stranger.Advice);
        Assert.Equal(CheckState.Bad, Check(right with { Certificate = null, Key = null }).State);
        Assert.Equal(CheckState.Bad, Check(right with { Tls = false, Authority = null, Certificate = null, Key = null }).State);
    }

    [MosquittoFact]
    public void What_is_wrong_with_a_broker_is_checked()
    {
        var nobody = new MqttConfig { Host = "127.0.0.1", Port = MosquittoBroker.FreePort() };
        Assert.Contains("Connection refused", Check(nobody).Detail, StringComparison.Ordinal);
        Assert.Equal("see mqtt.host", Check(nobody with { Host = "no-such-host.invalid" }).Advice);
        Assert.Contains("mqtt.passwordFile", Check(nobody with { User = "u", PasswordFile = File("absent") }).Detail, StringComparison.Ordinal);
        CheckItem credential = Check(nobody with { User = "u", PasswordCredential = "mqtt" });
        Assert.Contains("LoadCredential=mqtt:FILE", credential.Advice, StringComparison.Ordinal);

        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Task<TcpClient> call = other.AcceptTcpClientAsync().ContinueWith(
            c =>
            {
                c.Result.Close();
                return c.Result;
            },
            TaskScheduler.Default);
        CheckItem noBroker = Check(nobody with { Port = ((IPEndPoint)other.LocalEndpoint).Port });
        Assert.Contains("hung up", noBroker.Detail, StringComparison.Ordinal);
        call.Wait();
    }

    private static CheckItem Check(MqttConfig config) => MqttCheck.Item(config, new LoadedConfig(new EdgeConfig(), null));

    private string File(string name) => Path.Combine(_folder, name);

    private string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    private string Passwords(string user, string password)
    {
        using Process process = Process.Start("mosquitto_passwd", ["-b", "-c", File("passwords"), user, password]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return File("passwords");
    }

    /// <summary>An authority, and certificates that it signed for a broker on loopback and for a client.</summary>
    private void Certificates()
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1), to = DateTimeOffset.UtcNow.AddDays(7);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Edge test authority", key, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 signer = authority.CreateSelfSigned(from, to);
        Write("ca.pem", signer.ExportCertificatePem());
        foreach (string name in new[] { "broker", "client" })
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            using X509Certificate2 certificate = request.Create(signer, from, to, RandomNumberGenerator.GetBytes(8));
            Write($"{name}.pem", certificate.ExportCertificatePem());
            Write($"{name}.key", own.ExportPkcs8PrivateKeyPem());
        }
    }
}
