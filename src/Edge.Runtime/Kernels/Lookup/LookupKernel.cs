using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Elementwise;

namespace Edge.Runtime.Kernels.Lookup;

/// <summary>Int8 function of one variable by table, see <see cref="LookupOperator"/>.</summary>
internal sealed unsafe class LookupKernel(RowLookup lookup, TensorView input, TensorView output)
    : ElementwiseKernel($"Lookup{lookup.Form}", input, output)
{
    private readonly RowLookup _lookup = lookup;
    private readonly TensorView _input = input;
    private readonly TensorView _output = output;

    public static LookupKernel Prepare(LookupOperator op, PreparationContext context) => new(
        RowLookup.Create(context.Constant<sbyte>(op.Table), context), context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));

    protected override void Segment(nint row, int start, int count) => _lookup.Row(
        _input.Int8 + (row * _input.RowStride) + start, _output.Int8 + (row * _output.RowStride) + start, count, _lookup.Table);
}
