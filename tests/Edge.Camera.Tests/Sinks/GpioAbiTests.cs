using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Edge.Camera.Linux;
using Edge.Camera.Sinks.Gpio;

namespace Edge.Camera.Tests.Sinks;

/// <summary>The kernel's structures: sizes and offsets as include/uapi/linux/gpio.h lays them out on 64-bit machines.</summary>
public class GpioAbiTests
{
    [Fact]
    public void Structures_have_the_kernels_sizes()
    {
        Assert.Equal(68, Unsafe.SizeOf<GpioAbi.ChipInfo>());
        Assert.Equal(256, Unsafe.SizeOf<GpioAbi.LineInfo>());
        Assert.Equal(592, Unsafe.SizeOf<GpioAbi.LineRequest>());
        Assert.Equal(16, Unsafe.SizeOf<GpioAbi.LineValues>());
        Assert.Equal(48, Unsafe.SizeOf<GpioAbi.LineEvent>());
        Assert.Equal(8, Unsafe.SizeOf<PollEntry>());
    }

    [Theory]
    [InlineData(nameof(GpioAbi.LineRequest.Consumer), 256)]
    [InlineData(nameof(GpioAbi.LineRequest.Flags), 288)]
    [InlineData(nameof(GpioAbi.LineRequest.Attributes), 320)]
    [InlineData(nameof(GpioAbi.LineRequest.LineCount), 560)]
    [InlineData(nameof(GpioAbi.LineRequest.Fd), 588)]
    public void A_request_has_its_fields_in_place(string field, int offset) =>
        Assert.Equal(offset, Marshal.OffsetOf<GpioAbi.LineRequest>(field));

    /// <summary>_IOC(direction, 0xB4, number, size).</summary>
    [Fact]
    public void Requests_carry_their_structures_sizes()
    {
        Assert.Equal(GpioAbi.GetChipInfo, Request(2, 0x01, Unsafe.SizeOf<GpioAbi.ChipInfo>()));
        Assert.Equal(GpioAbi.GetLineInfo, Request(3, 0x05, Unsafe.SizeOf<GpioAbi.LineInfo>()));
        Assert.Equal(GpioAbi.GetLine, Request(3, 0x07, Unsafe.SizeOf<GpioAbi.LineRequest>()));
        Assert.Equal(GpioAbi.GetValues, Request(3, 0x0E, Unsafe.SizeOf<GpioAbi.LineValues>()));
        Assert.Equal(GpioAbi.SetValues, Request(3, 0x0F, Unsafe.SizeOf<GpioAbi.LineValues>()));
    }

    private static uint Request(uint direction, uint number, int size) => (direction << 30) | ((uint)size << 16) | (0xB4u << 8) | number;
}
