using System.Numerics;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// One side of an element-by-element operator: an activation or a constant that is read over an output image with a stride of
/// 0 along the axes on which it is broadcast.
/// </summary>
internal sealed class Operand<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // A constant image as NHWC; the parameter keeps the graph's order.
    private readonly T[]? _reordered;

    private Operand(Activation<T>? activation, Parameter<T>? parameter, ImageShape shape, ImageShape output)
    {
        (Activation, Parameter, Shape) = (activation, parameter, shape);
        ImageStride = activation is null ? 0 : shape.Elements;
        RowStride = Stride(shape.Height, output.Height, shape.Width * shape.Channels);
        PixelStride = Stride(shape.Width, output.Width, shape.Channels);
        ChannelStride = Stride(shape.Channels, output.Channels, 1);
        IsFull = activation is not null && shape == output;
        if (parameter is not null && shape.Pixels > 1 && shape.Channels > 1)
            _reordered = new T[shape.Elements];
    }

    public Activation<T>? Activation { get; }

    public Parameter<T>? Parameter { get; }

    public ImageShape Shape { get; }

    public int ImageStride { get; }

    public int RowStride { get; }

    public int PixelStride { get; }

    /// <summary>0 or 1.</summary>
    public int ChannelStride { get; }

    /// <summary>An activation of the output's shape: element for element the same place.</summary>
    public bool IsFull { get; }

    public bool NeedsGradient => Activation?.NeedsGradient ?? Parameter!.Trainable;

    /// <summary>Elements as they are read, NHWC.</summary>
    public T[] Data => Activation?.Data ?? _reordered ?? Parameter!.Value;

    public static Operand<T> Of(Activation<T> activation, ImageShape aligned, ImageShape output) =>
        new(activation, null, aligned, output);

    public static Operand<T> Of(Parameter<T> parameter, ImageShape aligned, ImageShape output) =>
        new(null, parameter, aligned, output);

    /// <summary>Brings a constant image into NHWC.</summary>
    public void Refresh()
    {
        for (int i = 0; i < _reordered?.Length; i++)
            _reordered[i] = Parameter!.Value[GraphPlace(i)];
    }

    /// <summary>Adds a gradient laid out as <see cref="Data"/> to the parameter's.</summary>
    public void AddToParameter(ReadOnlySpan<T> gradient)
    {
        for (int i = 0; i < Shape.Elements; i++)
            Parameter!.Gradient[_reordered is null ? i : GraphPlace(i)] += gradient[i];
    }

    /// <summary>Where [c, h, w] holds what NHWC holds at this place.</summary>
    private int GraphPlace(int i) => (i % Shape.Channels * Shape.Pixels) + (i / Shape.Channels);

    private static int Stride(int size, int output, int stride) => size == 1 && output != 1 ? 0 : stride;
}
