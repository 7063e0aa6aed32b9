using System.Globalization;

namespace Edge.Camera.Sources.V4L2;

/// <summary>The video nodes of this machine.</summary>
internal static class VideoDirectory
{
    private const string Devices = "/dev";
    private const string ById = "/dev/v4l/by-id";
    private const string NodePrefix = "video";

    /// <summary>
    /// All nodes, those with a name of their own (by maker and serial number) first, in the order of these names: it is the same
    /// after every start, the kernel's numbers need not be.
    /// </summary>
    public static List<string> Nodes()
    {
        List<string> nodes = [];
        foreach (string link in Files(ById).Order(StringComparer.Ordinal))
        {
            if (Target(link) is { } target && !nodes.Contains(target))
                nodes.Add(target);
        }

        IEnumerable<string> others = Files(Devices).Where(f => Number(f) is not null).OrderBy(f => Number(f) ?? 0);
        nodes.AddRange(others.Where(f => !nodes.Contains(f)));
        return nodes;
    }

    /// <summary>The name that stays the same when other cameras are plugged in; null when the node has none.</summary>
    public static string? StableName(string node) =>
        Files(ById).Order(StringComparer.Ordinal).FirstOrDefault(l => Target(l) == node);

    /// <summary>Opens a camera.</summary>
    /// <param name="name">auto for the first that can be used, a path, or part of a camera's name.</param>
    /// <exception cref="SourceException">There is none.</exception>
    public static VideoDevice Find(string name)
    {
        if (name.StartsWith('/'))
            return VideoDevice.Open(name);
        List<string> nodes = Nodes();
        SourceException? trouble = null;
        List<string> seen = [];
        foreach (string node in nodes)
        {
            VideoDevice device;
            try
            {
                device = VideoDevice.Open(node);
            }
            catch (SourceException e)
            {
                trouble ??= e;
                continue;
            }

            if (IsCamera(device) && (name == "auto" || device.Card.Contains(name, StringComparison.OrdinalIgnoreCase)))
                return device;
            if (IsCamera(device))
                seen.Add(device.Card);
            device.Dispose();
        }

        throw trouble ?? new SourceException(name == "auto"
            ? nodes.Count == 0 ? NoCamera : "none of the video devices is a camera that can be used; edge-camera cameras says why"
            : $"'{name}' is no preset, device or file, and no camera has it in its name"
                + (seen.Count > 0 ? $"; there are {string.Join(", ", seen)}" : ""));
    }

    /// <summary>What to do when there is no video device at all.</summary>
    public const string NoCamera =
        "no camera (no /dev/video*); plug in a USB camera, or set source to rpicam (a Pi's ribbon cable) or test (none)";

    /// <summary>Whether pictures come from it that can be looked at.</summary>
    public static bool IsCamera(VideoDevice device) =>
        device is { CanCapture: true, NeedsPipeline: false }
        && device.Formats(640, 480).Exists(f => f is { Pixels: not null, Sizes.Count: > 0 });

    private static int? Number(string path)
    {
        string name = Path.GetFileName(path);
        return name.StartsWith(NodePrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(NodePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
    }

    /// <summary>What a link leads to; null when it is none, or udev has taken it away meanwhile.</summary>
    internal static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Files(string folder)
    {
        try
        {
            return Directory.GetFiles(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
