using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sources;
using Edge.Camera.Web;
using Edge.Imaging;
using Edge.Imaging.Codecs;

namespace Edge.Camera.Tests.Web;

public sealed class PreviewTests
{
    [Fact]
    public void Pictures_allocate_nothing_that_grows_with_them()
    {
        using var tap = new PreviewTap { Interval = TimeSpan.Zero };
        using IDisposable look = tap.Look();
        CameraPreview preview = tap.Camera("c");
        using var source = new TestSource(640, 480, 1000);
        source.Open(CancellationToken.None);
        long number = 0, bytes = 0, before = 0;
        const int WarmUp = 10, Frames = 40;
        CameraPreview.JpegUser use = jpeg => bytes += jpeg.Length;
        for (int i = 0; i < WarmUp + Frames; i++)
        {
            if (i == WarmUp)
                before = GC.GetAllocatedBytesForCurrentThread();
            CapturedFrame frame = source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!;
            tap.Offer("c", frame, ExifOrientation.TopLeft);
            source.Return(frame);
            Assert.True(preview.TryUse(ref number, use));
            Assert.False(preview.TryUse(ref number, use));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Frames * 256);
        Assert.True(bytes > 0);
    }

    [Fact]
    public void Nothing_is_copied_while_nobody_looks_or_too_early()
    {
        using var tap = new PreviewTap { Interval = TimeSpan.FromMinutes(1) };
        CameraPreview preview = tap.Camera("c");
        using var source = new TestSource(64, 48, 1000);
        source.Open(CancellationToken.None);
        CapturedFrame frame = source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!;
        tap.Offer("c", frame, ExifOrientation.TopLeft);
        Assert.Equal(0, preview.Number);
        using (tap.Look())
        {
            tap.Offer("c", frame, ExifOrientation.TopLeft);
            tap.Offer("c", frame, ExifOrientation.TopLeft);
        }

        tap.Offer("c", frame, ExifOrientation.TopLeft);
        Assert.Equal(1, preview.Number);
    }

    [Fact]
    public void Pictures_are_upright_and_damaged_ones_are_left_out()
    {
        using var tap = new PreviewTap { Interval = TimeSpan.Zero };
        using IDisposable look = tap.Look();
        CameraPreview preview = tap.Camera("c");
        using var source = new TestSource(64, 48, 1000);
        source.Open(CancellationToken.None);
        CapturedFrame frame = source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!;
        using var decoder = new JpegDecoder();
        var image = new PixelBuffer();
        long number = 0;
        tap.Offer("c", frame, ExifOrientation.RightTop);
        Assert.True(preview.TryUse(ref number, jpeg => decoder.Decode(jpeg, image, ImageReader.DefaultMaxPixels)));
        Assert.Equal((48, 64), (image.Width, image.Height));

        frame.Length /= 2;
        tap.Offer("c", frame, ExifOrientation.TopLeft);
        Assert.False(preview.TryUse(ref number, _ => Assert.Fail("damaged")));
    }

    [Theory]
    [InlineData(1280, 720, 640, 360)]
    [InlineData(1300, 800, 433, 266)]
    [InlineData(640, 480, 640, 480)]
    [InlineData(480, 1280, 240, 640)]
    public void Large_pictures_are_made_smaller_for_viewers_but_not_for_snapshots(int width, int height, int shownWidth, int shownHeight)
    {
        using var tap = new PreviewTap { Interval = TimeSpan.Zero };
        using IDisposable look = tap.Look();
        CameraPreview preview = tap.Camera("c");
        using var source = new TestSource(width, height, 1000);
        source.Open(CancellationToken.None);
        tap.Offer("c", source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!, ExifOrientation.TopLeft);
        using var decoder = new JpegDecoder();
        PixelBuffer small = new(), whole = new();
        long number = 0, other = 0;
        Assert.True(preview.TryUse(ref number, jpeg => decoder.Decode(jpeg, small, ImageReader.DefaultMaxPixels)));
        Assert.True(preview.TryUseWhole(ref other, jpeg => decoder.Decode(jpeg, whole, ImageReader.DefaultMaxPixels)));
        Assert.Equal((shownWidth, shownHeight, width, height), (small.Width, small.Height, whole.Width, whole.Height));

        // The scene: the background's brightness falls from top to bottom.
        int bottom = (shownHeight - 1) * 9 / 10;
        Assert.InRange(small.Row(0)[(shownWidth / 2 * 3) + 1] - whole.Row(0)[(width / 2 * 3) + 1], -6, 6);
        Assert.InRange(small.Row(bottom)[3] - whole.Row(bottom * height / shownHeight)[3], -6, 6);
    }

    [Fact]
    public void A_camera_s_JPEG_is_shown_as_it_is_and_decoded_small_for_the_history()
    {
        using var source = new TestSource(1280, 720, 1000);
        source.Open(CancellationToken.None);
        CapturedFrame frame = source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!;
        byte[] jpeg = Picture.Copy(frame).Jpeg(90);
        var layout = new FrameLayout(default, 0, IsJpeg: true, ExifOrientation.RightTop);
        using var maker = new UprightJpeg(160, 70);
        using var decoder = new JpegDecoder();
        var image = new PixelBuffer();
        decoder.Decode(maker.Make(jpeg, layout), image, ImageReader.DefaultMaxPixels);
        Assert.Equal((90, 160), (image.Width, image.Height));
        Assert.True(new FrameLayout(default, 0, IsJpeg: true, ExifOrientation.TopLeft).IsUprightJpeg);
        Assert.Throws<ImageFormatException>(() => maker.Make(new byte[100], layout).ToArray());
    }

    [Fact]
    public void Label_values_and_numbers_are_escaped()
    {
        var text = new PrometheusText();
        text.Metric("m", "gauge", "a\\b\nc");
        text.Sample(double.PositiveInfinity, ("l", "a\"b\\c\nd"), ("none", null));
        text.Sample("_sum", 0.1);
        Assert.Equal("# HELP m a\\\\b\\nc\n# TYPE m gauge\nm{l=\"a\\\"b\\\\c\\nd\"} +Inf\nm_sum 0.1\n", text.ToString());
    }

    [Fact]
    public void A_rate_falls_when_frames_stay_away()
    {
        var rate = new FrameRate();
        Assert.Equal(0, rate.At(0));
        long second = Stopwatch.Frequency;
        for (int i = 0; i <= 100; i++)
            rate.Add(i * second / 10);
        Assert.Equal(10, rate.At((10 * second) + (second / 20)), 3);
        Assert.InRange(rate.At(100 * second), 0.3, 0.4);
    }
}
