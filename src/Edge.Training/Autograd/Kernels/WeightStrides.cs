namespace Edge.Training.Autograd.Kernels;

/// <summary>Where the weights [o, i/g, kh, kw] of a convolution lie, seen as the right operand of a product.</summary>
/// <param name="Group">Elements from one group to the next.</param>
/// <param name="Row">Elements from one input channel of the product to the next.</param>
/// <param name="Column">Elements from one output channel of the product to the next.</param>
/// <param name="KernelWidth">kw.</param>
/// <param name="InputElements">Elements of one image of the product's input.</param>
internal readonly record struct WeightStrides(nint Group, nint Row, nint Column, int KernelWidth, int InputElements)
{
    /// <summary>Output pixels from input pixels.</summary>
    public static WeightStrides Forward(ConvolutionShape s)
    {
        int taps = s.KernelHeight * s.KernelWidth, inputs = s.InputChannels / s.Groups;
        return new(s.WeightCount / s.Groups, taps, (nint)inputs * taps, s.KernelWidth, s.InputElements);
    }

    /// <summary>Gradients of input pixels from those of output pixels.</summary>
    public static WeightStrides Backward(ConvolutionShape s)
    {
        int taps = s.KernelHeight * s.KernelWidth, inputs = s.InputChannels / s.Groups;
        return new(s.WeightCount / s.Groups, (nint)inputs * taps, taps, s.KernelWidth, s.OutputElements);
    }

    /// <summary>Taps that one address stands for: a row of the kernel in padded images, else one.</summary>
    public int KernelWidthOf(ImagePadding? padding) => padding is null ? 1 : KernelWidth;
}
