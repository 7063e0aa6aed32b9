using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Movement;

/// <summary>Slice, transpose or pad between two tensors: one plan, run row by row. Int8 and float32 alike.</summary>
internal sealed unsafe class MoveOperator : PreparedOperator
{
    private readonly BoxCopy _copy;
    private readonly byte* _source;
    private readonly byte* _destination;

    public MoveOperator(string kernel, BoxCopy copy, TensorView input, TensorView output)
    {
        Kernel = kernel;
        _copy = copy;
        _source = input.Data;
        _destination = output.Data;
        Pieces = copy.IsInPlace(_source, _destination) ? 0 : copy.Rows;
    }

    public override int Pieces { get; }

    public override string Kernel { get; }

    public static MoveOperator Slice(SliceOperator op, PreparationContext context)
    {
        (TensorView input, TensorView output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        BoxCopy copy = MovePlans.Slice(new(input), new(output), op.Begin, op.Step, ElementSize(input));
        return new MoveOperator("Slice", copy, input, output);
    }

    public static MoveOperator Transpose(TransposeOperator op, PreparationContext context)
    {
        (TensorView input, TensorView output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        BoxCopy copy = MovePlans.Transpose(new(input), new(output), op.Permutation, ElementSize(input));
        return new MoveOperator("Transpose", copy, input, output);
    }

    public static MoveOperator Pad(PadOperator op, PreparationContext context)
    {
        (TensorView input, TensorView output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        ulong fill = input.Definition.Type == ElementType.Int8
            ? (byte)Numerics.Requantization.RoundClamped(op.Value / input.Scale, input.ZeroPoint, -128, 127)
            : BitConverter.SingleToUInt32Bits(op.Value);
        BoxCopy copy = MovePlans.Pad(new(input), new(output), op.Before, op.Mode, fill, ElementSize(input));
        return new MoveOperator("Pad", copy, input, output);
    }

    public override void Run(int first, int end) => _copy.Run(_source, _destination, first, end);

    /// <summary>Bytes of one element.</summary>
    internal static int ElementSize(TensorView tensor) => tensor.Definition.Type == ElementType.Int8 ? 1 : 4;
}
