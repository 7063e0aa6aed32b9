using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Elementwise;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Add;

/// <summary>What <see cref="AddOperator"/>'s formula takes besides the two values.</summary>
/// <param name="ZeroA">Zero point of the first input.</param>
/// <param name="RatioA">First input's scale / output's scale, in float32.</param>
/// <param name="ZeroB">Zero point of the second input.</param>
/// <param name="RatioB">Second input's scale / output's scale, in float32.</param>
/// <param name="ZeroPoint">Zero point of the output.</param>
/// <param name="Low">Smallest output value.</param>
/// <param name="High">Largest output value.</param>
internal readonly record struct AddParameters(
    int ZeroA, float RatioA, int ZeroB, float RatioB, int ZeroPoint, int Low, int High);

/// <summary>One form of the sum of two contiguous rows.</summary>
internal unsafe interface IAddRow
{
    /// <param name="y">May be <paramref name="a"/> or <paramref name="b"/>.</param>
    static abstract void Row(sbyte* a, sbyte* b, sbyte* y, int count, in AddParameters p);
}

/// <summary>Int8 sum of two tensors, see <see cref="AddOperator"/>.</summary>
internal sealed unsafe class AddKernel<TForm> : ElementwiseKernel
    where TForm : IAddRow
{
    private readonly TensorView _a;
    private readonly TensorView _b;
    private readonly TensorView _y;
    private readonly AddParameters _parameters;

    public AddKernel(string kernel, in AddParameters parameters, TensorView a, TensorView b, TensorView y)
        : base(kernel, a, b, y)
    {
        (_a, _b, _y) = (a, b, y);
        _parameters = parameters;
    }

    protected override void Segment(nint row, int start, int count) => TForm.Row(
        _a.Int8 + (row * _a.RowStride) + start,
        _b.Int8 + (row * _b.RowStride) + start,
        _y.Int8 + (row * _y.RowStride) + start,
        count,
        _parameters);
}

internal static class AddKernels
{
    public static PreparedOperator Prepare(AddOperator op, PreparationContext context)
    {
        TensorView a = context.Tensor(op.Inputs[0]), b = context.Tensor(op.Inputs[1]), y = context.Tensor(op.Outputs[0]);
        var p = new AddParameters(a.ZeroPoint, a.Scale / y.Scale, b.ZeroPoint, b.Scale / y.Scale, y.ZeroPoint, op.Low, op.High);
        return context.VectorForm() switch
        {
            VectorForm.Avx2 when AddAvx2.Accepts(p) => new AddKernel<AddAvx2>("Add16Avx2", p, a, b, y),
            VectorForm.Avx2 => new AddKernel<AddVector<LanesAvx2>>("AddUnbounded16Avx2", p, a, b, y),
            VectorForm.Neon => new AddKernel<AddNeon>("Add16Neon", p, a, b, y),
            _ => new AddKernel<AddScalar>("AddScalar", p, a, b, y),
        };
    }
}
