using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;

namespace Edge.SignRenderer.Signs;

/// <summary>
/// Rasterises SVG files with librsvg's rsvg-convert. Results are kept in a folder under a name that is the digest of everything
/// they depend on. Thread-safe.
/// </summary>
/// <param name="cacheFolder">Created when missing.</param>
internal sealed class SvgRasterizer(string cacheFolder)
{
    private const string Program = "rsvg-convert";

    /// <summary>A square picture of an SVG on a plain background.</summary>
    /// <param name="drawing">What is drawn.</param>
    /// <param name="styleSheet">CSS that overrides presentation attributes; may be empty.</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <param name="background">A CSS colour.</param>
    /// <returns>R G B.</returns>
    /// <exception cref="UserException">rsvg-convert is missing or cannot draw the file.</exception>
    public PixelBuffer Rasterize(SignDrawing drawing, string styleSheet, int size, string background)
    {
        Directory.CreateDirectory(cacheFolder);
        string key = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{drawing.Svg}\n{styleSheet}\n{size} {background}")));
        string cached = Path.Combine(cacheFolder, key[..32] + ".png");
        if (!File.Exists(cached))
            Draw(drawing, styleSheet, size, background, cached);
        PixelBuffer pixels = new();
        using ImageReader reader = new();
        reader.Read(cached, pixels);
        return pixels;
    }

    /// <exception cref="UserException">The font's family is not installed.</exception>
    public static void RequireFont(string family)
    {
        string found = Run("fc-match", ["-f", "%{family}", family], "fontconfig");
        if (!found.Split(',').Contains(family, StringComparer.OrdinalIgnoreCase))
            throw new UserException(
                $"the font '{family}' is not installed; apt install fonts-dejavu fonts-liberation fonts-roboto-unhinted");
    }

    private void Draw(SignDrawing drawing, string styleSheet, int size, string background, string destination)
    {
        string sheet = Path.Combine(cacheFolder, $"{Guid.NewGuid():N}.css"), partial = Path.ChangeExtension(sheet, ".tmp");
        string svg = Path.ChangeExtension(sheet, ".svg");
        try
        {
            File.WriteAllText(sheet, styleSheet);
            File.WriteAllText(svg, drawing.Svg);
            string side = size.ToString(CultureInfo.InvariantCulture);
            Run(
                Program, ["-w", side, "-h", side, "-b", background, "--stylesheet", sheet, "-o", partial, svg], "librsvg2-bin",
                drawing.Name);
            File.Move(partial, destination, overwrite: true);
        }
        finally
        {
            File.Delete(sheet);
            File.Delete(svg);
            File.Delete(partial);
        }
    }

    private static string Run(string program, IEnumerable<string> arguments, string package, string? subject = null)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new UserException(
                    $"{(subject is null ? "" : $"{subject}: ")}{program} failed: {error.Result.Trim().ReplaceLineEndings("; ")}");
            return output;
        }
        catch (Win32Exception e)
        {
            throw new UserException($"{program} is missing; install it with: apt install {package}", e);
        }
    }
}
