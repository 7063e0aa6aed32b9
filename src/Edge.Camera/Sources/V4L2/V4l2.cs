using System.Runtime.CompilerServices;

namespace Edge.Camera.Sources.V4L2;

/// <summary>Constants of linux/videodev2.h. Names are shortened from those of the kernel's documentation, Part I.</summary>
internal static class V4l2
{
    // Capabilities of a node (VIDIOC_QUERYCAP).
    public const uint CapVideoCapture = 0x1;
    public const uint CapVideoCaptureMultiPlanar = 0x1000;
    public const uint CapMediaController = 0x2000_0000;
    public const uint CapStreaming = 0x0400_0000;
    public const uint CapDeviceCaps = 0x8000_0000;

    // enum v4l2_buf_type.
    public const uint TypeCapture = 1;
    public const uint TypeCaptureMultiPlanar = 9;

    // enum v4l2_memory, v4l2_field.
    public const uint MemoryMap = 1;
    public const uint FieldNone = 1;

    /// <summary>What pix_format.priv must be for the fields behind it to count.</summary>
    public const uint PixFormatMagic = 0xFEED_CAFE;

    // Flags of a buffer.
    public const uint BufferError = 0x40;
    public const uint TimestampMask = 0xE000;
    public const uint TimestampMonotonic = 0x2000;

    // enum v4l2_frmsizetypes, v4l2_frmivaltypes.
    public const uint Discrete = 1;
    public const uint Continuous = 2;

    public const uint CapTimePerFrame = 0x1000;
    public const uint EventSourceChange = 5;

    // Controls.
    public const uint NextControl = 0x8000_0000;
    public const uint ControlDisabled = 0x1;
    public const uint ControlGrabbed = 0x2;
    public const uint ControlReadOnly = 0x4;
    public const uint ControlInactive = 0x10;

    public static readonly uint QueryCapabilities = Read<V4l2Capability>(0);
    public static readonly uint EnumerateFormats = ReadWrite<V4l2FormatDescription>(2);
    public static readonly uint SetFormat = ReadWrite<V4l2Format>(5);
    public static readonly uint TryFormat = ReadWrite<V4l2Format>(64);
    public static readonly uint RequestBuffers = ReadWrite<V4l2RequestBuffers>(8);
    public static readonly uint QueryBuffer = ReadWrite<V4l2Buffer>(9);
    public static readonly uint Queue = ReadWrite<V4l2Buffer>(15);
    public static readonly uint Dequeue = ReadWrite<V4l2Buffer>(17);
    public static readonly uint StreamOn = Write<int>(18);
    public static readonly uint StreamOff = Write<int>(19);
    public static readonly uint SetParameters = ReadWrite<V4l2StreamParameters>(22);
    public static readonly uint QueryMenu = ReadWrite<V4l2MenuItem>(37);
    public static readonly uint SetControls = ReadWrite<V4l2Controls>(72);
    public static readonly uint EnumerateSizes = ReadWrite<V4l2FrameSize>(74);
    public static readonly uint EnumerateIntervals = ReadWrite<V4l2FrameInterval>(75);
    public static readonly uint SetTimings = ReadWrite<V4l2Timings>(87);
    public static readonly uint DequeueEvent = Read<V4l2Event>(89);
    public static readonly uint SubscribeEvent = Write<V4l2EventSubscription>(90);
    public static readonly uint QueryTimings = Read<V4l2Timings>(99);
    public static readonly uint QueryControl = ReadWrite<V4l2ControlDescription>(103);

    // asm-generic/ioctl.h: direction, size of the argument, 'V', number.
    private static uint Write<T>(uint number) => 1u << 30 | Code<T>(number);

    private static uint Read<T>(uint number) => 2u << 30 | Code<T>(number);

    private static uint ReadWrite<T>(uint number) => 3u << 30 | Code<T>(number);

    private static uint Code<T>(uint number) => (uint)Unsafe.SizeOf<T>() << 16 | (uint)'V' << 8 | number;
}
