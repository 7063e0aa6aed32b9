using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Add;
using Edge.Runtime.Kernels.Concat;
using Edge.Runtime.Kernels.Conv;
using Edge.Runtime.Kernels.Float;
using Edge.Runtime.Kernels.Lookup;
using Edge.Runtime.Kernels.Movement;
using Edge.Runtime.Kernels.Pool;
using Edge.Runtime.Kernels.Quantize;
using Edge.Runtime.Kernels.Reshape;
using Edge.Runtime.Kernels.Resize;
using Edge.Runtime.Kernels.Shuffle;
using Edge.Runtime.Kernels.Softmax;

namespace Edge.Runtime.Kernels;

/// <summary>Finds the kernel of an operator: the one place that knows them all.</summary>
internal static class KernelFactory
{
    /// <summary>Makes the operator ready to run on the context's tensors with its instruction set.</summary>
    /// <param name="op">An operator that the verifier accepted.</param>
    /// <exception cref="NotSupportedException">No kernel for this kind of operator is built in.</exception>
    public static PreparedOperator Prepare(OperatorDefinition op, PreparationContext context) => op switch
    {
        ConvOperator conv => ConvKernels.Prepare(conv, context),
        FullyConnectedOperator fullyConnected => ConvKernels.Prepare(fullyConnected, context),
        PoolOperator pool when !IsFloat(pool, context) => PoolKernels.Prepare(pool, context),
        AddOperator add => AddKernels.Prepare(add, context),
        LookupOperator lookup => LookupKernel.Prepare(lookup, context),
        SoftmaxOperator softmax => new SoftmaxScalar(softmax, context),
        QuantizeOperator quantize => QuantizeKernels.Prepare(quantize, context),
        DequantizeOperator dequantize => QuantizeKernels.Prepare(dequantize, context),
        ResizeOperator resize when resize.Mode == ResizeMode.Nearest || !IsFloat(resize, context) => ResizeKernels.Prepare(resize, context),
        ChannelShuffleOperator shuffle => ShuffleKernels.Prepare(shuffle, context),
        ConcatOperator concat => new ConcatKernel(concat, context),
        SliceOperator slice => MoveOperator.Slice(slice, context),
        TransposeOperator transpose => MoveOperator.Transpose(transpose, context),
        PadOperator pad => MoveOperator.Pad(pad, context),
        ReshapeOperator reshape => new ReshapeKernel(reshape, context),
        FloatConvOperator conv => FloatKernels.Conv(conv, context),
        FloatUnaryOperator unary => FloatFunctions.Prepare(unary, context),
        FloatBinaryOperator binary => FloatBinaryFunctions.Prepare(binary, context),
        FloatSoftmaxOperator softmax => new FloatSoftmax(softmax, context),
        FloatLrnOperator lrn => FloatLrn.Prepare(lrn, context),
        FloatMatMulOperator product => FloatTiles.MatMul(product, context),
        FloatReduceMeanOperator mean => new FloatReduceMean(mean, context),
        PoolOperator pool when IsFloat(pool, context) => FloatKernels.Pool(pool, context),
        ResizeOperator resize => new FloatBilinear(resize, context),
        _ => throw new NotSupportedException(
            $"operator '{op.Name}': this build has no kernel for {op.GetType().Name} on {context.InstructionSet}"),
    };

    private static bool IsFloat(OperatorDefinition op, PreparationContext context) =>
        context.Tensor(op.Inputs[0]).Definition.Type == ElementType.Float32;
}
