using System.Security.Cryptography;
using System.Text;

namespace Edge.Camera.Linux;

/// <summary>Who this board is among others.</summary>
internal static class MachineIdentity
{
    private const string File = "/etc/machine-id";
    private const int Digits = 10;

    /// <summary>Without its domain; characters that topics and identifiers don't like become a minus.</summary>
    public static string HostName { get; } = new(Array.ConvertAll(
        Environment.MachineName.Split('.')[0].ToCharArray(), c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    /// <summary>
    /// Ten hexadecimal digits, the same after every start, from a hash: machine-id(5) asks not to show the identifier itself. A system
    /// without one is known by its host name.
    /// </summary>
    public static string Id { get; } = Hash("edge-camera" + (Read() ?? Environment.MachineName));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Digits];

    private static string? Read()
    {
        try
        {
            return System.IO.File.ReadAllText(File).Trim() is { Length: > 0 } id ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
