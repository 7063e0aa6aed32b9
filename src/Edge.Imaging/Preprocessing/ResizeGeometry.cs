using Edge.Runtime.Format;

namespace Edge.Imaging.Preprocessing;

/// <summary>
/// Where an image lands in the model's input: it is scaled to <see cref="ScaledWidth"/> × <see cref="ScaledHeight"/>, of which a
/// window of <see cref="Width"/> × <see cref="Height"/> at (<see cref="CropX"/>, <see cref="CropY"/>) is put at
/// (<see cref="PadX"/>, <see cref="PadY"/>) of the input. All in pixels.
/// </summary>
internal readonly record struct ResizeGeometry
{
    public int ScaledWidth { get; private init; }
    public int ScaledHeight { get; private init; }
    public int CropX { get; private init; }
    public int CropY { get; private init; }
    public int PadX { get; private init; }
    public int PadY { get; private init; }
    public int Width { get; private init; }
    public int Height { get; private init; }

    /// <summary>
    /// Lengths round to nearest (ties to even), offsets of an odd margin round down: so the golden inputs of the trained models
    /// were made.
    /// </summary>
    public static ResizeGeometry For(InputPreprocessing preprocessing, int imageWidth, int imageHeight)
    {
        (int width, int height) = (preprocessing.Width, preprocessing.Height);
        switch (preprocessing.Resize)
        {
            case ResizeRule.ShorterSideThenCenterCrop:
                int shorter = Math.Min(imageWidth, imageHeight);
                int scaledWidth = Scaled(imageWidth, preprocessing.ResizeTo, shorter);
                int scaledHeight = Scaled(imageHeight, preprocessing.ResizeTo, shorter);
                return new()
                {
                    ScaledWidth = scaledWidth,
                    ScaledHeight = scaledHeight,
                    CropX = (scaledWidth - width) / 2,
                    CropY = (scaledHeight - height) / 2,
                    Width = width,
                    Height = height,
                };
            case ResizeRule.Letterbox:
                bool wide = (long)imageWidth * height >= (long)imageHeight * width;
                int insideWidth = wide ? width : Math.Clamp(Scaled(imageWidth, height, imageHeight), 1, width);
                int insideHeight = wide ? Math.Clamp(Scaled(imageHeight, width, imageWidth), 1, height) : height;
                return new()
                {
                    ScaledWidth = insideWidth,
                    ScaledHeight = insideHeight,
                    PadX = (width - insideWidth) / 2,
                    PadY = (height - insideHeight) / 2,
                    Width = insideWidth,
                    Height = insideHeight,
                };
            default:
                return new() { ScaledWidth = width, ScaledHeight = height, Width = width, Height = height };
        }
    }

    private static int Scaled(int length, int to, int of) =>
        (int)Math.Min(Math.Round((double)length * to / of, MidpointRounding.ToEven), int.MaxValue);
}
