using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>Chooses the tile of convolution and matrix product for the instruction set of a session.</summary>
internal static class FloatTiles
{
    public static PreparedOperator Conv(FloatConvOperator op, PreparationContext context) => Best(context.InstructionSet) switch
    {
        Tile.Vector512 => new FloatConv<FloatGemm12x32Vector512>(op, context),
        Tile.Vector256 => new FloatConv<FloatGemm6x16Vector256>(op, context),
        Tile.Vector128 => new FloatConv<FloatGemm8x8Vector128>(op, context),
        _ => new FloatConv<FloatGemm4x4Scalar>(op, context),
    };

    public static PreparedOperator MatMul(FloatMatMulOperator op, PreparationContext context) => Best(context.InstructionSet) switch
    {
        // Tiles wider than the readable bytes behind a tensor don't serve here: the second operand is read in place.
        Tile.Vector512 or Tile.Vector256 => new FloatMatMul<FloatGemm6x16Vector256>(op, context),
        Tile.Vector128 => new FloatMatMul<FloatGemm8x8Vector128>(op, context),
        _ => new FloatMatMul<FloatGemm4x4Scalar>(op, context),
    };

    private static Tile Best(InstructionSet set) => set switch
    {
        InstructionSet.Scalar => Tile.Scalar,
        InstructionSet.AvxVnni when Vector512.IsHardwareAccelerated => Tile.Vector512,
        InstructionSet.Avx2 or InstructionSet.AvxVnni => Tile.Vector256,
        _ => Tile.Vector128,
    };

    private enum Tile
    {
        Scalar,
        Vector128,
        Vector256,
        Vector512,
    }
}
