using System.Runtime.InteropServices;
using System.Text;
using Edge.Camera.Linux;

namespace Edge.Camera.Sources.V4L2;

/// <summary>An opened video node (/dev/videoN): who it is, and what it can deliver.</summary>
internal sealed unsafe class VideoDevice : IDisposable
{
    /// <summary>Enumerations of a broken driver must end.</summary>
    private const int MaxItems = 1024;

    /// <summary>
    /// Drivers whose capture nodes are the inner parts of a camera pipeline, without a picture before somebody sets the pipeline
    /// up.
    /// </summary>
    private static readonly string[] PipelineDrivers = ["bcm2835-isp", "pispbe", "rp1-cfe", "tegra-video", "rkisp1"];

    private int _file = -1;

    private VideoDevice(string path) => Path = path;

    public string Path { get; }

    public string Driver { get; private set; } = "";

    /// <summary>The camera's name.</summary>
    public string Card { get; private set; } = "";

    public string Bus { get; private set; } = "";

    /// <summary>Of this node.</summary>
    public uint Capabilities { get; private set; }

    public int File => _file;

    public bool IsMultiPlanar => (Capabilities & V4l2.CapVideoCapture) == 0;

    /// <summary>enum v4l2_buf_type.</summary>
    public uint Type => IsMultiPlanar ? V4l2.TypeCaptureMultiPlanar : V4l2.TypeCapture;

    /// <summary>Whether it delivers pictures: others deliver metadata, sound of radio, or what was encoded.</summary>
    public bool CanCapture =>
        (Capabilities & (V4l2.CapVideoCapture | V4l2.CapVideoCaptureMultiPlanar)) != 0 && (Capabilities & V4l2.CapStreaming) != 0;

    /// <summary>Needs libcamera to set up what lies before it.</summary>
    public bool NeedsPipeline => (Capabilities & V4l2.CapMediaController) != 0 || PipelineDrivers.Contains(Driver);

    /// <exception cref="SourceException">Absent, forbidden, or no video device.</exception>
    public static VideoDevice Open(string path)
    {
        var device = new VideoDevice(path);
        device._file = LibC.Open(path, LibC.OpenReadWrite | LibC.OpenNonBlocking | LibC.OpenCloseOnExec);
        if (device._file < 0)
            throw VideoErrors.Because(path, "can't be opened", Marshal.GetLastPInvokeError());
        var capability = default(V4l2Capability);
        if (device.Call(V4l2.QueryCapabilities, ref capability) is int error and not 0)
        {
            device.Dispose();
            throw error is Errno.NotTypewriter or Errno.Invalid
                ? new SourceException($"{path}: is no video device; edge-camera cameras lists those that are there")
                : VideoErrors.Because(path, "can't be asked what it is", error);
        }

        device.Driver = Text(capability.Driver, 16);
        device.Card = Text(capability.Card, 32);
        device.Bus = Text(capability.Bus, 32);
        device.Capabilities =
            (capability.Capabilities & V4l2.CapDeviceCaps) != 0 ? capability.DeviceCapabilities : capability.Capabilities;
        return device;
    }

    /// <returns>0, or errno.</returns>
    public int Call<T>(uint request, ref T argument)
        where T : unmanaged
    {
        fixed (T* at = &argument)
        {
            while (LibC.Ioctl(_file, request, at) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != Errno.Interrupted)
                    return error;
            }

            return 0;
        }
    }

    /// <exception cref="SourceException">The driver refuses.</exception>
    public void Demand<T>(uint request, ref T argument, string doing)
        where T : unmanaged
    {
        if (Call(request, ref argument) is int error and not 0)
            throw VideoErrors.Because(Path, doing, error);
    }

    /// <summary>Formats, sizes and rates.</summary>
    /// <param name="width">Ranges of sizes are asked for their rates at the size nearest to this.</param>
    /// <param name="height">Pixels.</param>
    public List<VideoFormat> Formats(int width, int height)
    {
        List<VideoFormat> formats = [];
        for (uint i = 0; i < MaxItems; i++)
        {
            var description = new V4l2FormatDescription { Index = i, Type = Type };
            if (Call(V4l2.EnumerateFormats, ref description) != 0)
                break;
            uint format = description.PixelFormat;
            formats.Add(new VideoFormat(format, Text(description.Description, 32), Sizes(format, width, height)));
        }

        return formats;
    }

    public void Dispose()
    {
        if (_file >= 0)
            _ = LibC.Close(_file);
        _file = -1;
    }

    public static string Text(byte* from, int capacity)
    {
        var bytes = new ReadOnlySpan<byte>(from, capacity);
        int end = bytes.IndexOf((byte)0);
        string text = Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]).Trim();
        return new string(Array.FindAll(text.ToCharArray(), c => !char.IsControl(c)));
    }

    private List<VideoSize> Sizes(uint format, int width, int height)
    {
        List<VideoSize> sizes = [];
        for (uint i = 0; i < MaxItems; i++)
        {
            var size = new V4l2FrameSize { Index = i, PixelFormat = format };
            if (Call(V4l2.EnumerateSizes, ref size) != 0)
                break;
            if (size.Type == V4l2.Discrete)
            {
                if (InRange(size.Width, size.Height))
                    sizes.Add(new VideoSize((int)size.Width, (int)size.Height, [.. Rates(format, size.Width, size.Height)]));
                continue;
            }

            if (!InRange(size.MinWidth, size.MinHeight) || size.MaxWidth < size.MinWidth || size.MaxHeight < size.MinHeight)
                break;
            var range = new VideoSize(
                (int)size.MinWidth, (int)size.MinHeight, Bounded(size.MaxWidth), Bounded(size.MaxHeight), Step(size.StepWidth),
                Step(size.StepHeight), []);
            (int nearestWidth, int nearestHeight) = range.Nearest(width, height);
            sizes.Add(range with { Rates = Rates(format, (uint)nearestWidth, (uint)nearestHeight) });
            break;
        }

        // Drivers of grabbers often list no sizes, but say what they would make of one.
        if (sizes.Count == 0)
        {
            var tried = new V4l2Format
            {
                Type = Type,
                Width = (uint)width,
                Height = (uint)height,
                PixelFormat = format,
                Field = V4l2.FieldNone,
            };
            if (Call(V4l2.TryFormat, ref tried) == 0 && tried.PixelFormat == format && InRange(tried.Width, tried.Height))
                sizes.Add(new VideoSize((int)tried.Width, (int)tried.Height, [.. Rates(format, tried.Width, tried.Height)]));
        }

        return sizes;

        static bool InRange(uint width, uint height) => width is > 0 and <= MaxSide && height is > 0 and <= MaxSide;

        static int Bounded(uint length) => (int)Math.Min(length, MaxSide);

        static int Step(uint step) => (int)Math.Clamp(step, 1, MaxSide);
    }

    private const uint MaxSide = Edge.Imaging.Frames.FrameDescription.MaxSide;

    private List<VideoRate> Rates(uint format, uint width, uint height)
    {
        List<VideoRate> rates = [];
        for (uint i = 0; i < MaxItems; i++)
        {
            var interval = new V4l2FrameInterval { Index = i, PixelFormat = format, Width = width, Height = height };
            if (Call(V4l2.EnumerateIntervals, ref interval) != 0)
                break;
            if (interval.Min is not { Numerator: > 0, Denominator: > 0 } min)
                continue;
            if (interval.Type == V4l2.Discrete)
            {
                rates.Add(new VideoRate((double)min.Denominator / min.Numerator));
                continue;
            }

            if (interval.Max is { Numerator: > 0, Denominator: > 0 } max)
            {
                double slowest = (double)max.Denominator / max.Numerator, fastest = (double)min.Denominator / min.Numerator;
                rates.Add(new VideoRate(Math.Min(slowest, fastest), fastest));
            }

            break;
        }

        return rates;
    }
}
