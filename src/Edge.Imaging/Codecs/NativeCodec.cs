namespace Edge.Imaging.Codecs;

/// <summary>Turns the loader's exceptions about a native codec into a sentence that names the package to install.</summary>
internal static class NativeCodec
{
    /// <param name="library">Exact soname.</param>
    /// <param name="format">What it decodes.</param>
    /// <param name="packages">Debian's package, and other names it goes by.</param>
    /// <param name="cause">What the loader said.</param>
    public static CodecUnavailableException Unavailable(string library, string format, string packages, Exception cause) => new(
        cause is EntryPointNotFoundException
            ? $"{library} is too old to read {format} images; upgrade the package {packages}"
            : $"{library} is missing, so {format} images cannot be read; install it with: apt install {packages}",
        cause);

    public static bool IsLoaderFailure(Exception e) =>
        e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException;

    /// <summary>The checks that every header passes before memory is taken for its pixels.</summary>
    /// <exception cref="ImageFormatException">A side of 0, or more than <paramref name="maxPixels"/>.</exception>
    public static void CheckSize(long width, long height, long maxPixels)
    {
        if (width < 1 || height < 1)
            throw new ImageFormatException($"claims to be {width} × {height} pixels, which is no image");
        if (width * height > maxPixels)
            throw new ImageFormatException(
                $"claims to be {width} × {height} pixels, more than the limit of {maxPixels / 1e6:0.######} megapixels; "
                + "scale it down first");
    }
}
