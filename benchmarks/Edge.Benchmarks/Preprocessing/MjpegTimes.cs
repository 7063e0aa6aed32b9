using Edge.Benchmarks.Reporting;
using Edge.Benchmarks.Timing;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Frames;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;

namespace Edge.Benchmarks.Preprocessing;

/// <summary>A Motion JPEG frame to a quantized input: decoded to R G B and resized; decoded at n/8 into the frame pass.</summary>
internal static class MjpegTimes
{
    private const int Width = 1280, Height = 720;
    private const int EntropyAlone = 1;

    /// <summary>
    /// All after which nothing is enlarged, and 1: it reads the entropy-coded numbers as all of them do, and makes next to nothing of
    /// them.
    /// </summary>
    private static readonly int[] Scales = [8, 6, 5, 4, 3, EntropyAlone];

    /// <param name="photograph">What the frame shows.</param>
    public static Grid Measure(PixelBuffer photograph, int rounds, int runs)
    {
        byte[] frame = MjpegFrame.Of(photograph, Width, Height);
        InputPreprocessing model = Models.Of(ResizeRule.ShorterSideThenCenterCrop);
        InterleavedTimer timer = new();
        using ImageReader reader = new();
        PixelBuffer image = new();
        ImagePreprocessor preprocessor = new(model, 1, 0);
        sbyte[] whole = new sbyte[preprocessor.InputLength];
        timer.Add(() => { }, () =>
        {
            reader.Decode(frame, "frame", image);
            preprocessor.Run(image, whole);
        });

        List<ScaledMjpeg> scaled = [.. Scales.Select(n => new ScaledMjpeg(frame, n, model))];
        foreach (ScaledMjpeg decoder in scaled)
        {
            timer.Add(() => { }, () => decoder.Decode(frame));
            timer.Add(() => { }, () => decoder.Run(frame));
        }

        timer.Measure(rounds, runs, () => { });
        double full = timer.Times(0).BestRound;
        Grid grid = new(
            $"A {Width} × {Height} JPEG frame (4:2:0, quality {MjpegFrame.Quality}, {frame.Length / 1024} KiB) "
            + "to the quantized input",
            1,
            "decoding", "ms decoding", "ms in all", "times as fast", "mean difference, levels");
        grid.Add("to R G B, resized from files' path", "-", Figures.Fixed(full, 2), Figures.Fixed(1, 2), Figures.Fixed(0, 2));
        int chosen = MjpegDecoder.ChooseEighths(Width, Height, model);
        for (int i = 0; i < Scales.Length; i++)
        {
            double all = timer.Times((2 * i) + 2).BestRound;
            string remark = Scales[i] == chosen ? " (chosen)" : Scales[i] == EntropyAlone ? " (floor: entropy decoding)" : "";
            grid.Add(
                $"to planes at {Scales[i]}/8{remark}",
                Figures.Fixed(timer.Times((2 * i) + 1).BestRound, 2), Figures.Fixed(all, 2), Figures.Fixed(full / all, 2),
                Figures.Fixed(whole.Zip(scaled[i].Input, (a, b) => Math.Abs(a - b)).Average(), 2));
            scaled[i].Dispose();
        }

        return grid;
    }
}

/// <summary>Photographs as frames of a Motion JPEG camera.</summary>
internal static class MjpegFrame
{
    public const int Quality = 85;

    public static byte[] Of(PixelBuffer photograph, int width, int height)
    {
        InputPreprocessing size = Models.Of(ResizeRule.Stretch) with { Width = width, Height = height };
        using JpegEncoder encoder = new();
        return encoder.Encode(new ImagePreprocessor(size).ToPixels(photograph), Quality, halfChroma: true).ToArray();
    }
}

/// <summary>Frames of one kind, decoded at n/8 into the frame pass.</summary>
internal sealed class ScaledMjpeg : IDisposable
{
    private readonly MjpegDecoder _decoder;
    private readonly FrameDescription _frame;
    private readonly FramePreprocessor _preprocessor;

    public ScaledMjpeg(ReadOnlySpan<byte> frame, int eighths, InputPreprocessing model, float scale = 1, int zeroPoint = 0)
    {
        _decoder = new MjpegDecoder(eighths);
        _frame = _decoder.Describe(frame);
        _preprocessor = new FramePreprocessor(_frame, model, scale, zeroPoint);
        Input = new sbyte[_preprocessor.InputLength];
    }

    public sbyte[] Input { get; }

    public CameraFrame Decode(ReadOnlySpan<byte> frame) => _decoder.Decode(frame, _frame);

    public void Run(ReadOnlySpan<byte> frame) => _preprocessor.Run(Decode(frame), Input);

    public void Dispose() => _decoder.Dispose();
}
