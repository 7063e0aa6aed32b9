using Edge.Training.Autograd.Kernels;

namespace Edge.Training.Tests.Kernels;

/// <summary>Small convolutions of every kind, by a name that says what is special about each.</summary>
internal static class ConvolutionGeometries
{
    public static readonly IReadOnlyDictionary<string, ConvolutionShape> All = new Dictionary<string, ConvolutionShape>
    {
        ["pointwise"] = Shape(5, 7, 6, 10),
        ["pointwise wider than two tiles"] = Shape(3, 3, 19, 83),
        ["pointwise stride 2"] = Shape(6, 5, 8, 5, stride: 2),
        ["pointwise padded"] = Shape(3, 4, 3, 4, pad: 1),
        ["pointwise one pixel"] = Shape(1, 1, 70, 33),
        ["3x3"] = Shape(6, 5, 4, 9, kernel: 3, pad: 1),
        ["3x3 without padding"] = Shape(5, 6, 3, 16, kernel: 3),
        ["3x3 stride 2"] = Shape(7, 9, 5, 8, kernel: 3, stride: 2, pad: 1),
        ["3x3 stride 2 even size without padding"] = Shape(8, 8, 3, 8, kernel: 3, stride: 2),
        ["3x3 stride 3"] = Shape(8, 10, 2, 7, kernel: 3, stride: 3, pad: 1),
        ["2x2 stride 3 that skips pixels"] = Shape(8, 8, 3, 4, kernel: 2, stride: 3),
        ["5x5"] = Shape(6, 7, 3, 5, kernel: 5, pad: 2),
        ["7x7 stride 2 on RGB"] = Shape(11, 13, 3, 17, kernel: 7, stride: 2, pad: 3),
        ["3x3 on grey"] = Shape(9, 8, 1, 18, kernel: 3, pad: 1),
        ["3x3 as large as the image"] = Shape(3, 3, 4, 5, kernel: 3),
        ["7x7 on RGB with a large stride"] = Shape(15, 14, 3, 20, kernel: 7, stride: 4, pad: 2),
        ["more pixels than a block holds"] = Shape(23, 31, 5, 7, kernel: 3, pad: 1),
        ["1x3"] = Shape(4, 6, 5, 6) with { KernelWidth = 3, PadLeft = 1, PadRight = 1 },
        ["3x1"] = Shape(6, 4, 5, 6) with { KernelHeight = 3, PadTop = 1, PadBottom = 1 },
        ["3x3 dilated"] = Shape(7, 8, 3, 6, kernel: 3, pad: 2) with { DilationY = 2, DilationX = 2 },
        ["3x3 dilated stride 2"] = Shape(9, 9, 3, 6, kernel: 3, stride: 2, pad: 3) with { DilationY = 3, DilationX = 2 },
        ["unequal strides"] = Shape(7, 7, 4, 5, kernel: 3, pad: 1) with { StrideY = 2, StrideX = 1 },
        ["asymmetric padding"] = Shape(6, 6, 4, 5, kernel: 3, stride: 2) with { PadBottom = 1, PadRight = 1 },
        ["padding beyond the kernel"] = Shape(3, 3, 2, 3, kernel: 2, pad: 3),
        ["groups 2"] = Shape(5, 4, 6, 8, kernel: 3, pad: 1, groups: 2),
        ["groups 3 pointwise"] = Shape(4, 5, 9, 15, groups: 3),
        ["groups 3 stride 2"] = Shape(5, 6, 6, 9, kernel: 3, stride: 2, pad: 1, groups: 3),
        ["depthwise"] = Shape(6, 7, 5, 5, kernel: 3, pad: 1, groups: 5),
        ["depthwise of many channels"] = Shape(4, 4, 37, 37, kernel: 3, pad: 1, groups: 37),
        ["depthwise stride 2"] = Shape(7, 8, 16, 16, kernel: 3, stride: 2, groups: 16) with { PadBottom = 1, PadRight = 1 },
        ["depthwise 5x5 dilated"] = Shape(9, 9, 6, 6, kernel: 5, pad: 4, groups: 6) with { DilationY = 2, DilationX = 2 },
        ["depthwise wider than the image"] = Shape(2, 3, 4, 4, kernel: 5, pad: 2, groups: 4),
        ["depthwise with multiplier 2"] = Shape(5, 5, 6, 12, kernel: 3, pad: 1, groups: 6),
        ["depthwise with multiplier 3 stride 2"] = Shape(6, 6, 3, 9, kernel: 3, stride: 2, pad: 1, groups: 3),
        ["depthwise of 85 channels"] = Shape(4, 3, 85, 85, kernel: 3, pad: 1, groups: 85),
        ["depthwise of one channel"] = Shape(5, 6, 1, 1, kernel: 3, pad: 1),
    };

    private static ConvolutionShape Shape(
        int height, int width, int inputs, int outputs, int kernel = 1, int stride = 1, int pad = 0, int groups = 1) => new()
        {
            Height = height,
            Width = width,
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
