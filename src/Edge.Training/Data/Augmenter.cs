using Edge.Imaging;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;

namespace Edge.Training.Data;

/// <summary>
/// Makes one varied view of an image in the size of the network's input: crop, shift and resize (with the filter that evaluation
/// uses), flips, rotation, then what happens to colours. Reuses its memory; not thread-safe.
/// </summary>
internal sealed class Augmenter(Augmentation augmentation, InputPreprocessing input)
{
    private readonly ImagePreprocessor _resizer = new(input with { Resize = ResizeRule.Stretch });
    private readonly PixelBuffer _region = new();
    private readonly PixelBuffer _view = new();
    private readonly PixelBuffer _turned = new();
    private readonly Blur _blur = new();

    /// <returns>A buffer of this object with the input's size and channels, valid until the next call.</returns>
    public PixelBuffer Run(PixelBuffer image, ref SampleRandom random)
    {
        Cut(image, ViewGeometry.Random(augmentation, input, image.Width, image.Height, ref random));
        PixelBuffer resized = _resizer.ToPixels(_region);
        _view.Reset(resized.Width, resized.Height, resized.Channels);
        resized.Pixels.CopyTo(_view.Pixels);
        PixelBuffer view = _view;
        if (augmentation.Flip && random.Coin())
            Flips.Horizontal(view);
        if (augmentation.VerticalFlip && random.Coin())
            Flips.Vertical(view);
        if (augmentation.Rotate > 0)
        {
            Rotation.Turn(view, _turned, random.Uniform(-1, 1) * augmentation.Rotate, input.PadValue);
            view = _turned;
        }

        ColorJitter.Apply(view, augmentation, ref random);
        if (augmentation.Blur > 0)
            _blur.Apply(view, random.Uniform() * augmentation.Blur);
        if (augmentation.Noise > 0)
            Noise.Add(view, random.Uniform() * augmentation.Noise, ref random);
        if (augmentation.Cutout > 0)
            Cutout.Hide(view, augmentation.Cutout, ref random);
        return view;
    }

    /// <summary>Copies a rectangle; what lies outside of the image gets the padding's grey level.</summary>
    private void Cut(PixelBuffer image, ViewRectangle view)
    {
        int channels = image.Channels;
        _region.Reset(view.Width, view.Height, channels);
        int left = Math.Max(view.X, 0), right = Math.Min(view.X + view.Width, image.Width);
        if (left > view.X || right < view.X + view.Width || view.Y < 0 || view.Y + view.Height > image.Height)
            _region.Pixels.Fill(input.PadValue);
        for (int y = Math.Max(view.Y, 0); y < Math.Min(view.Y + view.Height, image.Height) && left < right; y++)
            image.Row(y)[(left * channels)..(right * channels)].CopyTo(_region.Row(y - view.Y)[((left - view.X) * channels)..]);
    }
}
