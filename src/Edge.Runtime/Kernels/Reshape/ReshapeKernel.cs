using System.Runtime.CompilerServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Movement;

namespace Edge.Runtime.Kernels.Reshape;

/// <summary>The same elements in the same order under another shape: copied only where the two tensors lie differently.</summary>
internal sealed unsafe class ReshapeKernel : PreparedOperator
{
    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly int _elementSize;

    public ReshapeKernel(ReshapeOperator op, PreparationContext context)
    {
        (_input, _output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        _elementSize = MoveOperator.ElementSize(_input);
        bool sameGaps = IsDense(_input)
            ? IsDense(_output)
            : _input.Channels == _output.Channels && _input.RowStride == _output.RowStride;
        Pieces = _input.Data == _output.Data && sameGaps ? 0 : Rows(_output);
    }

    /// <summary>Rows of the output.</summary>
    public override int Pieces { get; }

    public override string Kernel => "Reshape";

    public override void Run(int first, int end)
    {
        int sourceLength = _input.Channels, length = _output.Channels;
        for (int row = first; row < end; row++)
        {
            byte* to = _output.Data + ((nint)row * _output.RowStride * _elementSize);
            (long sourceRow, long column) = Math.DivRem((long)row * length, sourceLength);
            for (int done = 0; done < length; sourceRow++, column = 0)
            {
                int count = (int)Math.Min(length - done, sourceLength - column);
                byte* from = _input.Data + (((nint)sourceRow * _input.RowStride) + (nint)column) * _elementSize;
                Unsafe.CopyBlockUnaligned(to + ((nint)done * _elementSize), from, (uint)(count * _elementSize));
                done += count;
            }
        }
    }

    private static int Rows(TensorView tensor) => tensor.Shape[..^1].Aggregate(1, (a, b) => a * b);

    private static bool IsDense(TensorView tensor) => InPlace.IsDense(tensor.Definition) || Rows(tensor) == 1;
}
