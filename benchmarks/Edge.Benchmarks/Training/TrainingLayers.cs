using Edge.Training.Autograd.Kernels;

namespace Edge.Benchmarks.Training;

/// <summary>The convolutions of the networks of the benchmark, in order.</summary>
internal static class TrainingLayers
{
    public static readonly string[] Networks = ["squeezenet-1.1", "mobilenet-v1"];

    public static IEnumerable<(string Name, ConvolutionShape Shape)> Of(string network) =>
        network == Networks[0] ? SqueezeNet() : MobileNet();

    /// <summary>SqueezeNet 1.1 at 224 pixels.</summary>
    private static IEnumerable<(string Name, ConvolutionShape Shape)> SqueezeNet()
    {
        yield return ("conv1", Conv(224, 3, 64, 3, 2, 0));
        int inputs = 64, fire = 2;
        foreach ((int size, int squeeze, int expand) in new[]
        {
            (55, 16, 64), (55, 16, 64), (27, 32, 128), (27, 32, 128), (13, 48, 192), (13, 48, 192), (13, 64, 256), (13, 64, 256),
        })
        {
            yield return ($"fire{fire}/squeeze", Conv(size, inputs, squeeze));
            yield return ($"fire{fire}/expand1", Conv(size, squeeze, expand));
            yield return ($"fire{fire++}/expand3", Conv(size, squeeze, expand, 3, 1, 1));
            inputs = 2 * expand;
        }

        yield return ("conv10", Conv(13, inputs, 1000));
    }

    /// <summary>MobileNet v1 ×1.0 at 224 pixels.</summary>
    private static IEnumerable<(string Name, ConvolutionShape Shape)> MobileNet()
    {
        yield return ("conv1", Conv(224, 3, 32, 3, 2, 1));
        int inputs = 32, size = 112, block = 1;
        foreach ((int outputs, int stride) in new[]
        {
            (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2),
            (1024, 1),
        })
        {
            yield return ($"block{block}/depthwise", Conv(size, inputs, inputs, 3, stride, 1, inputs));
            size /= stride;
            yield return ($"block{block++}/pointwise", Conv(size, inputs, outputs));
            inputs = outputs;
        }
    }

    private static ConvolutionShape Conv(
        int size, int inputs, int outputs, int kernel = 1, int stride = 1, int pad = 0, int groups = 1) => new()
        {
            Height = size,
            Width = size,
            InputChannels = inputs,
            OutputChannels = outputs,
            Groups = groups,
            KernelHeight = kernel,
            KernelWidth = kernel,
            StrideY = stride,
            StrideX = stride,
            PadTop = pad,
            PadLeft = pad,
            PadBottom = pad,
            PadRight = pad,
        };
}
