namespace Edge.Training.Autograd.Kernels;

/// <summary>The geometry of one convolution over NHWC images.</summary>
public sealed record ConvolutionShape
{
    /// <summary>Pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Pixels.</summary>
    public required int Width { get; init; }

    public required int InputChannels { get; init; }

    public required int OutputChannels { get; init; }

    public int Groups { get; init; } = 1;

    public int KernelHeight { get; init; } = 1;

    public int KernelWidth { get; init; } = 1;

    public int StrideY { get; init; } = 1;

    public int StrideX { get; init; } = 1;

    public int DilationY { get; init; } = 1;

    public int DilationX { get; init; } = 1;

    public int PadTop { get; init; }

    public int PadLeft { get; init; }

    public int PadBottom { get; init; }

    public int PadRight { get; init; }

    public int OutputHeight => ((Height + PadTop + PadBottom - ((KernelHeight - 1) * DilationY) - 1) / StrideY) + 1;

    public int OutputWidth => ((Width + PadLeft + PadRight - ((KernelWidth - 1) * DilationX) - 1) / StrideX) + 1;

    public int InputElements => Height * Width * InputChannels;

    public int OutputElements => OutputHeight * OutputWidth * OutputChannels;

    /// <summary>Weights [O, I/g, kH, kW], without bias.</summary>
    public int WeightCount => OutputChannels * (InputChannels / Groups) * KernelHeight * KernelWidth;

    /// <summary>Multiply-accumulates of one image, forward; each of the two backward products costs the same.</summary>
    public long MultiplyAccumulates => (long)OutputHeight * OutputWidth * WeightCount;
}
