using Edge.Benchmarks.Reporting;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Frames;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Evaluation;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Benchmarks.Preprocessing;

/// <summary>
/// What scaled decoding costs in accuracy: photographs brought to 720 rows or columns, compressed as a camera does, and
/// classified after full decoding and after decoding at n/8.
/// </summary>
internal sealed class MjpegAccuracy(EdgeModel model, string name)
{
    private const int ShorterSide = 720;
    private const int Ranks = 5;

    private readonly InputPreprocessing _preprocessing = model.Manifest.Preprocessing;
    private readonly Accuracy _whole = new("to R G B, resized from files' path");
    private readonly Accuracy _planes = new("to planes at 8/8");
    private readonly Accuracy _scaled = new("to planes at the chosen n/8");
    private readonly double[] _differences = new double[3];
    private readonly SortedDictionary<int, int> _chosen = [];

    public Grid Measure(ImageFolder images)
    {
        using ImageReader reader = new();
        using Session session = new(model, new SessionOptions { Threads = 1 });
        PixelBuffer photograph = new();
        foreach (FolderImage image in images.Images)
        {
            reader.Read(image.Path, photograph);
            Classify(photograph, image.Class, reader, session);
        }

        string scales = string.Join(", ", _chosen.Select(c => $"{c.Key}/8: {c.Value}"));
        Grid grid = new(
            $"{_whole.Images} photographs as JPEG frames of {ShorterSide} rows, {name}; chosen {scales}", 1,
            "decoding", "top-1", "lost", "gained", "same class", "mean difference, codes");
        foreach ((Accuracy accuracy, double difference) in new[] { _whole, _planes, _scaled }.Zip(_differences))
            grid.Add(
                accuracy.Name, $"{accuracy.Top1}", $"{accuracy.Lost}", $"{accuracy.Gained}", $"{accuracy.Agreeing}",
                Figures.Fixed(difference / _whole.Images, 2));
        return grid;
    }

    private void Classify(PixelBuffer photograph, int? truth, ImageReader reader, Session session)
    {
        int shorter = Math.Min(photograph.Width, photograph.Height);
        int width = photograph.Width * ShorterSide / shorter, height = photograph.Height * ShorterSide / shorter;
        byte[] frame = MjpegFrame.Of(photograph, width, height);

        PixelBuffer decoded = new();
        reader.Decode(frame, "frame", decoded);
        ImagePreprocessor preprocessor = new(_preprocessing, model.Input.Scale, model.Input.ZeroPoint);
        sbyte[] input = new sbyte[preprocessor.InputLength];
        preprocessor.Run(decoded, input);
        int[] reference = Rank(session, input);
        _whole.Add(reference, reference, truth);

        int chosen = MjpegDecoder.ChooseEighths(width, height, _preprocessing);
        _chosen[chosen] = _chosen.GetValueOrDefault(chosen) + 1;
        Add(1, _planes, 8);
        Add(2, _scaled, chosen);

        void Add(int row, Accuracy accuracy, int eighths)
        {
            using ScaledMjpeg decoder = new(frame, eighths, _preprocessing, model.Input.Scale, model.Input.ZeroPoint);
            decoder.Run(frame);
            _differences[row] += input.Zip(decoder.Input, (a, b) => Math.Abs(a - b)).Average();
            accuracy.Add(Rank(session, decoder.Input), reference, truth);
        }
    }

    private int[] Rank(Session session, sbyte[] input)
    {
        input.CopyTo(session.Input);
        session.Run();
        return Ranking.Best(session.Output, model.Manifest.LabelOffset, Ranks);
    }
}
