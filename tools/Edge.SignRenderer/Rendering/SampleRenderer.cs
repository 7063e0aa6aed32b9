using Edge.Imaging;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;
using Edge.SignRenderer.Cameras;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Rendering;

/// <summary>Renders samples by number; the same number gives the same sample on every thread. Not thread-safe itself.</summary>
internal sealed class SampleRenderer : IDisposable
{
    /// <summary>Side of the textures that samples need: with its oversampling no sign is drawn larger.</summary>
    public const int LargestTexture = 128;

    /// <summary>Share of the samples that show none of the classes.</summary>
    private const float NoneShare = 0.08f;

    /// <summary>Speed limits differ by one digit: they are drawn this much more often than other classes.</summary>
    private const float SpeedLimitWeight = 2;

    private static readonly float[] CumulativeWeights = MakeWeights();

    private readonly Canvas _canvas = new();
    private readonly ScenePainter _paint;
    private readonly IFrameCamera _camera;
    private readonly ulong _seed;
    private readonly PixelBuffer _crop = new();
    private readonly BilinearResizer _resizer = new();
    private readonly InputPreprocessing _input;

    /// <param name="style">How samples look.</param>
    /// <param name="library">The signs, drawn in that style.</param>
    /// <param name="seed">Of the data set.</param>
    /// <param name="side">Width and height of the samples, pixels.</param>
    public SampleRenderer(RenderStyle style, SignLibrary library, ulong seed, int side)
    {
        _seed = seed;
        _input = new()
        {
            Width = side,
            Height = side,
            Order = ChannelOrder.Rgb,
            Mean = [0, 0, 0],
            Scale = [1, 1, 1],
            Resize = ResizeRule.Stretch,
        };
        _paint = style.CreatePainter(library);
        _camera = style.CreateCamera();
    }

    /// <summary>The class of a sample: 0 … 42, or 43 for none.</summary>
    public int Label(long index)
    {
        SampleRandom random = new(~_seed, index);
        if (random.Chance(NoneShare))
            return SignLibrary.None;
        float draw = random.Unit() * CumulativeWeights[^1];
        int found = Array.BinarySearch(CumulativeWeights, draw);
        return Math.Min(found < 0 ? ~found : found + 1, SignLibrary.SignClasses - 1);
    }

    /// <summary>Renders a crop at the camera's resolution.</summary>
    public void RenderCrop(long index, int label, PixelBuffer destination)
    {
        SampleRandom random = new(_seed, index);
        Framing framing = _paint(_canvas, label, random);
        _camera.Shoot(_canvas, framing, random, destination);
    }

    /// <summary>Renders a sample as a network sees it: the crop stretched to a square with the product's own resize.</summary>
    /// <param name="index">Number of the sample.</param>
    /// <param name="label">Its class.</param>
    /// <param name="destination">Takes side · side · 3 bytes.</param>
    public void Render(long index, int label, PixelBuffer destination)
    {
        RenderCrop(index, label, _crop);
        _resizer.Resize(_crop, ResizeGeometry.For(_input, _crop.Width, _crop.Height), destination);
    }

    public void Dispose() => _camera.Dispose();

    private static float[] MakeWeights()
    {
        float[] cumulative = new float[SignLibrary.SignClasses];
        float sum = 0;
        for (int label = 0; label < cumulative.Length; label++)
            cumulative[label] = sum += label <= 8 && label != 6 ? SpeedLimitWeight : 1;
        return cumulative;
    }
}
