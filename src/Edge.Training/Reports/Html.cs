using System.Globalization;
using System.Net;
using Edge.Imaging;
using Edge.Imaging.Codecs;

namespace Edge.Training.Reports;

/// <summary>Pieces of HTML.</summary>
internal static class Html
{
    /// <summary>Text that means itself.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    public static string Percent(double share) =>
        double.IsNaN(share) ? "–" : (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A picture inside of the page.</summary>
    public static string Picture(PixelBuffer pixels, string description) =>
        $"<img src=\"data:image/png;base64,{Convert.ToBase64String(PngEncoder.Encode(pixels))}\" alt=\"{Text(description)}\">";
}
