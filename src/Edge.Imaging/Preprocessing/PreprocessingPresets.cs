using System.Globalization;
using Edge.Runtime.Format;

namespace Edge.Imaging.Preprocessing;

/// <summary>
/// Common preprocessings by name: FAMILY-SIZE, with -stretch or -letterbox behind it where the image is not to be cropped;
/// "imagenet-caffe-227" or "grey-64-stretch".
/// </summary>
public static class PreprocessingPresets
{
    /// <summary>Share of the shorter side that the centre crop keeps, as customary for ImageNet.</summary>
    private const double CropFraction = 0.875;

    private const int LargestSize = 4096;

    private static readonly (string Name, ChannelOrder Order, float[] Mean, float[] Scale)[] Families =
    [
        // Mean colour of ImageNet in whole grey levels, as in Caffe's model zoo.
        ("imagenet-caffe", ChannelOrder.Bgr, [104, 117, 123], [1, 1, 1]),

        // −1 to 1: TensorFlow Slim, Keras applications in mode "tf".
        ("imagenet-tf", ChannelOrder.Rgb, [127.5f, 127.5f, 127.5f], [1 / 127.5f, 1 / 127.5f, 1 / 127.5f]),

        // Input scale 1/128 and zero point 128 of the hosted quantized TensorFlow Lite models.
        ("imagenet-tflite", ChannelOrder.Rgb, [128, 128, 128], [1 / 128f, 1 / 128f, 1 / 128f]),

        // 255 · (0.485, 0.456, 0.406) and 1 / (255 · (0.229, 0.224, 0.225)).
        ("imagenet-torchvision", ChannelOrder.Rgb, [123.675f, 116.28f, 103.53f], [1 / 58.395f, 1 / 57.12f, 1 / 57.375f]),

        ("unit", ChannelOrder.Rgb, [0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]),
        ("grey", ChannelOrder.Luma, [127.5f], [1 / 127.5f]),
    ];

    /// <summary>One line for help texts and errors.</summary>
    public static string Summary { get; } =
        string.Join(", ", Array.ConvertAll(Families, f => f.Name + "-SIZE"))
        + ", each also with -stretch or -letterbox behind it";

    /// <summary>False when no preset is called so.</summary>
    public static bool TryGet(string name, out InputPreprocessing? preprocessing)
    {
        preprocessing = null;
        (string rest, ResizeRule rule) =
            name.EndsWith("-stretch", StringComparison.Ordinal) ? (name[..^"-stretch".Length], ResizeRule.Stretch)
            : name.EndsWith("-letterbox", StringComparison.Ordinal) ? (name[..^"-letterbox".Length], ResizeRule.Letterbox)
            : (name, ResizeRule.ShorterSideThenCenterCrop);
        int dash = rest.LastIndexOf('-');
        if (dash < 0
            || !int.TryParse(rest.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            || size is < 1 or > LargestSize)
        {
            return false;
        }

        foreach ((string family, ChannelOrder order, float[] mean, float[] scale) in Families)
        {
            if (family != rest[..dash])
                continue;
            preprocessing = new InputPreprocessing
            {
                Width = size,
                Height = size,
                Order = order,
                Mean = [.. mean],
                Scale = [.. scale],
                Resize = rule,
                ResizeTo = rule == ResizeRule.ShorterSideThenCenterCrop ? ShorterSide(size, CropFraction) : 0,
            };
            return true;
        }

        return false;
    }

    /// <summary>round(size / fraction), ties to even.</summary>
    internal static int ShorterSide(int size, double fraction) => (int)Math.Round(size / fraction, MidpointRounding.ToEven);
}
