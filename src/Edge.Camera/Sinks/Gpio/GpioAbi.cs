using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Edge.Camera.Sinks.Gpio;

/// <summary>The kernel's GPIO character device, version 2 (include/uapi/linux/gpio.h): the same on every 64-bit architecture.</summary>
internal static unsafe class GpioAbi
{
    public const int MaxName = 32;

    public const uint GetChipInfo = 0x8044B401;
    public const uint GetLineInfo = 0xC100B405;
    public const uint GetLine = 0xC250B407;
    public const uint GetValues = 0xC010B40E;
    public const uint SetValues = 0xC010B40F;

    public const ulong FlagUsed = 1 << 0;
    public const ulong FlagActiveLow = 1 << 1;
    public const ulong FlagInput = 1 << 2;
    public const ulong FlagOutput = 1 << 3;
    public const ulong FlagEdgeRising = 1 << 4;
    public const ulong FlagBiasPullUp = 1 << 8;
    public const ulong FlagBiasPullDown = 1 << 9;
    public const ulong FlagBiasDisabled = 1 << 10;

    public const uint AttributeDebounce = 3;

    [InlineArray(MaxName)]
    public struct Name
    {
        private byte _first;

        /// <summary>Up to the first zero.</summary>
        public readonly string Text
        {
            get
            {
                ReadOnlySpan<byte> bytes = this;
                int end = bytes.IndexOf((byte)0);
                return System.Text.Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ChipInfo
    {
        public Name Name, Label;
        public uint Lines;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Attribute
    {
        public uint Id, Padding;

        /// <summary>A union: the debounce period is its first 32 bits, in microseconds.</summary>
        public ulong Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ConfigAttribute
    {
        public Attribute Attribute;

        /// <summary>Bit i: the attribute belongs to the request's line i.</summary>
        public ulong Mask;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct LineInfo
    {
        public Name Name, Consumer;
        public uint Offset, AttributeCount;
        public ulong Flags;
        public Attributes Attributes;
        public fixed uint Padding[4];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct LineRequest
    {
        public fixed uint Offsets[64];
        public Name Consumer;
        public ulong Flags;
        public uint AttributeCount;
        public fixed uint ConfigPadding[5];
        public ConfigAttributes Attributes;
        public uint LineCount, EventBufferSize;
        public fixed uint Padding[5];
        public int Fd;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct LineValues
    {
        public ulong Bits, Mask;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct LineEvent
    {
        public ulong TimestampNanoseconds;
        public uint Id, Offset, Sequence, LineSequence;
        public fixed uint Padding[6];
    }

    [InlineArray(10)]
    public struct Attributes
    {
        private Attribute _first;
    }

    [InlineArray(10)]
    public struct ConfigAttributes
    {
        private ConfigAttribute _first;
    }
}
