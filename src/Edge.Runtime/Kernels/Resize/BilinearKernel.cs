using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Resize;

/// <summary>The four input pixels that one output pixel mixes, and their shares along each axis.</summary>
internal readonly unsafe struct BilinearPixel
{
    public required sbyte* TopLeft { get; init; }
    public required sbyte* TopRight { get; init; }
    public required sbyte* BottomLeft { get; init; }
    public required sbyte* BottomRight { get; init; }
    public required float Top { get; init; }
    public required float Bottom { get; init; }
    public required float Left { get; init; }
    public required float Right { get; init; }
}

/// <summary>One form of bilinear resizing, for all channels of one output pixel.</summary>
internal unsafe interface IBilinearPixel
{
    static abstract void Mix(in BilinearPixel p, sbyte* destination, int channels);
}

/// <summary>Int8 bilinear resize of an NHWC image: bytes of one scale and zero point are mixed as they are.</summary>
internal sealed unsafe class BilinearKernel<TForm> : PreparedOperator
    where TForm : IBilinearPixel
{
    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly (int First, int Second, float FirstWeight, float SecondWeight)[] _rows;
    private readonly (int First, int Second, float FirstWeight, float SecondWeight)[] _columns;

    public BilinearKernel(string kernel, ResizeOperator op, TensorView input, TensorView output)
    {
        Kernel = kernel;
        (_input, _output) = (input, output);
        _rows = ResizeCoordinates.LinearAxis(op.Coordinates, op.ScaleY, input.Height, output.Height);
        _columns = ResizeCoordinates.LinearAxis(op.Coordinates, op.ScaleX, input.Width, output.Width);
    }

    /// <summary>Output rows.</summary>
    public override int Pieces => _rows.Length;

    public override string Kernel { get; }

    public override void Run(int first, int end)
    {
        nint stride = _input.RowStride;
        for (int y = first; y < end; y++)
        {
            (int topRow, int bottomRow, float topWeight, float bottomWeight) = _rows[y];
            sbyte* top = _input.Int8 + (topRow * _input.Width * stride), bottom = _input.Int8 + (bottomRow * _input.Width * stride);
            sbyte* destination = _output.Int8 + ((nint)y * _output.Width * _output.RowStride);
            foreach ((int left, int right, float leftWeight, float rightWeight) in _columns)
            {
                var pixel = new BilinearPixel
                {
                    TopLeft = top + (left * stride),
                    TopRight = top + (right * stride),
                    BottomLeft = bottom + (left * stride),
                    BottomRight = bottom + (right * stride),
                    Top = topWeight,
                    Bottom = bottomWeight,
                    Left = leftWeight,
                    Right = rightWeight,
                };
                TForm.Mix(pixel, destination, _output.Channels);
                destination += _output.RowStride;
            }
        }
    }
}
