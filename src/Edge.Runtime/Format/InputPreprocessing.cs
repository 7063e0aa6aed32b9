namespace Edge.Runtime.Format;

public enum ChannelOrder
{
    Rgb,
    Bgr,

    /// <summary>One luma channel: 0.299 R + 0.587 G + 0.114 B.</summary>
    Luma,
}

/// <summary>How an image of any size becomes the model's width × height.</summary>
public enum ResizeRule
{
    /// <summary>Shorter side to <see cref="InputPreprocessing.ResizeTo"/>, then the centre is cut out.</summary>
    ShorterSideThenCenterCrop,

    /// <summary>Both sides to the model's size; the aspect ratio changes.</summary>
    Stretch,

    /// <summary>
    /// Longer side to the model's size, the rest is filled with <see cref="InputPreprocessing.PadValue"/> on both sides.
    /// </summary>
    Letterbox,
}

/// <summary>
/// The way from an RGB image to the model's input: orient, resize (bilinear that widens when shrinking, as Pillow's
/// BILINEAR), crop, reorder channels, then x = (pixel − Mean[c])·Scale[c] with pixels from 0 to 255.
/// </summary>
public sealed record InputPreprocessing
{
    /// <summary>Pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels.</summary>
    public required int Height { get; init; }

    public required ChannelOrder Order { get; init; }

    /// <summary>Grey levels, one per channel in <see cref="Order"/>.</summary>
    public required float[] Mean { get; init; }

    /// <summary>Per grey level, one per channel in <see cref="Order"/>.</summary>
    public required float[] Scale { get; init; }

    public ResizeRule Resize { get; init; } = ResizeRule.ShorterSideThenCenterCrop;

    /// <summary>Shorter side before the crop, pixels. Used by <see cref="ResizeRule.ShorterSideThenCenterCrop"/> only.</summary>
    public int ResizeTo { get; init; }

    /// <summary>Grey level of the filling of <see cref="ResizeRule.Letterbox"/>, 0 to 255.</summary>
    public byte PadValue { get; init; }

    /// <summary>1 or 3.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Channels => Order == ChannelOrder.Luma ? 1 : 3;
}
