using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Lanes;
using Edge.Runtime.Kernels.Movement;

namespace Edge.Runtime.Kernels.Resize;

internal static class ResizeKernels
{
    /// <summary>Nearest of either element type, and int8 bilinear.</summary>
    public static PreparedOperator Prepare(ResizeOperator op, PreparationContext context)
    {
        TensorView input = context.Tensor(op.Inputs[0]), output = context.Tensor(op.Outputs[0]);
        if (op.Mode == ResizeMode.Nearest)
            return new MoveOperator("ResizeNearest", Nearest(op, input, output), input, output);
        return context.VectorForm() switch
        {
            VectorForm.Avx2 => new BilinearKernel<BilinearVector<LanesAvx2>>("ResizeBilinear16Avx2", op, input, output),
            VectorForm.Neon => new BilinearKernel<BilinearVector<LanesNeon>>("ResizeBilinear16Neon", op, input, output),
            _ => new BilinearKernel<BilinearScalar>("ResizeBilinearScalar", op, input, output),
        };
    }

    private static BoxCopy Nearest(ResizeOperator op, TensorView input, TensorView output)
    {
        TensorLayout from = new(input), to = new(output);
        SourceAxis[] axes =
        [
            new(output.Shape[0], 0, from.Steps[0]),
            NearestAxis(op, op.ScaleY, input.Height, output.Height, from.Steps[1]),
            NearestAxis(op, op.ScaleX, input.Width, output.Width, from.Steps[2]),
            new(output.Channels, 0, 1),
        ];
        return new BoxCopy(axes, to.Steps, MoveOperator.ElementSize(input));
    }

    private static SourceAxis NearestAxis(ResizeOperator op, float scale, int inputLength, int outputLength, nint step)
    {
        var offsets = new int[outputLength];
        for (int i = 0; i < outputLength; i++)
        {
            float source = ResizeCoordinates.Source(op.Coordinates, i, scale, inputLength, outputLength);
            offsets[i] = checked((int)(ResizeCoordinates.Nearest(source, op.Rounding, inputLength) * step));
        }

        return new SourceAxis(offsets);
    }
}
