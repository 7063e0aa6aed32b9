using System.Runtime.InteropServices;

namespace Edge.Camera.Sources.V4L2;

// Structures of linux/videodev2.h as 64-bit kernels read and write them; the same on x86-64 and arm64. Only the fields that are
// used have names. Sizes are part of the ioctl numbers.

/// <summary>struct v4l2_capability.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
internal unsafe struct V4l2Capability
{
    [FieldOffset(0)] public fixed byte Driver[16];
    [FieldOffset(16)] public fixed byte Card[32];
    [FieldOffset(48)] public fixed byte Bus[32];
    [FieldOffset(84)] public uint Capabilities;
    [FieldOffset(88)] public uint DeviceCapabilities;
}

/// <summary>struct v4l2_fmtdesc.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct V4l2FormatDescription
{
    [FieldOffset(0)] public uint Index;
    [FieldOffset(4)] public uint Type;
    [FieldOffset(12)] public fixed byte Description[32];
    [FieldOffset(44)] public uint PixelFormat;
}

/// <summary>struct v4l2_frmsizeenum: a discrete size is its minimum.</summary>
[StructLayout(LayoutKind.Explicit, Size = 44)]
internal struct V4l2FrameSize
{
    [FieldOffset(0)] public uint Index;
    [FieldOffset(4)] public uint PixelFormat;
    [FieldOffset(8)] public uint Type;
    [FieldOffset(12)] public uint Width;
    [FieldOffset(16)] public uint Height;
    [FieldOffset(12)] public uint MinWidth;
    [FieldOffset(16)] public uint MaxWidth;
    [FieldOffset(20)] public uint StepWidth;
    [FieldOffset(24)] public uint MinHeight;
    [FieldOffset(28)] public uint MaxHeight;
    [FieldOffset(32)] public uint StepHeight;
}

/// <summary>struct v4l2_fract.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct V4l2Fraction
{
    public uint Numerator;
    public uint Denominator;
}

/// <summary>struct v4l2_frmivalenum: a discrete interval is the minimum. Seconds per frame.</summary>
[StructLayout(LayoutKind.Explicit, Size = 52)]
internal struct V4l2FrameInterval
{
    [FieldOffset(0)] public uint Index;
    [FieldOffset(4)] public uint PixelFormat;
    [FieldOffset(8)] public uint Width;
    [FieldOffset(12)] public uint Height;
    [FieldOffset(16)] public uint Type;
    [FieldOffset(20)] public V4l2Fraction Min;
    [FieldOffset(28)] public V4l2Fraction Max;
}

/// <summary>struct v4l2_format with a v4l2_pix_format, or with a v4l2_pix_format_mplane of one plane.</summary>
[StructLayout(LayoutKind.Explicit, Size = 208)]
internal struct V4l2Format
{
    [FieldOffset(0)] public uint Type;
    [FieldOffset(8)] public uint Width;
    [FieldOffset(12)] public uint Height;
    [FieldOffset(16)] public uint PixelFormat;
    [FieldOffset(20)] public uint Field;
    [FieldOffset(24)] public V4l2SinglePlane Single;
    [FieldOffset(24)] public V4l2MultiPlane Multi;
}

/// <summary>The rest of struct v4l2_pix_format.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct V4l2SinglePlane
{
    [FieldOffset(0)] public uint BytesPerLine;
    [FieldOffset(4)] public uint SizeImage;
    [FieldOffset(8)] public uint Colorspace;
    [FieldOffset(12)] public uint Priv;
    [FieldOffset(20)] public uint Encoding;
    [FieldOffset(24)] public uint Quantization;
}

/// <summary>The rest of struct v4l2_pix_format_mplane.</summary>
[StructLayout(LayoutKind.Explicit, Size = 176)]
internal struct V4l2MultiPlane
{
    [FieldOffset(0)] public uint Colorspace;
    [FieldOffset(4)] public uint SizeImage;
    [FieldOffset(8)] public uint BytesPerLine;
    [FieldOffset(164)] public byte Planes;
    [FieldOffset(166)] public byte Encoding;
    [FieldOffset(167)] public byte Quantization;
}

/// <summary>struct v4l2_streamparm with a v4l2_captureparm.</summary>
[StructLayout(LayoutKind.Explicit, Size = 204)]
internal struct V4l2StreamParameters
{
    [FieldOffset(0)] public uint Type;
    [FieldOffset(4)] public uint Capability;
    [FieldOffset(12)] public V4l2Fraction TimePerFrame;
}

/// <summary>struct v4l2_requestbuffers.</summary>
[StructLayout(LayoutKind.Explicit, Size = 20)]
internal struct V4l2RequestBuffers
{
    [FieldOffset(0)] public uint Count;
    [FieldOffset(4)] public uint Type;
    [FieldOffset(8)] public uint Memory;
}

/// <summary>struct v4l2_buffer.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal unsafe struct V4l2Buffer
{
    [FieldOffset(0)] public uint Index;
    [FieldOffset(4)] public uint Type;
    [FieldOffset(8)] public uint BytesUsed;
    [FieldOffset(12)] public uint Flags;
    [FieldOffset(24)] public long Seconds;
    [FieldOffset(32)] public long Microseconds;
    [FieldOffset(56)] public uint Sequence;
    [FieldOffset(60)] public uint Memory;
    [FieldOffset(64)] public uint Offset;
    [FieldOffset(64)] public V4l2Plane* Planes;
    [FieldOffset(72)] public uint Length;
}

/// <summary>struct v4l2_plane.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct V4l2Plane
{
    [FieldOffset(0)] public uint BytesUsed;
    [FieldOffset(4)] public uint Length;
    [FieldOffset(8)] public uint Offset;
    [FieldOffset(16)] public uint DataOffset;
}

/// <summary>struct v4l2_query_ext_ctrl.</summary>
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal unsafe struct V4l2ControlDescription
{
    [FieldOffset(0)] public uint Id;
    [FieldOffset(4)] public uint Type;
    [FieldOffset(8)] public fixed byte Name[32];
    [FieldOffset(40)] public long Minimum;
    [FieldOffset(48)] public long Maximum;
    [FieldOffset(56)] public ulong Step;
    [FieldOffset(64)] public long Default;
    [FieldOffset(72)] public uint Flags;
}

/// <summary>struct v4l2_querymenu.</summary>
[StructLayout(LayoutKind.Explicit, Size = 44)]
internal unsafe struct V4l2MenuItem
{
    [FieldOffset(0)] public uint Id;
    [FieldOffset(4)] public uint Index;
    [FieldOffset(8)] public fixed byte Name[32];
}

/// <summary>struct v4l2_ext_control, packed.</summary>
[StructLayout(LayoutKind.Explicit, Size = 20, Pack = 1)]
internal struct V4l2Control
{
    [FieldOffset(0)] public uint Id;
    [FieldOffset(4)] public uint Size;
    [FieldOffset(12)] public int Value;
    [FieldOffset(12)] public long Value64;
}

/// <summary>struct v4l2_ext_controls.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal unsafe struct V4l2Controls
{
    [FieldOffset(0)] public uint Which;
    [FieldOffset(4)] public uint Count;
    [FieldOffset(24)] public V4l2Control* Items;
}

/// <summary>struct v4l2_event_subscription.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct V4l2EventSubscription
{
    [FieldOffset(0)] public uint Type;
}

/// <summary>struct v4l2_event.</summary>
[StructLayout(LayoutKind.Explicit, Size = 136)]
internal struct V4l2Event
{
    [FieldOffset(0)] public uint Type;
}

/// <summary>struct v4l2_dv_timings, passed on from VIDIOC_QUERY_DV_TIMINGS to VIDIOC_S_DV_TIMINGS as it is.</summary>
[StructLayout(LayoutKind.Explicit, Size = 132, Pack = 1)]
internal struct V4l2Timings
{
    [FieldOffset(0)] public uint Type;
}
