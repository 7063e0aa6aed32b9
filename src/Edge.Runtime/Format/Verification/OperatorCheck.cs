namespace Edge.Runtime.Format.Verification;

/// <summary>Every operator by itself: its tensors, constants and parameters fit each other.</summary>
internal static class OperatorCheck
{
    public static void Run(VerificationContext context, int index)
    {
        if (context.Manifest.Operators[index] is not { } op)
            throw context.Fail($"operators[{index}]", "is null");
        var scope = new OperatorScope(context, index);
        scope.RequireTensors();
        scope.RequireStrides();
        if (op is not (ConcatOperator or AddOperator or FloatBinaryOperator or FloatMatMulOperator))
            scope.RequireInputs(1);
        switch (op)
        {
            case ConvOperator conv:
                ConvolutionCheck.Conv(scope, conv);
                break;
            case FullyConnectedOperator fullyConnected:
                ConvolutionCheck.FullyConnected(scope, fullyConnected);
                break;
            case FloatConvOperator conv:
                ConvolutionCheck.FloatConv(scope, conv);
                break;
            case PoolOperator pool:
                PoolCheck.Run(scope, pool);
                break;
            case ConcatOperator concat:
                MovementCheck.Concat(scope, concat);
                break;
            case SliceOperator slice:
                MovementCheck.Slice(scope, slice);
                break;
            case ChannelShuffleOperator shuffle:
                MovementCheck.ChannelShuffle(scope, shuffle);
                break;
            case ReshapeOperator:
                MovementCheck.Reshape(scope);
                break;
            case TransposeOperator transpose:
                MovementCheck.Transpose(scope, transpose);
                break;
            case PadOperator pad:
                MovementCheck.Pad(scope, pad);
                break;
            case ResizeOperator resize:
                MovementCheck.Resize(scope, resize);
                break;
            case AddOperator add:
                ElementwiseCheck.Add(scope, add);
                break;
            case LookupOperator lookup:
                ElementwiseCheck.Lookup(scope, lookup);
                break;
            case SoftmaxOperator softmax:
                ElementwiseCheck.Softmax(scope, softmax);
                break;
            case QuantizeOperator:
                scope.RequireTypes(ElementType.Float32, ElementType.Int8);
                scope.RequireSameShape();
                break;
            case DequantizeOperator:
                scope.RequireTypes(ElementType.Int8, ElementType.Float32);
                scope.RequireSameShape();
                break;
            default:
                FloatCheck.Run(scope, op);
                break;
        }
    }
}
