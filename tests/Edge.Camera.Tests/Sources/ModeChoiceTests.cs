using Edge.Camera.Sources.V4L2;

namespace Edge.Camera.Tests.Sources;

/// <summary>The rule of <see cref="ModeChoice"/> on lists as cameras give them.</summary>
public class ModeChoiceTests
{
    /// <summary>A USB 2 webcam: raw pictures are slow from 720 lines up.</summary>
    private static readonly VideoFormat[] Webcam =
    [
        Format("YUYV", new VideoSize(640, 480, R(30), R(15)), new VideoSize(1280, 720, R(10), R(5)), new VideoSize(1920, 1080, R(5))),
        Format("MJPG", new VideoSize(640, 480, R(30)), new VideoSize(1280, 720, R(60), R(30)), new VideoSize(1920, 1080, R(30))),
    ];

    [Theory]
    [InlineData("auto", 640, 480, 30, "YUYV 640×480 at 30/s", "of what reaches 640×480 at 30/s it costs the processor least")]
    [InlineData("auto", 640, 480, 10, "YUYV 640×480 at 15/s", "of what reaches 640×480 at 10/s it costs the processor least")]
    [InlineData("auto", 1280, 720, 30, "MJPEG 1280×720 at 30/s", "only MJPEG reaches 1280×720 at 30/s")]
    [InlineData("auto", 1280, 720, 5, "YUYV 1280×720 at 5/s", "of what reaches 1280×720 at 5/s it costs the processor least")]
    [InlineData("auto", 800, 600, 8, "YUYV 1280×720 at 10/s", "of what reaches 800×600 at 8/s it costs the processor least")]
    [InlineData("auto", 1280, 720, 90, "MJPEG 1280×720 at 60/s", "no format reaches 1280×720 at 90/s; this is the fastest")]
    [InlineData("auto", 3840, 2160, 5, "YUYV 1920×1080 at 5/s", "no format reaches 3840×2160; this is the largest")]
    [InlineData("yuyv", 1280, 720, 30, "YUYV 1280×720 at 10/s", "YUYV is asked for, and none of its modes reaches 1280×720 at 30/s; this is the fastest")]
    [InlineData("mjpeg", 640, 480, 30, "MJPEG 640×480 at 30/s", "it is asked for, and reaches 640×480 at 30/s")]
    public void The_cheapest_mode_that_reaches_size_and_rate_is_taken(
        string format, int width, int height, double rate, string expected, string reason)
    {
        VideoMode mode = ModeChoice.Choose(Webcam, format, width, height, rate)!;
        Assert.Equal(expected, mode.ToString());
        Assert.Equal(reason, mode.Reason);
    }

    [Fact]
    public void A_format_that_the_camera_lacks_is_not_replaced()
    {
        Assert.Null(ModeChoice.Choose(Webcam, "nv12", 640, 480, 30));
        Assert.Null(ModeChoice.Choose([Format("BA81", new VideoSize(640, 480, R(30)))], "auto", 640, 480, 30));
        Assert.Null(ModeChoice.Choose([], "auto", 640, 480, 30));
    }

    [Fact]
    public void Planar_pictures_cost_less_than_packed_ones_and_RGB_costs_more()
    {
        VideoSize[] sizes = [new(640, 480, R(30))];
        VideoFormat[] formats = [Format("RGB3", sizes), Format("YUYV", sizes), Format("NV12", sizes), Format("GREY", sizes)];
        Assert.Equal("nv12", ModeChoice.Choose(formats, "auto", 640, 480, 30)!.Pixels.Name);
        Assert.Equal("yuyv", ModeChoice.Choose(formats[..2], "auto", 640, 480, 30)!.Pixels.Name);
    }

    [Fact]
    public void Grey_is_taken_only_where_there_are_no_colours()
    {
        VideoFormat[] formats = [Format("GREY", new VideoSize(640, 480, R(60))), Format("YUYV", new VideoSize(320, 240, R(5)))];
        Assert.Equal("yuyv", ModeChoice.Choose(formats, "auto", 640, 480, 30)!.Pixels.Name);
        VideoMode mode = ModeChoice.Choose(formats[..1], "auto", 640, 480, 30)!;
        Assert.Equal(("grey", "the camera has no colours"), (mode.Pixels.Name, mode.Reason));
    }

    [Fact]
    public void Ranges_of_sizes_and_rates_give_what_was_asked_where_they_can()
    {
        var range = new VideoSize(16, 16, 1920, 1080, 8, 4, [new VideoRate(1, 30)]);
        VideoFormat[] formats = [Format("YUYV", range)];
        Assert.Equal("YUYV 640×480 at 25/s", ModeChoice.Choose(formats, "auto", 640, 480, 25)!.ToString());
        Assert.Equal("YUYV 648×480 at 30/s", ModeChoice.Choose(formats, "auto", 641, 480, 50)!.ToString());
        Assert.Equal("YUYV 1920×1080 at 1/s", ModeChoice.Choose(formats, "auto", 4000, 3000, 0.5)!.ToString());
    }

    [Fact]
    public void A_driver_that_names_no_rates_is_believed_to_reach_the_asked_one()
    {
        VideoMode mode = ModeChoice.Choose([Format("MJPG", new VideoSize(640, 480))], "auto", 640, 480, 30)!;
        Assert.Equal("MJPEG 640×480", mode.ToString());
        Assert.Equal("only MJPEG reaches 640×480 at 30/s", mode.Reason);
    }

    [Fact]
    public void Rates_of_broadcast_count_as_the_round_ones()
    {
        VideoFormat[] formats = [Format("YUYV", new VideoSize(640, 480, R(30000.0 / 1001))), Format("MJPG", new VideoSize(640, 480, R(30)))];
        Assert.Equal("yuyv", ModeChoice.Choose(formats, "auto", 640, 480, 30)!.Pixels.Name);
    }

    private static VideoRate R(double rate) => new(rate);

    private static VideoFormat Format(string letters, params VideoSize[] sizes) => new(
        (uint)letters[0] | (uint)letters[1] << 8 | (uint)letters[2] << 16 | (uint)letters[3] << 24, letters, sizes);
}
