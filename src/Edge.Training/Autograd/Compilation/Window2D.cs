using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Training.Autograd.Compilation;

/// <summary>A sliding window over an image; one-dimensional ones slide along a row.</summary>
internal sealed record Window2D
{
    public required int KernelHeight { get; init; }

    public required int KernelWidth { get; init; }

    public required int StrideY { get; init; }

    public required int StrideX { get; init; }

    public required int DilationY { get; init; }

    public required int DilationX { get; init; }

    public required int PadTop { get; init; }

    public required int PadLeft { get; init; }

    public required int PadBottom { get; init; }

    public required int PadRight { get; init; }

    public static Window2D From(WindowAttributes window)
    {
        bool image = window.SpatialRank == 2;
        return new Window2D
        {
            KernelHeight = image ? window.Kernel[0] : 1,
            KernelWidth = window.Kernel[^1],
            StrideY = image ? window.Strides[0] : 1,
            StrideX = window.Strides[^1],
            DilationY = image ? window.Dilations[0] : 1,
            DilationX = window.Dilations[^1],
            PadTop = image ? window.PadsBegin[0] : 0,
            PadLeft = window.PadsBegin[^1],
            PadBottom = image ? window.PadsEnd[0] : 0,
            PadRight = window.PadsEnd[^1],
        };
    }
}
