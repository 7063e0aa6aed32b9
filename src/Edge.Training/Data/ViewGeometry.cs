using Edge.Runtime.Format;

namespace Edge.Training.Data;

/// <summary>A rectangle of the source image, in its pixels; may reach beyond the image.</summary>
internal readonly record struct ViewRectangle(int X, int Y, int Width, int Height);

/// <summary>Which part of an image becomes the network's input.</summary>
internal static class ViewGeometry
{
    /// <summary>Aspect ratios of a random resized crop lie between 3:4 and 4:3 of the input's own.</summary>
    private static readonly double LogAspect = Math.Log(4.0 / 3.0);

    /// <summary>What evaluation sees, under the preprocessing's resize rule.</summary>
    public static ViewRectangle Whole(InputPreprocessing input, int width, int height)
    {
        double aspect = (double)input.Width / input.Height;
        switch (input.Resize)
        {
            case ResizeRule.Letterbox:
                bool wide = width >= height * aspect;
                return Centred(width, height, wide ? width : height * aspect, wide ? width / aspect : height);
            case ResizeRule.ShorterSideThenCenterCrop:
                double scale = (double)Math.Min(width, height) / input.ResizeTo;
                return Centred(width, height, input.Width * scale, input.Height * scale);
            default:
                return new ViewRectangle(0, 0, width, height);
        }
    }

    /// <summary>A random resized crop and shift.</summary>
    public static ViewRectangle Random(
        Augmentation augmentation, InputPreprocessing input, int width, int height, ref SampleRandom random)
    {
        ViewRectangle view = Whole(input, width, height);
        if (augmentation.Crop < 1)
            view = Crop(augmentation.Crop, input, view, width, height, ref random);
        if (augmentation.Shift > 0)
        {
            view = view with
            {
                X = view.X + (int)Math.Round(random.Uniform(-1, 1) * augmentation.Shift * view.Width),
                Y = view.Y + (int)Math.Round(random.Uniform(-1, 1) * augmentation.Shift * view.Height),
            };
        }

        return view;
    }

    private static ViewRectangle Crop(
        double smallest, InputPreprocessing input, ViewRectangle whole, int width, int height, ref SampleRandom random)
    {
        // Where evaluation cuts margins away, training may look at them too.
        bool crops = input.Resize == ResizeRule.ShorterSideThenCenterCrop;
        ViewRectangle frame = crops ? new ViewRectangle(0, 0, width, height) : whole;
        double area = (double)frame.Width * frame.Height * random.Uniform(smallest, 1);
        double aspect = crops ? (double)input.Width / input.Height : (double)frame.Width / frame.Height;
        aspect *= Math.Exp(random.Uniform(-LogAspect, LogAspect));
        int cropWidth = Math.Clamp((int)Math.Round(Math.Sqrt(area * aspect)), 1, frame.Width);
        int cropHeight = Math.Clamp((int)Math.Round(Math.Sqrt(area / aspect)), 1, frame.Height);
        return new ViewRectangle(
            frame.X + random.Below(frame.Width - cropWidth + 1), frame.Y + random.Below(
                frame.Height - cropHeight + 1), cropWidth, cropHeight);
    }

    private static ViewRectangle Centred(int width, int height, double viewWidth, double viewHeight)
    {
        int w = Math.Max(1, (int)Math.Round(viewWidth)), h = Math.Max(1, (int)Math.Round(viewHeight));
        return new ViewRectangle((width - w) / 2, (height - h) / 2, w, h);
    }
}
