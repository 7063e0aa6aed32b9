using Edge.Benchmarks.Reporting;
using Edge.Benchmarks.Timing;
using Edge.Imaging.Frames;
using Edge.Runtime.Format;

namespace Edge.Benchmarks.Preprocessing;

/// <summary>Raw camera frames to a quantized input, beside copying the same bytes.</summary>
internal static unsafe class FrameTimes
{
    private const int Width = 1280, Height = 720;

    private static readonly FrameFormat[] Formats =
    [
        FrameFormat.Nv12, FrameFormat.Yuyv, FrameFormat.I420, FrameFormat.Uyvy, FrameFormat.I422, FrameFormat.Rgb24,
        FrameFormat.Grey,
    ];

    /// <summary>How images become the input of most networks, and a rule that uses every pixel of a frame.</summary>
    private static readonly (string Name, InputPreprocessing Model)[] Rules =
    [
        ("shorter side to 256, centre of 224 × 224", Models.Of(ResizeRule.ShorterSideThenCenterCrop)),
        ("whole frame to 224 × 224", Models.Of(ResizeRule.Stretch)),
    ];

    public static Grid Measure(int rounds, int runs)
    {
        InterleavedTimer timer = new();
        List<(string Rule, FrameFormat Format, int Bytes)> rows = [];
        foreach ((string name, InputPreprocessing model) in Rules)
            foreach (FrameFormat format in Formats)
                rows.Add((name, format, Add(timer, new FrameDescription(format, Width, Height), model)));
        timer.Measure(rounds, runs, () => { });

        Grid grid = new(
            $"{Width} × {Height} frames to the quantized input, one thread", 2,
            "resize", "format", "ms, median", "ms, least", "GB/s of frame", "GB/s copied");
        for (int i = 0; i < rows.Count; i++)
        {
            RunTimes run = timer.Times(2 * i), copy = timer.Times((2 * i) + 1);
            double megabytes = rows[i].Bytes / 1e6;
            grid.Add(
                rows[i].Rule, rows[i].Format.ToString().ToUpperInvariant(), Figures.Fixed(run.BestRound, 3),
                Figures.Fixed(run.Least, 3), Figures.Fixed(megabytes / run.BestRound, 2),
                Figures.Fixed(megabytes / copy.BestRound, 2));
        }

        return grid;
    }

    private static int Add(InterleavedTimer timer, FrameDescription frame, InputPreprocessing model)
    {
        int length = Enumerable.Range(0, frame.Planes).Sum(p => frame.RowBytes(p) * frame.Rows(p));
        byte[] memory = GC.AllocateArray<byte>(length, pinned: true), copy = GC.AllocateArray<byte>(length, pinned: true);
        new Random(1).NextBytes(memory);
        FramePreprocessor preprocessor = new(frame, model, 1, 0);
        sbyte[] input = new sbyte[preprocessor.InputLength];
        timer.Add(() => { }, () =>
        {
            fixed (byte* data = memory)
                preprocessor.Run(CameraFrame.FromBuffer(frame, data, length), input);
        });
        timer.Add(() => { }, () => memory.CopyTo(copy, 0));
        return length;
    }
}

/// <summary>Descriptions of inputs.</summary>
internal static class Models
{
    private const int Side = 224, ShorterSide = 256;

    /// <summary>224 × 224 R G B; with scale 1 and zero point 0, codes are grey levels less 128.</summary>
    public static InputPreprocessing Of(ResizeRule rule) => new()
    {
        Width = Side,
        Height = Side,
        Order = ChannelOrder.Rgb,
        Mean = [128, 128, 128],
        Scale = [1, 1, 1],
        Resize = rule,
        ResizeTo = ShorterSide,
    };
}
