using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Edge.Camera.Web;

/// <summary>
/// Who may look: <c>Authorization: Basic</c> with any user name and the password, or <c>Bearer</c> with the token.
/// </summary>
/// <param name="password">Null for none.</param>
/// <param name="token">Null for none.</param>
internal sealed class Credentials(PasswordHash? password, string? token) : IDisposable
{
    private readonly SemaphoreSlim _deriving = new(1, 1);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[]? _token = token is null ? null : Encoding.UTF8.GetBytes(token);
    private byte[]? _accepted;

    /// <summary>Nobody needs to say who they are.</summary>
    public bool AreOpen => password is null && _token is null;

    /// <summary>
    /// A password is derived once: browsers send it with every request, so the accepted one is remembered under a key of this
    /// process. One derivation runs at a time, so that guessing can't take all cores.
    /// </summary>
    /// <param name="header">Of the request.</param>
    /// <param name="cancellation">Of the request.</param>
    public async Task<bool> Accept(string header, CancellationToken cancellation)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out AuthenticationHeaderValue? value)
            || value.Parameter is not { } parameter)
            return false;
        if (value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return _token is not null && CryptographicOperations.FixedTimeEquals(_token, Encoding.UTF8.GetBytes(parameter));
        if (password is null || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || Password(parameter) is not { } given)
            return false;

        byte[] tag = HMACSHA256.HashData(_key, given);
        if (Volatile.Read(ref _accepted) is { } accepted && CryptographicOperations.FixedTimeEquals(accepted, tag))
            return true;
        await _deriving.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!password.Matches(given))
                return false;
            Volatile.Write(ref _accepted, tag);
            return true;
        }
        finally
        {
            _deriving.Release();
        }
    }

    public void Dispose() => _deriving.Dispose();

    /// <summary>What follows the first colon (RFC 7617).</summary>
    private static byte[]? Password(string parameter)
    {
        byte[] pair = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, pair, out int length))
            return null;
        int colon = Array.IndexOf(pair, (byte)':', 0, length);
        return colon < 0 ? null : pair[(colon + 1)..length];
    }
}
