using Edge.Camera.Config;
using Edge.Camera.Sources.Streams;
using Edge.Camera.Sources.V4L2;
using Edge.Imaging.Frames;

namespace Edge.Camera.Sources.Commands;

/// <summary>A program that writes frames to its standard output.</summary>
/// <param name="Program">Its name or path.</param>
/// <param name="Start">What is started, with its arguments: the program, or a shell that becomes it.</param>
/// <param name="Shown">How it is named in logs; without passwords.</param>
/// <param name="Parser">Makes what finds the frames in its output.</param>
/// <param name="Package">Debian's package that has it; null when unknown.</param>
/// <param name="Secret">
/// What must not be shown, as an address with a password, and what is shown in its place; null for nothing.
/// </param>
internal sealed record ProgramCommand(
    string Program, string[] Start, string Shown, Func<IFrameParser> Parser, string? Package = null,
    (string Text, string Shown)? Secret = null);

/// <summary>The programs behind the presets of <see cref="CameraConfig.Source"/>.</summary>
internal static class ProgramPresets
{
    /// <summary>
    /// The camera stack of a Pi aligns rows of luma to 64 bytes (and of chroma to 32 on a Pi 4), and rpicam-vid writes them with
    /// their gaps; at multiples of 128 pixels there are none.
    /// </summary>
    private const int RpicamAlignment = 128;

    /// <summary>GStreamer takes BT.709 for pictures higher than this where nothing else is said.</summary>
    private const int StandardDefinitionHeight = 576;

    /// <param name="camera">Valid; its source is command or a preset.</param>
    /// <param name="isInstalled">Whether a program can be started by this name.</param>
    /// <exception cref="SourceException">The preset has no such format.</exception>
    public static ProgramCommand For(CameraConfig camera, Func<string, bool> isInstalled) => camera.Source switch
    {
        "command" => new ProgramCommand(
            camera.Command![0], camera.Command, Path.GetFileName(camera.Command[0]), OwnParser(camera)),
        "rpicam" => Rpicam(camera, isInstalled),
        "libcamera" => GStreamer(camera, "libcamera", ["libcamerasrc"], "", [], "gstreamer1.0-tools gstreamer1.0-libcamera"),
        "gst-nvargus" => GStreamer(
            camera, "gst-nvargus", ["nvarguscamerasrc"], "(memory:NVMM)", ["!", "nvvidconv", "!", "video/x-raw,format=NV12"],
            "gstreamer1.0-tools nvidia-l4t-gstreamer"),
        "ffmpeg-rtsp" => FfmpegRtsp(camera),
        _ => throw new ArgumentException($"'{camera.Source}' starts no program", nameof(camera)),
    };

    private static Func<IFrameParser> OwnParser(CameraConfig camera) => camera.Format switch
    {
        "auto" => () => new DetectingParser(),
        "mjpeg" => () => new JpegParser(),
        _ => Raw(camera.Format, camera.Width, camera.Height, ColorMatrix.Bt601, ColorRange.Limited),
    };

    /// <summary>
    /// rpicam-vid, or libcamera-vid, as it was called until 2023. Its yuv420 is what libcamera calls sYCC: BT.601, full range.
    /// </summary>
    private static ProgramCommand Rpicam(CameraConfig camera, Func<string, bool> isInstalled)
    {
        string program = !isInstalled("rpicam-vid") && isInstalled("libcamera-vid") ? "libcamera-vid" : "rpicam-vid";
        int width = (camera.Width + RpicamAlignment - 1) / RpicamAlignment * RpicamAlignment, height = (camera.Height + 1) & ~1;
        bool jpeg = camera.Format == "mjpeg";
        RequireFormat(camera, "rpicam", "i420", "mjpeg");
        string[] arguments =
        [
            program, "--timeout", "0", "--nopreview", "--codec", jpeg ? "mjpeg" : "yuv420", "--width", Text(width),
            "--height", Text(height), "--framerate", Text(camera.Rate), "--flush", "--output", "-",
        ];
        return new ProgramCommand(
            program, arguments, program,
            jpeg ? () => new JpegParser() : Raw("i420", width, height, ColorMatrix.Bt601, ColorRange.Full),
            "rpicam-apps");
    }

    /// <summary>
    /// GStreamer's elements may write words to standard output, so the shell gives the frames a descriptor of their own and turns
    /// the words to standard error.
    /// </summary>
    private static ProgramCommand GStreamer(
        CameraConfig camera, string preset, string[] source, string memory, string[] convert, string package)
    {
        RequireFormat(camera, preset, "nv12");
        int width = (camera.Width + 3) & ~3, height = (camera.Height + 1) & ~1;
        var rate = (long)Math.Round(camera.Rate * 1000);
        string caps = FormattableString.Invariant(
            $"video/x-raw{memory},format=NV12,width={width},height={height},framerate={rate}/1000");
        string[] pipeline =
        [
            "/bin/sh", "-c", "exec 3>&1 1>&2; exec \"$@\"", "sh", "gst-launch-1.0", "-q",
            .. source, "!", caps, .. convert, "!", "fdsink", "fd=3", "sync=false",
        ];
        ColorMatrix matrix = height > StandardDefinitionHeight ? ColorMatrix.Bt709 : ColorMatrix.Bt601;
        return new ProgramCommand(
            "gst-launch-1.0", pipeline, source[0], Raw("nv12", width, height, matrix, ColorRange.Limited), package);
    }

    /// <summary>ffmpeg scales to the configured size and drops to the configured rate, so less goes through the pipe.</summary>
    private static ProgramCommand FfmpegRtsp(CameraConfig camera)
    {
        RequireFormat(camera, "ffmpeg-rtsp", "nv12", "mjpeg");
        string address = camera.Address!, shown = WithoutUser(address);
        int width = (camera.Width + 1) & ~1, height = (camera.Height + 1) & ~1;
        bool jpeg = camera.Format == "mjpeg";
        string range = jpeg ? "full" : "limited";
        string filter = FormattableString.Invariant(
            $"fps={camera.Rate},scale={width}:{height}:out_color_matrix=bt601:out_range={range}");
        string[] input =
            address.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) ? ["-rtsp_transport", "tcp", "-fflags", "nobuffer"]
            : File.Exists(address) ? ["-re"]
            : [];
        string[] output = jpeg
            ? ["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "4", "-f", "mjpeg", "-"]
            : ["-pix_fmt", "nv12", "-f", "rawvideo", "-"];
        return new ProgramCommand(
            "ffmpeg",
            [
                "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", .. input, "-i", address, "-an", "-vf", filter, .. output,
            ],
            $"ffmpeg {shown}",
            jpeg ? () => new JpegParser() : Raw("nv12", width, height, ColorMatrix.Bt601, ColorRange.Limited),
            "ffmpeg",
            address == shown ? null : (address, shown));
    }

    private static Func<IFrameParser> Raw(string format, int width, int height, ColorMatrix matrix, ColorRange range)
    {
        PixelFormat pixels = Array.Find(PixelFormat.All, f => f.Name == format)!;
        return () => new RawParser(pixels, new FrameDescription(pixels.Layout!.Value, width, height, matrix, range));
    }

    private static void RequireFormat(CameraConfig camera, string preset, params string[] formats)
    {
        if (camera.Format != "auto" && !formats.Contains(camera.Format))
            throw new SourceException(
                $"{preset} gives {string.Join(" or ", formats)}, not {camera.Format}; set format to one of them or auto");
    }

    /// <summary>An address without user name and password.</summary>
    private static string WithoutUser(string address)
    {
        int host = address.IndexOf("://", StringComparison.Ordinal) + 3;
        int at = host < 3 ? -1 : address.AsSpan(host).IndexOfAny("/?#") is int path and >= 0
            ? address.AsSpan(host, path).LastIndexOf('@')
            : address.AsSpan(host).LastIndexOf('@');
        return at < 0 ? address : string.Concat(address.AsSpan(0, host), address.AsSpan(host + at + 1));
    }

    private static string Text(double value) => FormattableString.Invariant($"{value}");
}
