using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Sources;
using Edge.Camera.Sources.Commands;
using Edge.Imaging.Frames;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Sources;

/// <summary>Programs that write frames: with a shell's means, and with a real ffmpeg.</summary>
public sealed class ProgramSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-programs-").FullName;

    [Fact]
    public void Raw_frames_of_a_program_are_read()
    {
        using ProgramSource source = Open(
            Command("printf 'abcdefABCDEF'; sleep 60") with { Format = "i420", Width = 2, Height = 2 });
        Assert.Equal("abcdef", Text(Next(source), source));
        Assert.Equal("ABCDEF", Text(Next(source), source));
        Assert.Null(source.Read(TimeSpan.FromMilliseconds(50), CancellationToken.None));
        Assert.Equal("sh, I420 2×2", source.Description);
    }

    [Fact]
    public void The_last_words_of_a_program_are_told()
    {
        using ProgramSource source = Open(Command("echo one >&2; echo 'no camera here' >&2; exit 3"));
        SourceException e = Assert.Throws<SourceException>(() => Next(source));
        Assert.Equal("sh has ended with exit code 3: one | no camera here", e.Message);
    }

    [Fact]
    public void A_program_that_ends_well_ends_the_frames_only_without_loop()
    {
        using (ProgramSource source = Open(Command("exit 0")))
            Assert.Equal("sh has ended with exit code 0 without a word", Assert.Throws<SourceException>(() => Next(source)).Message);
        using ProgramSource last = Open(Command("exit 0") with { Loop = false });
        Assert.Throws<EndOfStreamException>(() => Next(last));
    }

    [Fact]
    public void A_program_that_writes_endless_complaints_fills_no_memory_and_no_pipe()
    {
        CameraConfig camera = Command("head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; printf 'abcdef'; sleep 60");
        using ProgramSource source = Open(camera with { Format = "i420", Width = 2, Height = 2 });
        Assert.Equal("abcdef", Text(Next(source), source));
    }

    [Fact]
    public void A_program_and_all_it_has_started_end_with_the_source()
    {
        string pids = Path.Combine(_folder, "pids");
        ProgramSource source = Open(
            Command($"sleep 300 & echo $! $$ > {pids}; printf 'abcdef'; wait") with { Format = "i420", Width = 2, Height = 2 });
        source.Return(Next(source));
        int[] started = [.. File.ReadAllText(pids).Split(' ', StringSplitOptions.TrimEntries).Select(int.Parse)];
        Assert.All(started, id => Assert.True(Directory.Exists($"/proc/{id}")));
        source.Dispose();
        Assert.All(started, id => Eventually.Holds(() => IsGone(id)));
    }

    [Fact]
    public void A_program_that_ignores_the_request_to_end_is_killed()
    {
        ProgramSource source = Open(
            Command("trap '' TERM; printf 'abcdef'; while :; do sleep 1; done") with { Format = "i420", Width = 2, Height = 2 });
        source.Return(Next(source));
        int id = source.ProcessId;
        long start = Stopwatch.GetTimestamp();
        source.Dispose();
        Eventually.Holds(() => IsGone(id));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_preset_whose_program_is_missing_says_which_package_has_it()
    {
        ProgramCommand command = ProgramPresets.For(new CameraConfig { Source = "rpicam" }, _ => false) with { Program = "no-such-program" };
        SourceException e = Assert.Throws<SourceException>(() => ChildProgram.Start(command));
        Assert.Equal("no-such-program is not installed or not executable: sudo apt install rpicam-apps", e.Message);
    }

    [Fact]
    public void The_presets_start_what_their_documentation_says()
    {
        var camera = new CameraConfig { Source = "rpicam", Width = 800, Height = 600, Rate = 15 };
        ProgramCommand rpicam = ProgramPresets.For(camera, p => p == "libcamera-vid");
        Assert.Equal(
            "libcamera-vid --timeout 0 --nopreview --codec yuv420 --width 896 --height 600 --framerate 15 --flush --output -",
            string.Join(' ', rpicam.Start));
        ProgramCommand argus = ProgramPresets.For(camera with { Source = "gst-nvargus" }, _ => true);
        Assert.EndsWith(
            "gst-launch-1.0 -q nvarguscamerasrc ! video/x-raw(memory:NVMM),format=NV12,width=800,height=600,framerate=15000/1000 ! nvvidconv ! "
            + "video/x-raw,format=NV12 ! fdsink fd=3 sync=false", string.Join(' ', argus.Start), StringComparison.Ordinal);
        ProgramCommand rtsp = ProgramPresets.For(
            camera with { Source = "ffmpeg-rtsp", Address = "rtsp://admin:p@ss@10.0.0.5/live?a=@" }, _ => true);
        Assert.Equal("ffmpeg rtsp://10.0.0.5/live?a=@", rtsp.Shown);
        Assert.Contains("rtsp://admin:p@ss@10.0.0.5/live?a=@", rtsp.Start);
        Assert.Throws<SourceException>(() => ProgramPresets.For(camera with { Format = "uyvy" }, _ => true));
    }

    [FfmpegTheory]
    [InlineData("auto", FrameFormat.Nv12)]
    [InlineData("mjpeg", FrameFormat.I420)]
    public void Ffmpeg_gives_frames_and_is_started_again_when_it_is_killed(string format, FrameFormat expected)
    {
        string film = Film();
        var camera = new CameraConfig { Source = "ffmpeg-rtsp", Address = film, Format = format, Width = 96, Height = 64, Rate = 30 };
        List<int> started = [];
        using var reader = new CameraReader(
            "c",
            () =>
            {
                var source = new ProgramSource(camera);
                return new Watched(source, () => started.Add(source.ProcessId));
            },
            TimeSpan.FromSeconds(20), () => { }, NullLogger.Instance);
        reader.Start();
        Eventually.Holds(() => reader.Counters.Captured >= 5);
        CapturedFrame frame = reader.Take()!;
        Assert.Equal(format == "mjpeg", frame.IsJpeg);
        if (!frame.IsJpeg)
            Assert.Equal(new FrameDescription(expected, 96, 64), frame.Description);
        reader.Return(frame);

        using (Process ffmpeg = Process.GetProcessById(started[0]))
            ffmpeg.Kill();
        Eventually.Holds(() => reader.Trouble is not null);
        Assert.Contains("was ended by signal 9", reader.Trouble, StringComparison.Ordinal);
        long before = reader.Counters.Captured;
        Eventually.Holds(() => reader.Counters.Captured > before + 3 && reader.Trouble is null);
        Assert.Equal(2, started.Count);
        Assert.NotEqual(started[0], started[1]);
    }

    [FfmpegTheory]
    [InlineData("y4m", FrameFormat.I420)]
    [InlineData("mjpeg", FrameFormat.I420)]
    public void Ffmpeg_as_a_command_says_itself_what_it_writes(string form, FrameFormat expected)
    {
        string[] output = form == "y4m" ? ["-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe"] : ["-c:v", "mjpeg", "-f", "mjpeg"];
        using ProgramSource source = Open(new CameraConfig
        {
            Source = "command",
            Loop = false,
            Command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1", .. output, "-"],
        });
        for (int i = 0; i < 10; i++)
        {
            CapturedFrame frame = Next(source);
            Assert.Equal(form == "mjpeg", frame.IsJpeg);
            if (!frame.IsJpeg)
                Assert.Equal(expected, frame.Description.Format);
            source.Return(frame);
        }

        Assert.Throws<EndOfStreamException>(() => Next(source));
    }

    [FfmpegFact]
    public void What_ffmpeg_complains_about_is_told_without_the_password()
    {
        using ProgramSource source = Open(
            new CameraConfig { Source = "ffmpeg-rtsp", Address = "http://user:secret@127.0.0.1:1/live", Width = 64, Height = 48 });
        SourceException e = Assert.Throws<SourceException>(() => Next(source));
        Assert.Contains("Connection refused", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CameraConfig Command(string script) => new() { Source = "command", Command = ["sh", "-c", script] };

    private static ProgramSource Open(CameraConfig camera)
    {
        var source = new ProgramSource(camera);
        source.Open(CancellationToken.None);
        return source;
    }

    private static CapturedFrame Next(ProgramSource source)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60))
        {
            if (source.Read(TimeSpan.FromMilliseconds(200), CancellationToken.None) is { } frame)
                return frame;
        }

        throw new TimeoutException();
    }

    private static unsafe string Text(CapturedFrame frame, ProgramSource source)
    {
        string text = System.Text.Encoding.ASCII.GetString(new ReadOnlySpan<byte>(frame.Data, (int)frame.Length));
        source.Return(frame);
        return text;
    }

    /// <summary>Ended, if only as a zombie that nobody has asked about.</summary>
    private static bool IsGone(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].StartsWith('Z');
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>A minute of a test picture.</summary>
    private string Film()
    {
        string path = Path.Combine(_folder, "film.avi");
        var start = new ProcessStartInfo("ffmpeg");
        foreach (string argument in $"-nostdin -v error -f lavfi -i testsrc=size=160x120:rate=30:duration=60 -c:v mjpeg {path}".Split(' '))
            start.ArgumentList.Add(argument);
        using Process ffmpeg = Process.Start(start)!;
        ffmpeg.WaitForExit();
        Assert.Equal(0, ffmpeg.ExitCode);
        return path;
    }

    /// <summary>Tells when the source was opened.</summary>
    private sealed class Watched(IFrameSource source, Action opened) : IFrameSource
    {
        public string Description => source.Description;

        public long Lost => source.Lost;

        public void Open(CancellationToken cancellation)
        {
            source.Open(cancellation);
            opened();
        }

        public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation) => source.Read(timeout, cancellation);

        public void Return(CapturedFrame frame) => source.Return(frame);

        public void Dispose() => source.Dispose();
    }
}

/// <summary>Needs ffmpeg; skipped, visibly, without it.</summary>
internal sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute()
    {
        if (!ChildProgram.IsInstalled("ffmpeg"))
            Skip = "ffmpeg is not installed";
    }
}

/// <summary>Needs ffmpeg; skipped, visibly, without it.</summary>
internal sealed class FfmpegTheoryAttribute : TheoryAttribute
{
    public FfmpegTheoryAttribute()
    {
        if (!ChildProgram.IsInstalled("ffmpeg"))
            Skip = "ffmpeg is not installed";
    }
}
