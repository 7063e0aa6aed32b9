using System.Security.Cryptography;
using System.Text;

namespace Edge.Camera.Web;

/// <summary>The page as it is embedded in the program: one style, one script, nothing from elsewhere.</summary>
internal sealed class Page
{
    public Page()
    {
        using Stream stream = typeof(Page).Assembly.GetManifestResourceStream("page.html")!;
        Html = new byte[stream.Length];
        stream.ReadExactly(Html);
        string text = Encoding.UTF8.GetString(Html);
        Policy = $"default-src 'none'; script-src {Hash(text, "script")}; style-src {Hash(text, "style")}; img-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /// <summary>UTF-8.</summary>
    public byte[] Html { get; }

    /// <summary>Content-Security-Policy: allows the page's own style and script, by their hashes, and what this server gives.</summary>
    public string Policy { get; }

    private static string Hash(string html, string element)
    {
        int start = html.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        string content = html[start..html.IndexOf($"</{element}>", start, StringComparison.Ordinal)];
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";
    }
}
