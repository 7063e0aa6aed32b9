using System.Net;
using System.Net.Sockets;

namespace Edge.Camera.Web;

/// <summary>Makes an address that gave wrong passwords wait. Remembers a bounded number of addresses; any thread.</summary>
/// <param name="time">A clock.</param>
internal sealed class FailureLimit(TimeProvider time)
{
    /// <summary>Failures that cost nothing.</summary>
    public const int Allowed = 5;

    private const int MostAddresses = 1024;

    private readonly Dictionary<IPAddress, Failures> _failures = [];

    /// <summary>How long an address waits after its last failure, and after which its failures are forgotten.</summary>
    public static TimeSpan Wait { get; } = TimeSpan.FromSeconds(30);

    public bool IsBlocked(IPAddress address)
    {
        lock (_failures)
        {
            return _failures.TryGetValue(Source(address), out Failures? known)
                && known.Count >= Allowed && time.GetElapsedTime(known.Last) < Wait;
        }
    }

    public void Failed(IPAddress address)
    {
        IPAddress source = Source(address);
        lock (_failures)
        {
            Failures? before = _failures.GetValueOrDefault(source);
            bool forgotten = before is not null && time.GetElapsedTime(before.Last) >= Wait;
            if (before is null && _failures.Count >= MostAddresses)
                _failures.Remove(_failures.Keys.MinBy(a => _failures[a].Last)!);
            _failures[source] = new Failures(before is null || forgotten ? 1 : before.Count + 1, time.GetTimestamp());
        }
    }

    /// <summary>An IPv6 host owns its last 64 bits: they count as one address.</summary>
    private static IPAddress Source(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    /// <param name="Count">Failures in a row.</param>
    /// <param name="Last">Time stamp of the last one.</param>
    private sealed record Failures(int Count, long Last);
}
