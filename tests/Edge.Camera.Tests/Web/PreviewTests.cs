using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Running;
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
