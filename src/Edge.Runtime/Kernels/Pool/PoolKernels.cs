using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Pool;

internal static class PoolKernels
{
    public static PreparedOperator Prepare(PoolOperator op, PreparationContext context) => (op.Kind, context.VectorForm()) switch
    {
        (PoolKind.Max, VectorForm.Avx2) when MaxPool3x3<ByteLanes32>.Accepts(op, context) =>
            new MaxPool3x3<ByteLanes32>("MaxPool3x3Avx2", op, context),
        (PoolKind.Max, VectorForm.Avx2) when MaxPool3x3<ByteLanes16>.Accepts(op, context) =>
            new MaxPool3x3<ByteLanes16>("MaxPool3x3Avx2", op, context),
        (PoolKind.Max, VectorForm.Neon) when MaxPool3x3<ByteLanes16>.Accepts(op, context) =>
            new MaxPool3x3<ByteLanes16>("MaxPool3x3Neon", op, context),
        (PoolKind.Max, VectorForm.Avx2) => new PoolKernel<MaxPoolAvx2>("MaxPool32Avx2", op, context),
        (PoolKind.Max, VectorForm.Neon) => new PoolKernel<MaxPoolNeon>("MaxPool32Neon", op, context),
        (PoolKind.Max, _) => new PoolKernel<MaxPoolScalar>("MaxPoolScalar", op, context),
        (_, VectorForm.Avx2) => new PoolKernel<AveragePoolVector<SumsAvx2, LanesAvx2>>("AveragePool16Avx2", op, context),
        (_, VectorForm.Neon) => new PoolKernel<AveragePoolVector<SumsNeon, LanesNeon>>("AveragePool16Neon", op, context),
        _ => new PoolKernel<AveragePoolScalar>("AveragePoolScalar", op, context),
    };
}
