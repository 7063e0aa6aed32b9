namespace Edge.Runtime.Format;

/// <summary>
/// Which operators accept a channel slice (<see cref="TensorDefinition.RowStride"/> larger than the last dimension). All other
/// operators, all float32 tensors, the model's input and its outputs are dense; the planner and the verifier both keep to this.
/// </summary>
internal static class StridedAccess
{
    public static bool Reads(OperatorDefinition op) =>
        op is ConvOperator or PoolOperator or AddOperator or ConcatOperator or SliceOperator or ChannelShuffleOperator
            or LookupOperator or ResizeOperator or DequantizeOperator;

    public static bool Writes(OperatorDefinition op) =>
        op is ConvOperator or PoolOperator or AddOperator or ConcatOperator or SliceOperator or ChannelShuffleOperator
            or LookupOperator or ResizeOperator or QuantizeOperator;
}
