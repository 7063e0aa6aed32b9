namespace Edge.SignRenderer.Tests;

/// <summary>A test that draws SVG files; skipped where librsvg's rsvg-convert is not installed.</summary>
public sealed class RsvgFactAttribute : FactAttribute
{
    public RsvgFactAttribute()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "rsvg-convert"))))
            Skip = "needs rsvg-convert: apt install librsvg2-bin";
    }
}
