using System.Text;
using Edge.Camera.Capture;
using Edge.Camera.Sources;
using Edge.Camera.Sources.Streams;
using Edge.Camera.Sources.V4L2;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Frames;

namespace Edge.Camera.Tests.Sources;

/// <summary>Finding frames in streams of bytes, however they are cut into pieces and whatever stands in them.</summary>
public class StreamParserTests
{
    private static readonly byte[] Red = Jpeg(40, 30, 200, 30, 30);
    private static readonly byte[] Blue = Jpeg(64, 48, 30, 30, 200);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Images_are_found_however_the_stream_is_cut(int piece)
    {
        (List<byte[]> frames, JpegParser parser) = Split([.. Red, .. Blue, .. Red], piece);
        Assert.Equal([Red, Blue, Red], frames);
        Assert.Equal(0, parser.Damaged);
    }

    [Fact]
    public void A_thumbnail_inside_a_segment_does_not_end_the_image()
    {
        // APP1 that holds a whole image, as Exif does.
        byte[] withThumbnail = [0xFF, 0xD8, 0xFF, 0xE1, (byte)((Blue.Length + 2) >> 8), (byte)(Blue.Length + 2), .. Blue, .. Red[2..]];
        Assert.Equal([withThumbnail, Red], Split([.. withThumbnail, .. Red], 50).Frames);
    }

    [Fact]
    public void Words_between_images_are_skipped()
    {
        // As multipart/x-mixed-replace has them; an escape in them is no image.
        byte[] words = [.. Encoding.ASCII.GetBytes("--frame\r\nContent-Type: image/jpeg\r\n\r\n"), 0xFF, 0xFF, 0x00, 0xD8];
        (List<byte[]> frames, JpegParser parser) = Split([.. words, .. Red, .. words, .. Blue, .. words], 9);
        Assert.Equal([Red, Blue], frames);
        Assert.Equal(0, parser.Damaged);
    }

    [Fact]
    public void An_image_that_is_cut_short_by_the_next_is_left_out_and_counted()
    {
        (List<byte[]> frames, JpegParser parser) = Split([.. Red[..^9], .. Blue, .. Red[..^2]], 33);
        Assert.Equal([Blue], frames);
        Assert.Equal(2, parser.Damaged);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xD8, 0x00 })] // no marker behind SOI
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x01 })] // a segment shorter than its length
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0x00 })] // stuffing where a marker must be
    public void Images_that_break_the_rules_are_left_out_and_the_next_is_found(byte[] broken)
    {
        (List<byte[]> frames, JpegParser parser) = Split([.. broken, .. Red], 4);
        Assert.Equal([Red], frames);
        Assert.Equal(1, parser.Damaged);
    }

    [Fact]
    public void An_image_without_an_end_takes_no_more_memory_than_an_image()
    {
        byte[] endless = new byte[JpegParser.MaxBytes + (1 << 20)];
        byte[] head = [0xFF, 0xD8, 0xFF, 0xDA, 0x00, 0x02];
        head.CopyTo(endless, 0);
        (List<byte[]> frames, JpegParser parser) = Split([.. endless, .. Red], 1 << 16);
        Assert.Equal([Red], frames);
        Assert.Equal(1, parser.Damaged);
    }

    [Fact]
    public void Random_bytes_give_no_harm()
    {
        var random = new Random(7);
        byte[] noise = new byte[300_000];
        random.NextBytes(noise);

        // Many escapes, so that many states are passed.
        for (int i = 0; i < noise.Length; i += random.Next(1, 6))
            noise[i] = 0xFF;
        (List<byte[]> frames, _) = Split(noise, 1000);
        Assert.All(frames, f => Assert.True(f is [0xFF, 0xD8, .., 0xFF, 0xD9]));
    }

    [Theory]
    [InlineData("YUV4MPEG2 W6 H4 F30:1 C420jpeg", FrameFormat.I420, 36, ColorRange.Limited)]
    [InlineData("YUV4MPEG2 W6 H4", FrameFormat.I420, 36, ColorRange.Limited)]
    [InlineData("YUV4MPEG2 H4 W6 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2 XCOLORRANGE=FULL", FrameFormat.I420, 36, ColorRange.Full)]
    [InlineData("YUV4MPEG2 W5 H3 C420", FrameFormat.I420, 15 + 6 + 6, ColorRange.Limited)]
    [InlineData("YUV4MPEG2 W6 H4 C422", FrameFormat.I422, 48, ColorRange.Limited)]
    [InlineData("YUV4MPEG2 W6 H4 C444", FrameFormat.I444, 72, ColorRange.Limited)]
    [InlineData("YUV4MPEG2 W6 H4 Cmono XCOLORRANGE=LIMITED", FrameFormat.Grey, 24, ColorRange.Limited)]
    public void Y4M_headers_say_what_the_frames_are(string header, FrameFormat format, long bytes, ColorRange range)
    {
        (FrameDescription description, long length) = Y4mParser.ParseHeader(header);
        Assert.Equal((format, range, ColorMatrix.Bt601), (description.Format, description.Range, description.Matrix));
        Assert.Equal(bytes, length);
    }

    [Theory]
    [InlineData("RIFF W6 H4", "does not begin with YUV4MPEG2")]
    [InlineData("YUV4MPEG2 W6", "names no width and height")]
    [InlineData("YUV4MPEG2 W0 H4", "names no width and height")]
    [InlineData("YUV4MPEG2 W-6 H4", "names no width and height")]
    [InlineData("YUV4MPEG2 W6 H99999", "names no width and height")]
    [InlineData("YUV4MPEG2 W99999999999999999999 H4", "names no width and height")]
    [InlineData("YUV4MPEG2 W6 H4 C420p10", "Y4M frames of kind 420p10 can't be used")]
    [InlineData("YUV4MPEG2 W6 H4 C\u001b[31m", "Y4M frames of kind ??31m can't be used")]
    [InlineData("", "does not begin with YUV4MPEG2")]
    public void Wrong_Y4M_headers_are_refused(string header, string problem) =>
        Assert.Contains(problem, Assert.Throws<SourceException>(() => Y4mParser.ParseHeader(header)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void Y4M_frames_are_found_however_the_stream_is_cut(int piece)
    {
        byte[] first = [.. Enumerable.Range(1, 36).Select(i => (byte)i)], second = [.. first.Reverse()];
        byte[] stream = [.. "YUV4MPEG2 W6 H4\nFRAME\n"u8, .. first, .. "FRAME Ip\n"u8, .. second, .. "FRAME\n"u8, 1, 2, 3];
        var parser = new Y4mParser();
        Assert.Equal([first, second], Parse(parser, stream, piece));
        Assert.Equal(1, parser.Damaged);
    }

    [Theory]
    [InlineData("no FRAME where one must begin")]
    public void A_damaged_Y4M_stream_is_an_error(string problem)
    {
        byte[] stream = [.. "YUV4MPEG2 W6 H4\nFRAME\n"u8, .. new byte[36], .. "FRANE\n"u8, .. new byte[36]];
        Assert.Contains(problem, Assert.Throws<SourceException>(() => Parse(new Y4mParser(), stream, 10)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "a header line has no end", Assert.Throws<SourceException>(() => Parse(new Y4mParser(), new byte[100_000], 999)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_frames_follow_each_other_without_gaps()
    {
        PixelFormat nv12 = PixelFormat.All.First(f => f.Name == "nv12");
        var parser = new RawParser(nv12, new FrameDescription(FrameFormat.Nv12, 4, 2));
        byte[] stream = [.. Enumerable.Range(0, 30).Select(i => (byte)i)];
        Assert.Equal([stream[..12], stream[12..24]], Parse(parser, stream, 5));
    }

    [Fact]
    public void Streams_that_say_what_they_are_need_no_configuration()
    {
        Assert.Equal([Red, Blue], Parse(new DetectingParser(), [.. Red, .. Blue], 11));
        Assert.Single(Parse(new DetectingParser(), [.. "YUV4MPEG2 W2 H2\nFRAME\n"u8, 1, 2, 3, 4, 5, 6], 3));
        Assert.Contains(
            "raw frames need their \"format\"",
            Assert.Throws<SourceException>(() => Parse(new DetectingParser(), new byte[100], 3)).Message, StringComparison.Ordinal);
    }

    private static (List<byte[]> Frames, JpegParser Parser) Split(byte[] stream, int piece)
    {
        var parser = new JpegParser();
        return (Parse(parser, stream, piece), parser);
    }

    private static unsafe List<byte[]> Parse(IFrameParser parser, byte[] stream, int piece)
    {
        using var pool = new FramePool();
        var input = new InputBuffer(new Pieces(stream, piece));
        List<byte[]> frames = [];
        CapturedFrame frame = pool.Take()!;
        while (true)
        {
            switch (parser.Parse(input, frame, pool, TimeSpan.Zero))
            {
                case ParseResult.End:
                    return frames;
                case ParseResult.Frame:
                    frames.Add(new ReadOnlySpan<byte>(frame.Data, (int)frame.Length).ToArray());
                    pool.Return(frame);
                    frame = pool.Take()!;
                    break;
            }
        }
    }

    private static byte[] Jpeg(int width, int height, byte red, byte green, byte blue)
    {
        var image = new PixelBuffer(width, height, 3);
        for (int i = 0; i < image.Pixels.Length; i += 3)
            (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = ((byte)(red + (i % 50)), green, blue);
        using var encoder = new JpegEncoder();
        return encoder.Encode(image, 90, halfChroma: true).ToArray();
    }

    /// <summary>Gives a few bytes at a time, and nothing now and then.</summary>
    private sealed class Pieces(byte[] stream, int piece) : IByteInput
    {
        private int _position, _reads;

        public int Read(Span<byte> to, TimeSpan timeout)
        {
            if (++_reads % 3 == 0)
                return IByteInput.NothingYet;
            int count = Math.Min(Math.Min(piece, to.Length), stream.Length - _position);
            stream.AsSpan(_position, count).CopyTo(to);
            _position += count;
            return count;
        }
    }
}
