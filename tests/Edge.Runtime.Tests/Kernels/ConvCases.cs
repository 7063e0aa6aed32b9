using Edge.Runtime.Kernels.Conv;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>
/// The convolutions of the conformance suite: around a kernel's tile, then every other dimension of the problem.
/// </summary>
internal static class ConvCases
{
    public static IEnumerable<ConvCase> For(TileShape tile) =>
    [
        .. AroundTheTile(tile), .. Remainders(tile), .. FewChannels(), .. Windows(), .. Groups(), .. NarrowGroups(tile),
        .. Depthwise(tile),
        .. DepthwiseEdges(tile), .. Numbers(), .. Slices(), .. ManyOutputs(tile), .. SmallKernels(),
        .. LargeSums(),
    ];

    private static IEnumerable<ConvCase> AroundTheTile(TileShape tile)
    {
        int[] pixels = [1, tile.Pixels - 1, tile.Pixels, tile.Pixels + 1, (2 * tile.Pixels) + 1];
        int[] channels = [1, tile.Channels - 1, tile.Channels, tile.Channels + 1, (2 * tile.Channels) + 3];
        int[] depths = [1, 3, tile.Depth - 1, tile.Depth, tile.Depth + 1, (4 * tile.Depth) + 3, 37];
        return from p in pixels.Where(x => x > 0).Distinct()
               from c in channels.Where(x => x > 0).Distinct()
               from d in depths.Where(x => x > 0).Distinct()
               select new ConvCase(1, p, d, c);
    }

    /// <summary>Every number of pixels and of channels that whole tiles can leave over.</summary>
    private static IEnumerable<ConvCase> Remainders(TileShape tile)
    {
        for (int pixels = 2; pixels < 2 * tile.Pixels; pixels++)
            yield return new ConvCase(1, pixels, 20, tile.Channels + (tile.Channels / 2));
        for (int channels = 2; channels < 2 * tile.Channels; channels += 3)
        {
            ConvCase image = new ConvCase(3, 5, 28, channels) { OutputGap = 1 };
            yield return image;
            yield return image.Square(kernel: 3, stride: 1, pad: 1) with { Low = -128, High = 90 };
        }
    }

    /// <summary>First layers: windows of few channels, larger and smaller than a vector, and than the image.</summary>
    private static IEnumerable<ConvCase> FewChannels()
    {
        foreach (int channels in (int[])[1, 3, 4, 6])
        {
            var image = new ConvCase(17, 21, channels, 20);
            yield return image.Square(kernel: 3, stride: 2, pad: 0);
            yield return image.Square(kernel: 3, stride: 2, pad: 1) with { PadTop = 0, PadLeft = 0, OutputGap = 12 };
            yield return image.Square(kernel: 7, stride: 2, pad: 3);
            yield return image.Square(kernel: 11, stride: 4, pad: 2) with { Outputs = 3 };
            yield return image with { KernelHeight = 3, KernelWidth = 5, DilationY = 3, PadTop = 4, PadLeft = 4, PadRight = 1 };
            yield return image with { KernelHeight = 3, KernelWidth = 25, PadLeft = 3, PadRight = 3 };
        }
    }

    private static IEnumerable<ConvCase> Windows()
    {
        foreach (int channels in (int[])[1, 3, 16, 19])
        {
            var image = new ConvCase(6, 7, channels, 18);
            yield return image.Square(kernel: 3, stride: 1, pad: 1);
            yield return image.Square(kernel: 3, stride: 2, pad: 1) with { Workers = 3 };
            yield return image.Square(kernel: 3, stride: 1, pad: 0);
            yield return image.Square(kernel: 5, stride: 2, pad: 2);
            yield return image.Square(kernel: 7, stride: 2, pad: 3);
            yield return image.Square(kernel: 3, stride: 1, pad: 2, dilation: 2);
            yield return image.Square(kernel: 1, stride: 2, pad: 0);
            yield return image.Square(kernel: 1, stride: 1, pad: 1);
            yield return image.Square(kernel: 3, stride: 2, pad: 0) with { PadBottom = 1, PadRight = 1 };
            yield return image with { KernelHeight = 2, KernelWidth = 4, PadTop = 1, PadRight = 3, PadLeft = 2 };
            yield return image with { KernelHeight = 1, KernelWidth = 7, PadLeft = 3, PadRight = 3, StrideY = 3 };
            yield return image with { KernelHeight = 7, KernelWidth = 1, PadTop = 6, PadBottom = 6, DilationY = 2 };
            yield return image with { KernelHeight = 6, KernelWidth = 7 };
            yield return (image with { Height = 2, Width = 1 }).Square(kernel: 7, stride: 1, pad: 3);
        }
    }

    private static IEnumerable<ConvCase> Groups()
    {
        (int Groups, int Inputs, int Outputs)[] shapes = [(2, 8, 32), (3, 27, 15), (4, 12, 68), (5, 10, 5), (2, 66, 34)];
        foreach ((int groups, int inputs, int outputs) in shapes)
        {
            var image = new ConvCase(5, 6, inputs, outputs) { Groups = groups };
            yield return image;
            yield return image with { Workers = 2 };
            yield return image.Square(kernel: 3, stride: 1, pad: 1);
            yield return image.Square(kernel: 3, stride: 2, pad: 1) with { InputGap = 5, OutputGap = 3 };
        }
    }

    /// <summary>Groups of which a block of output channels holds several, in numbers that fill blocks and that don't.</summary>
    private static IEnumerable<ConvCase> NarrowGroups(TileShape tile)
    {
        (int Groups, int Inputs, int Outputs)[] shapes =
            [(4, 16, 16), (8, 32, 32), (6, 24, 24), (8, 64, 32), (12, 36, 48), (2, 16, 16), (4, 32, 32), (6, 72, 48), (3, 24, 24), (4, 24, 32), (2, 32, 16)];
        foreach ((int groups, int inputs, int outputs) in shapes)
        {
            var image = new ConvCase(5, 7, inputs, outputs) { Groups = groups };
            for (int pixels = 1; pixels <= (2 * tile.Pixels) + 1; pixels++)
                yield return image with { Height = 1, Width = pixels, OutputGap = pixels % 3 };
            yield return image with { Workers = 2, Low = -100, High = 90 };
            yield return image.Square(kernel: 3, stride: 2, pad: 1) with { InputGap = 5, OutputGap = 3, Workers = 3 };
            yield return image.Square(kernel: 3, stride: 1, pad: 2, dilation: 2);
            ConvCase window = image.Square(kernel: 3, stride: 1, pad: 1);
            foreach (ConvFill fill in Enum.GetValues<ConvFill>())
            {
                foreach (int zeroPoint in (int[])[-128, 0, 127])
                    yield return window with { Fill = fill, InputZeroPoint = zeroPoint, OutputZeroPoint = -1 - zeroPoint };
                yield return window with { Fill = fill, OutputZeroPoint = -128 };
            }

            foreach (int bits in BitsOfSums(window))
                yield return window with { SumBits = bits, OutputZeroPoint = bits % 2 == 0 ? -128 : 3 };
        }
    }

    private static IEnumerable<ConvCase> Depthwise(TileShape tile)
    {
        int[] channels = [2, 3, tile.Channels - 1, tile.Channels, tile.Channels + 1, (2 * tile.Channels) + 3];
        foreach (int c in channels.Where(x => x > 1).Distinct())
        {
            foreach (int multiplier in (int[])[1, 2, 3, 5])
            {
                var image = new ConvCase(6, 7, c, c * multiplier) { Groups = c };
                yield return image.Square(kernel: 3, stride: 1, pad: 1);
                yield return image.Square(kernel: 3, stride: 2, pad: 1) with { PadTop = 0, PadLeft = 0, Workers = 3 };
                yield return image.Square(kernel: 5, stride: 1, pad: 2) with { InputGap = 1, OutputGap = 2 };
                yield return image.Square(kernel: 3, stride: 1, pad: 2, dilation: 2) with { Fill = ConvFill.LargestSums };
                yield return image with { KernelWidth = 4, StrideX = 2, PadRight = 1, Fill = ConvFill.Extremes };
                yield return image;
            }
        }
    }

    /// <summary>3×3 windows over images of few rows and columns: every remainder of a walk along a row, with and without padding.</summary>
    private static IEnumerable<ConvCase> DepthwiseEdges(TileShape tile)
    {
        int c = tile.Channels + 1;
        for (int width = 1; width <= 9; width++)
        {
            foreach (int height in (int[])[1, 2, 3, 5])
            {
                ConvFill fill = (width + height) % 2 == 0 ? ConvFill.Random : ConvFill.Extremes;
                var image = new ConvCase(height, width, c, c) { Groups = c, Fill = fill, OutputGap = 1, Low = -100, High = 90 };
                yield return image.Square(kernel: 3, stride: 1, pad: 1);
                yield return image.Square(kernel: 3, stride: 2, pad: 1) with { Workers = 2 };
                if (width < 3 || height < 3)
                    continue;
                yield return image.Square(kernel: 3, stride: 1, pad: 0);
                yield return image.Square(kernel: 3, stride: 2, pad: 0);
                yield return image.Square(kernel: 3, stride: 1, pad: 0) with { PadRight = 1, PadTop = 2 };
                yield return image.Square(kernel: 3, stride: 2, pad: 0) with { PadRight = 1, PadBottom = 1 };
                yield return image.Square(kernel: 3, stride: 1, pad: 0) with { PadLeft = 1, PadBottom = 2, InputGap = 3 };
            }
        }

        // Too wide for a piece of all rows, with more pieces than workers.
        var large = new ConvCase(23, 37, c + tile.Channels, c + tile.Channels) { Groups = c + tile.Channels };
        yield return large.Square(kernel: 3, stride: 1, pad: 1);
        yield return large.Square(kernel: 3, stride: 2, pad: 1) with { Workers = 3, InputGap = 64 };
    }

    private static IEnumerable<ConvCase> Numbers()
    {
        var pointwise = new ConvCase(3, 5, 67, 21);
        ConvCase depthwise = (pointwise with { Outputs = 67, Groups = 67 }).Square(3, 1, 1);
        ConvCase onePixel = pointwise with { Height = 1, Width = 1 };
        foreach (ConvCase image in (ConvCase[])[pointwise, pointwise.Square(3, 1, 1), depthwise, onePixel])
        {
            foreach (ConvFill fill in Enum.GetValues<ConvFill>())
            {
                foreach (int zeroPoint in (int[])[-128, -1, 0, 127])
                    yield return image with { Fill = fill, InputZeroPoint = zeroPoint, OutputZeroPoint = -1 - zeroPoint };
            }

            yield return image with { Low = 0 };
            yield return image with { Low = -20, High = 30, OutputZeroPoint = -20 };
            yield return image with { Low = 17, High = 17 };
            yield return image with { Low = -128, High = -100, OutputZeroPoint = 127 };
        }
    }

    private static IEnumerable<ConvCase> Slices()
    {
        foreach ((int inputGap, int outputGap) in ((int, int)[])[(0, 1), (1, 0), (13, 29), (64, 64)])
        {
            var image = new ConvCase(7, 5, 24, 40) { InputGap = inputGap, OutputGap = outputGap };
            yield return image;
            yield return image with { Workers = 4 };
            yield return image.Square(kernel: 3, stride: 1, pad: 1);
            yield return (image with { Inputs = 3 }).Square(kernel: 3, stride: 2, pad: 1);
            yield return (image with { Outputs = 24, Groups = 24 }).Square(kernel: 3, stride: 2, pad: 1);
        }
    }

    /// <summary>Enough outputs for kernels that prepare the activations first.</summary>
    private static IEnumerable<ConvCase> ManyOutputs(TileShape tile)
    {
        foreach (int inputs in (int[])[16, 20, 37, 64, 100])
        {
            int pixels = (2 * tile.Pixels) + 1, outputs = 99;
            for (int more = 0; more < tile.Pixels; more++)
                yield return new ConvCase(1, pixels + more, inputs, outputs) { InputGap = more, OutputGap = 2 * more };
            var image = new ConvCase(7, 6, inputs, outputs);
            foreach (ConvFill fill in Enum.GetValues<ConvFill>())
            {
                yield return image with { Fill = fill };
                yield return image.Square(kernel: 3, stride: 1, pad: 1) with { Fill = fill, Workers = 2 };
            }

            yield return image.Square(kernel: 3, stride: 2, pad: 0) with { Workers = 3 };
            yield return image.Square(kernel: 5, stride: 1, pad: 4, dilation: 2) with { Outputs = 96, OutputGap = 1 };
        }

        yield return new ConvCase(30, 41, 52, 99) { Workers = 2, Low = 3, High = 90 };
    }

    /// <summary>
    /// Sums at the ends of what float32 holds behind a fixed exponent and beyond, with the bounds of a ReLU and without.
    /// </summary>
    private static IEnumerable<ConvCase> LargeSums()
    {
        var pointwise = new ConvCase(5, 5, 20, 99);
        ConvCase depthwise = (pointwise with { Inputs = 99, Groups = 99 }).Square(kernel: 3, stride: 1, pad: 1);
        ConvCase[] images =
        [
            pointwise, pointwise with { Outputs = 21 }, pointwise.Square(kernel: 3, stride: 1, pad: 1), depthwise,
            depthwise.Square(kernel: 3, stride: 2, pad: 1),
        ];
        foreach (ConvCase image in images)
        {
            foreach (int zeroPoint in (int[])[-128, 3])
            {
                foreach (int bits in BitsOfSums(image))
                    yield return image with { SumBits = bits, OutputZeroPoint = zeroPoint };

                foreach (ConvFill fill in Enum.GetValues<ConvFill>())
                    yield return image with { Fill = fill, OutputZeroPoint = zeroPoint };
            }
        }
    }

    /// <summary>Sizes of sums that decide how they are requantized, where the products alone do not exceed them.</summary>
    private static IEnumerable<int> BitsOfSums(ConvCase image) => ((int[])[22, 23, 24, 30]).Where(
        bits => image.KernelHeight * image.KernelWidth * image.Inputs / image.Groups * byte.MaxValue * sbyte.MaxValue < 1 << bits);

    /// <summary>3×3 kernels of stride 1 with enough channels and pixels for Winograd's tiles of 4×4.</summary>
    private static IEnumerable<ConvCase> SmallKernels()
    {
        ConvCase image = new ConvCase(12, 11, 24, 32).Square(kernel: 3, stride: 1, pad: 1);
        foreach (ConvFill fill in Enum.GetValues<ConvFill>())
        {
            foreach (int zeroPoint in (int[])[-128, 0, 127])
                yield return image with { Fill = fill, InputZeroPoint = zeroPoint, OutputZeroPoint = -1 - zeroPoint };
        }

        yield return image with { Low = -20, High = 30, OutputZeroPoint = -20 };
        yield return image with { PadTop = 0, PadLeft = 2, PadRight = 0, Workers = 2 };
        yield return image with { Height = 13, Width = 13, Inputs = 27, Outputs = 48, InputGap = 3, OutputGap = 4 };
        yield return image with { Height = 27, Width = 26, Inputs = 16, Outputs = 28 };
        yield return image with { Height = 8, Width = 23, Inputs = 32, Outputs = 72, Groups = 2, Workers = 3 };
        yield return image with { Height = 12, Width = 12, Inputs = 96, Outputs = 64, Groups = 4, OutputGap = 64 };
    }
}
