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

    private readonly Dictionary<IPAddress, (int Failures, long Last)> _failures = [];

    /// <summary>How long an address waits after its last failure, and after which its failures are forgotten.</summary>
    public static TimeSpan Wait { get; } = TimeSpan.FromSeconds(30);

    public bool IsBlocked(IPAddress address)
    {
        lock (_failures)
        {
            return _failures.TryGetValue(Source(address), out (int Failures, long Last) known)
                && known.Failures >= Allowed && time.GetElapsedTime(known.Last) < Wait;
        }
    }

    public void Failed(IPAddress address)
    {
        IPAddress source = Source(address);
        lock (_failures)
        {
            (int failures, long last) = _failures.GetValueOrDefault(source);
            bool forgotten = failures > 0 && time.GetElapsedTime(last) >= Wait;
            if (failures == 0 && _failures.Count >= MostAddresses)
                _failures.Remove(_failures.MinBy(f => f.Value.Last).Key);
            _failures[source] = (forgotten ? 1 : failures + 1, time.GetTimestamp());
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
}
