using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Sources;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Frames;

namespace Edge.Camera.Tests.Sources;

public sealed class FileSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-sources-").FullName;

    [Fact]
    public void Images_of_a_folder_come_in_the_order_of_their_names_and_start_over()
    {
        Image("b.jpg", 40, 20);
        Image("a.jpg", 30, 20);
        Image("c.jpg", 50, 20);
        Assert.Equal([30, 40, 50, 30, 40], Widths(Source(_folder), 5));
    }

    [Fact]
    public void Without_loop_a_folder_ends()
    {
        Image("a.jpg", 30, 20);
        Image("b.jpg", 40, 20);
        using IFrameSource source = Source(_folder, loop: false);
        Assert.Equal([30, 40], Widths(source, 2));
        Assert.Throws<EndOfStreamException>(() => Next(source));
    }

    [Fact]
    public void A_damaged_image_is_counted_and_skipped()
    {
        Image("a.jpg", 30, 20);
        File.WriteAllText(Path.Combine(_folder, "b.jpg"), "no image");
        using IFrameSource source = Source(_folder);
        Assert.Equal([30, 30, 30], Widths(source, 3, dispose: false));
        Assert.Equal(2, source.Lost);
    }

    [Fact]
    public void A_folder_of_damaged_images_is_trouble_in_one_line()
    {
        File.WriteAllText(Path.Combine(_folder, "b.jpg"), "no image");
        using IFrameSource source = Source(_folder);
        SourceException e = Assert.Throws<SourceException>(() => Next(source));
        Assert.Equal($"{_folder}/b.jpg: is neither a JPEG nor a PNG image", e.Message);
    }

    [Fact]
    public void An_image_that_another_program_replaces_is_read_again()
    {
        string path = Image("now.jpg", 30, 20);
        using IFrameSource source = Source(path);
        Assert.Equal([30, 30], Widths(source, 2, dispose: false));
        Image("now.jpg", 60, 20);
        Assert.Equal([60], Widths(source, 1));
    }

    [Fact]
    public void Frames_of_a_Y4M_file_come_at_the_configured_rate_and_start_over()
    {
        string path = Path.Combine(_folder, "film.y4m");
        File.WriteAllBytes(path, [.. "YUV4MPEG2 W2 H2\nFRAME\n"u8, 1, 2, 3, 4, 5, 6, .. "FRAME\n"u8, 9, 8, 7, 6, 5, 4]);
        using IFrameSource source = Source(path, rate: 20);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        byte[] first = [.. Enumerable.Range(0, 5).Select(_ => First(Next(source), source))];
        Assert.Equal([1, 9, 1, 9, 1], first);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) > TimeSpan.FromMilliseconds(190));
        Assert.Equal($"{path}, I420 2×2 at 20/s", source.Description);
    }

    [Fact]
    public void Frames_of_a_Motion_JPEG_file_are_passed_on_as_they_are()
    {
        byte[] red = File.ReadAllBytes(Image("a.jpg", 30, 20));
        string path = Path.Combine(_folder, "film.mjpeg");
        File.WriteAllBytes(path, [.. red, .. red]);
        using IFrameSource source = Source(path, loop: false);
        for (int i = 0; i < 2; i++)
        {
            CapturedFrame frame = Next(source);
            Assert.True(frame.IsJpeg);
            Assert.Equal(red.Length, frame.Length);
            source.Return(frame);
        }

        Assert.Throws<EndOfStreamException>(() => Next(source));
    }

    [Theory]
    [InlineData("missing.y4m", "", "missing.y4m: no such file or folder")]
    [InlineData("empty.mjpeg", "", "empty.mjpeg: holds no frame")]
    [InlineData("wrong.y4m", "RIFF\n", "wrong.y4m: is no Y4M stream: it does not begin with YUV4MPEG2")]
    [InlineData("noise.mjpg", "all work and no play", "noise.mjpg: holds no frame")]
    public void Files_that_hold_no_frames_are_trouble_in_one_line(string name, string content, string problem)
    {
        if (!name.StartsWith("missing", StringComparison.Ordinal))
            File.WriteAllText(Path.Combine(_folder, name), content);
        SourceException e = Assert.Throws<SourceException>(() =>
        {
            using IFrameSource source = Source(Path.Combine(_folder, name));
            Next(source);
        });
        Assert.Equal($"{_folder}/{problem}", e.Message);
    }

    [Theory]
    [InlineData("rpicm", "configuration: camera 'camera': source 'rpicm': did you mean 'rpicam'?")]
    [InlineData("no/such", "configuration: camera 'camera': source 'no/such': no such file or folder")]
    public void A_word_that_stands_for_nothing_is_said_so(string word, string problem) =>
        Assert.Equal(problem, Assert.Throws<ConfigException>(() => Factory(word)).Message);

    [Fact]
    public void A_file_of_another_kind_is_said_so()
    {
        string path = Path.Combine(_folder, "film.avi");
        File.WriteAllText(path, "");
        Assert.Contains("set source to ffmpeg-rtsp", Assert.Throws<ConfigException>(() => Factory(path)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Func<IFrameSource> Factory(string source, bool loop = true, double rate = 500) => SourceFactory.For(
        new CameraConfig { Source = source, Loop = loop, Rate = rate }, new LoadedConfig(new EdgeConfig(), null));

    private static IFrameSource Source(string path, bool loop = true, double rate = 500)
    {
        IFrameSource source = Factory(path, loop, rate)();
        source.Open(CancellationToken.None);
        return source;
    }

    private static CapturedFrame Next(IFrameSource source)
    {
        for (int i = 0; i < 100; i++)
        {
            if (source.Read(TimeSpan.FromSeconds(1), CancellationToken.None) is { } frame)
                return frame;
        }

        throw new TimeoutException();
    }

    private static int[] Widths(IFrameSource source, int count, bool dispose = true)
    {
        int[] widths = new int[count];
        for (int i = 0; i < count; i++)
        {
            CapturedFrame frame = Next(source);
            Assert.Equal(FrameFormat.Rgb24, frame.Description.Format);
            widths[i] = frame.Description.Width;
            source.Return(frame);
        }

        if (dispose)
            source.Dispose();
        return widths;
    }

    private static unsafe byte First(CapturedFrame frame, IFrameSource source)
    {
        byte first = frame.Data[0];
        source.Return(frame);
        return first;
    }

    private string Image(string name, int width, int height)
    {
        var image = new PixelBuffer(width, height, 3);
        image.Pixels.Fill(100);
        using var encoder = new JpegEncoder();
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, encoder.Encode(image, 90, halfChroma: true).ToArray());
        return path;
    }
}
