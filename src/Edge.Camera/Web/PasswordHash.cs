using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace Edge.Camera.Web;

/// <summary>
/// A password that can be checked but not read: <c>pbkdf2-sha512$iterations$salt$key</c>, salt and key in base64, the password in
/// UTF-8. PBKDF2 is RFC 8018; 210,000 iterations of HMAC-SHA-512 are what OWASP's Password Storage Cheat Sheet (2023) asks for.
/// </summary>
internal sealed class PasswordHash
{
    private const string Scheme = "pbkdf2-sha512";
    private const int Iterations = 210_000;
    private const int SaltBytes = 16;
    private const int KeyBytes = 32;

    /// <summary>More would let a typing error in the file stop the page for minutes.</summary>
    private const int MostIterations = 10_000_000;

    private readonly int _iterations;
    private readonly byte[] _salt, _key;

    private PasswordHash(int iterations, byte[] salt, byte[] key) => (_iterations, _salt, _key) = (iterations, salt, key);

    /// <summary>With a new salt.</summary>
    public static PasswordHash Of(ReadOnlySpan<byte> password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(Iterations, salt, Derive(password, salt, Iterations, KeyBytes));
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out PasswordHash? hash)
    {
        hash = null;
        if (text.Split('$') is not [Scheme, var count, var salt64, var key64]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
            || iterations is < 1 or > MostIterations
            || !TryBytes(salt64, out byte[] salt) || !TryBytes(key64, out byte[] key)
            || salt.Length < 8 || key.Length != KeyBytes)
        {
            return false;
        }

        hash = new PasswordHash(iterations, salt, key);
        return true;
    }

    /// <summary>Takes as long for a wrong password as for the right one: some tenths of a second on a small board.</summary>
    public bool Matches(ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(_key, Derive(password, _salt, _iterations, _key.Length));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scheme}${_iterations}${Convert.ToBase64String(_salt)}${Convert.ToBase64String(_key)}");

    private static byte[] Derive(ReadOnlySpan<byte> password, byte[] salt, int iterations, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, length);

    private static bool TryBytes(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        bool valid = Convert.TryFromBase64String(text, bytes, out int length);
        bytes = bytes[..length];
        return valid;
    }
}
