using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Elementwise;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Quantize;

/// <summary>One form of the changes between float32 and int8 on contiguous rows.</summary>
internal unsafe interface IQuantizeRow
{
    /// <summary>q = round(clamp(x / scale, −128 − z, 127 − z)) + z, ties to even; NaN becomes z.</summary>
    static abstract void Quantize(float* x, sbyte* q, int count, float scale, int zeroPoint);

    /// <summary>x = scale · float(q − z).</summary>
    static abstract void Dequantize(sbyte* q, float* x, int count, float scale, int zeroPoint);
}

/// <summary>Float32 to int8, see <see cref="QuantizeOperator"/>.</summary>
internal sealed unsafe class QuantizeKernel<TForm>(string kernel, TensorView x, TensorView q) : ElementwiseKernel(kernel, x, q)
    where TForm : IQuantizeRow
{
    private readonly TensorView _x = x;
    private readonly TensorView _q = q;

    protected override void Segment(nint row, int start, int count) => TForm.Quantize(
        _x.Float32 + (row * _x.RowStride) + start, _q.Int8 + (row * _q.RowStride) + start, count, _q.Scale, _q.ZeroPoint);
}

/// <summary>Int8 to float32, see <see cref="DequantizeOperator"/>.</summary>
internal sealed unsafe class DequantizeKernel<TForm>(string kernel, TensorView q, TensorView x) : ElementwiseKernel(kernel, q, x)
    where TForm : IQuantizeRow
{
    private readonly TensorView _q = q;
    private readonly TensorView _x = x;

    protected override void Segment(nint row, int start, int count) => TForm.Dequantize(
        _q.Int8 + (row * _q.RowStride) + start, _x.Float32 + (row * _x.RowStride) + start, count, _q.Scale, _q.ZeroPoint);
}

internal static class QuantizeKernels
{
    public static PreparedOperator Prepare(QuantizeOperator op, PreparationContext context)
    {
        TensorView x = context.Tensor(op.Inputs[0]), q = context.Tensor(op.Outputs[0]);
        return context.VectorForm() switch
        {
            VectorForm.Avx2 => new QuantizeKernel<QuantizeVector<LanesAvx2>>("Quantize16Avx2", x, q),
            VectorForm.Neon => new QuantizeKernel<QuantizeVector<LanesNeon>>("Quantize16Neon", x, q),
            _ => new QuantizeKernel<QuantizeScalar>("QuantizeScalar", x, q),
        };
    }

    public static PreparedOperator Prepare(DequantizeOperator op, PreparationContext context)
    {
        TensorView q = context.Tensor(op.Inputs[0]), x = context.Tensor(op.Outputs[0]);
        return context.VectorForm() switch
        {
            VectorForm.Avx2 => new DequantizeKernel<QuantizeVector<LanesAvx2>>("Dequantize16Avx2", q, x),
            VectorForm.Neon => new DequantizeKernel<QuantizeVector<LanesNeon>>("Dequantize16Neon", q, x),
            _ => new DequantizeKernel<QuantizeScalar>("DequantizeScalar", q, x),
        };
    }
}
