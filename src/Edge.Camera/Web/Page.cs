using System.Security.Cryptography;
using System.Text;

namespace Edge.Camera.Web;

/// <summary>
/// The page as it is embedded in the program: one answer with its style and script in it, nothing from elsewhere.
/// </summary>
internal sealed class Page
{
    public Page()
    {
        string style = Embedded("page.css"), script = Embedded("regions.js") + Embedded("page.js");
        Html = Encoding.UTF8.GetBytes(Embedded("page.html")
            .Replace("<style></style>", $"<style>{style}</style>", StringComparison.Ordinal)
            .Replace("<script></script>", $"<script>{script}</script>", StringComparison.Ordinal));
        Policy = $"default-src 'none'; script-src {Hash(script)}; style-src {Hash(style)}; img-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /// <summary>UTF-8.</summary>
    public byte[] Html { get; }

    /// <summary>
    /// Content-Security-Policy: allows the page's own style and script, by their hashes, and what this server gives.
    /// </summary>
    public string Policy { get; }

    private static string Embedded(string name)
    {
        using var reader = new StreamReader(typeof(Page).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static string Hash(string content) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";
}
