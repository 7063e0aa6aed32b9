using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Edge.Camera.Linux;
using Edge.Camera.Sources;
using Edge.Camera.Sources.V4L2;
using Edge.Imaging.Frames;

namespace Edge.Camera.Tests.Sources;

/// <summary>
/// What can be tested of the kernel's ABI without a camera; tools/board/video.sh tests the rest in a virtual board.
/// </summary>
public class V4l2Tests
{
    [Fact]
    public void Structures_have_the_sizes_of_the_64_bit_kernel_ABI()
    {
        // sizeof() of linux/videodev2.h on x86-64 and on arm64.
        Assert.Equal(104, Unsafe.SizeOf<V4l2Capability>());
        Assert.Equal(64, Unsafe.SizeOf<V4l2FormatDescription>());
        Assert.Equal(44, Unsafe.SizeOf<V4l2FrameSize>());
        Assert.Equal(52, Unsafe.SizeOf<V4l2FrameInterval>());
        Assert.Equal(208, Unsafe.SizeOf<V4l2Format>());
        Assert.Equal(204, Unsafe.SizeOf<V4l2StreamParameters>());
        Assert.Equal(20, Unsafe.SizeOf<V4l2RequestBuffers>());
        Assert.Equal(88, Unsafe.SizeOf<V4l2Buffer>());
        Assert.Equal(64, Unsafe.SizeOf<V4l2Plane>());
        Assert.Equal(232, Unsafe.SizeOf<V4l2ControlDescription>());
        Assert.Equal(44, Unsafe.SizeOf<V4l2MenuItem>());
        Assert.Equal(20, Unsafe.SizeOf<V4l2Control>());
        Assert.Equal(32, Unsafe.SizeOf<V4l2Controls>());
        Assert.Equal(32, Unsafe.SizeOf<V4l2EventSubscription>());
        Assert.Equal(136, Unsafe.SizeOf<V4l2Event>());
        Assert.Equal(132, Unsafe.SizeOf<V4l2Timings>());
    }

    [Fact]
    public void Fields_lie_where_the_kernel_reads_them()
    {
        // offsetof() of linux/videodev2.h.
        Assert.Equal(84, Offset<V4l2Capability>(nameof(V4l2Capability.Capabilities)));
        Assert.Equal(44, Offset<V4l2FormatDescription>(nameof(V4l2FormatDescription.PixelFormat)));
        Assert.Equal(28, Offset<V4l2Format>(nameof(V4l2Format.Single)) + Offset<V4l2SinglePlane>(nameof(V4l2SinglePlane.SizeImage)));
        Assert.Equal(8 + 36, Offset<V4l2Format>(nameof(V4l2Format.Single)) + Offset<V4l2SinglePlane>(nameof(V4l2SinglePlane.Encoding)));
        Assert.Equal(8 + 180, Offset<V4l2Format>(nameof(V4l2Format.Multi)) + Offset<V4l2MultiPlane>(nameof(V4l2MultiPlane.Planes)));
        Assert.Equal(8 + 183, Offset<V4l2Format>(nameof(V4l2Format.Multi)) + Offset<V4l2MultiPlane>(nameof(V4l2MultiPlane.Quantization)));
        Assert.Equal(12, Offset<V4l2StreamParameters>(nameof(V4l2StreamParameters.TimePerFrame)));
        Assert.Equal(24, Offset<V4l2Buffer>(nameof(V4l2Buffer.Seconds)));
        Assert.Equal(56, Offset<V4l2Buffer>(nameof(V4l2Buffer.Sequence)));
        Assert.Equal(64, Offset<V4l2Buffer>(nameof(V4l2Buffer.Planes)));
        Assert.Equal(72, Offset<V4l2Buffer>(nameof(V4l2Buffer.Length)));
        Assert.Equal(16, Offset<V4l2Plane>(nameof(V4l2Plane.DataOffset)));
        Assert.Equal(40, Offset<V4l2ControlDescription>(nameof(V4l2ControlDescription.Minimum)));
        Assert.Equal(72, Offset<V4l2ControlDescription>(nameof(V4l2ControlDescription.Flags)));
        Assert.Equal(12, Offset<V4l2Control>(nameof(V4l2Control.Value)));
        Assert.Equal(24, Offset<V4l2Controls>(nameof(V4l2Controls.Items)));
    }

    [Fact]
    public void Requests_have_the_numbers_of_the_64_bit_kernel_ABI()
    {
        Assert.Equal(
            [
                0x80685600, 0xC0405602, 0xC0D05605, 0xC0D05640, 0xC0145608, 0xC0585609, 0xC058560F, 0xC0585611, 0x40045612, 0x40045613,
                0xC0CC5616, 0xC02C5625, 0xC0205648, 0xC02C564A, 0xC034564B, 0xC0845657, 0x80885659, 0x4020565A, 0x80845663, 0xC0E85667,
            ],
            new[]
            {
                V4l2.QueryCapabilities, V4l2.EnumerateFormats, V4l2.SetFormat, V4l2.TryFormat, V4l2.RequestBuffers, V4l2.QueryBuffer,
                V4l2.Queue, V4l2.Dequeue, V4l2.StreamOn, V4l2.StreamOff, V4l2.SetParameters, V4l2.QueryMenu, V4l2.SetControls,
                V4l2.EnumerateSizes, V4l2.EnumerateIntervals, V4l2.SetTimings, V4l2.DequeueEvent, V4l2.SubscribeEvent,
                V4l2.QueryTimings, V4l2.QueryControl,
            });
    }

    [Theory]
    [InlineData(8, 0, 0, ColorMatrix.Bt601, ColorRange.Limited)] // sRGB, as USB cameras say for YUYV
    [InlineData(7, 0, 0, ColorMatrix.Bt601, ColorRange.Full)] // JPEG
    [InlineData(3, 0, 0, ColorMatrix.Bt709, ColorRange.Limited)] // Rec. 709, as HDMI grabbers say
    [InlineData(3, 1, 1, ColorMatrix.Bt601, ColorRange.Full)] // what is said counts before the colorspace's own
    [InlineData(8, 2, 2, ColorMatrix.Bt709, ColorRange.Limited)]
    [InlineData(0, 0, 0, ColorMatrix.Bt601, ColorRange.Limited)] // nothing said
    [InlineData(7, 0, 2, ColorMatrix.Bt601, ColorRange.Limited)]
    public void Colours_are_what_the_driver_says(uint colorspace, uint encoding, uint quantization, ColorMatrix matrix, ColorRange range)
    {
        Assert.Equal(matrix, VideoColor.Matrix(colorspace, encoding));
        Assert.Equal(range, VideoColor.Range(colorspace, quantization));
    }

    [Theory]
    [InlineData("Exposure Time, Absolute", "exposure_time_absolute")]
    [InlineData("White Balance, Automatic", "white_balance_automatic")]
    [InlineData("gain", "gain")]
    [InlineData("(Sharpness)", "sharpness")]
    public void Controls_are_named_as_v4l2_ctl_names_them(string title, string name) => Assert.Equal(name, VideoControls.NameOf(title));

    [Fact]
    public void Automatic_modes_are_set_before_the_numbers_they_rule()
    {
        var plan = VideoControls.Plan(
            "/dev/video0", Controls, new Dictionary<string, long> { ["exposure_time_absolute"] = 200, ["gain"] = 10, ["auto_exposure"] = 1 });
        Assert.Equal([3L, 1L, 2L], plan.Select(p => (long)p.Control.Id));
    }

    [Theory]
    [InlineData("gian", 1, "/dev/video0: the camera has no control 'gian'; did you mean 'gain'?")]
    [InlineData("zoom", 1, "/dev/video0: the camera has no control 'zoom'; it has exposure_time_absolute, gain, auto_exposure, firmware")]
    [InlineData("gain", 256, "/dev/video0: control 'gain': 256 can't be set; it takes 0 to 255 in steps of 5")]
    [InlineData("gain", 7, "/dev/video0: control 'gain': 7 can't be set; it takes 0 to 255 in steps of 5")]
    [InlineData("auto_exposure", 2, "/dev/video0: control 'auto_exposure': 2 can't be set; it takes 1 (Manual Mode), 3 (Aperture Priority Mode)")]
    [InlineData("firmware", 1, "/dev/video0: control 'firmware': can only be read")]
    public void Wrong_controls_are_said_with_what_is_allowed(string name, long value, string message)
    {
        SourceException e = Assert.Throws<SourceException>(
            () => VideoControls.Plan("/dev/video0", Controls, new Dictionary<string, long> { [name] = value }));
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public void A_device_that_is_none_is_said_in_one_line()
    {
        Assert.Equal(
            "/dev/video250: no such device; edge-camera cameras lists those that are there",
            Assert.Throws<SourceException>(() => VideoDevice.Open("/dev/video250")).Message);
        Assert.Equal(
            "/dev/null: is no video device; edge-camera cameras lists those that are there",
            Assert.Throws<SourceException>(() => VideoDevice.Open("/dev/null")).Message);
    }

    [Fact]
    public void A_link_that_udev_has_taken_away_leads_nowhere() =>
        Assert.Null(VideoDirectory.Target(Path.Combine(Path.GetTempPath(), "no-such-folder", "usb-camera")));

    [Fact]
    public void A_busy_device_is_said_with_the_program_that_has_it_open()
    {
        string file = Path.GetTempFileName();
        string link = file + ".link";
        File.CreateSymbolicLink(link, file);
        try
        {
            Assert.Equal(
                $"{link}: is used by another program; sudo fuser -v {link} names it",
                VideoErrors.Because(link, "can't be opened", Errno.Busy).Message);
            using Process holder = Process.Start("tail", ["-f", file]);
            try
            {
                string expected = $"{link}: is used by tail ({holder.Id}); end that program, or take another camera";
                Assert.True(SpinWait.SpinUntil(
                    () => VideoErrors.Because(link, "can't be opened", Errno.Busy).Message == expected, TimeSpan.FromSeconds(60)));
            }
            finally
            {
                holder.Kill();
                holder.WaitForExit();
            }
        }
        finally
        {
            File.Delete(link);
            File.Delete(file);
        }
    }

    private static readonly VideoControl[] Controls =
    [
        new(1, "exposure_time_absolute", ControlKind.Integer, 1, 5000, 1, 157, 0, []),
        new(2, "gain", ControlKind.Integer, 0, 255, 5, 0, 0, []),
        new(3, "auto_exposure", ControlKind.Menu, 0, 3, 1, 3, 0, [(1, "Manual Mode"), (3, "Aperture Priority Mode")]),
        new(4, "firmware", ControlKind.Integer, 0, 9, 1, 0, V4l2.ControlReadOnly, []),
    ];

    private static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
