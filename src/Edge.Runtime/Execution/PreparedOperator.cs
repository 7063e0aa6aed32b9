namespace Edge.Runtime.Execution;

/// <summary>
/// A tensor at its final address: arena memory, or a decoded constant. All numbers were proven by the verifier.
/// </summary>
internal readonly unsafe struct TensorView
{
    public required byte* Data { get; init; }
    public required Format.TensorDefinition Definition { get; init; }

    public int[] Shape => Definition.Shape;
    public int RowStride => Definition.RowStride;
    public float Scale => Definition.Scale;
    public int ZeroPoint => Definition.ZeroPoint;
    public sbyte* Int8 => (sbyte*)Data;
    public float* Float32 => (float*)Data;

    // NHWC images.
    public int Height => Definition.Shape[1];
    public int Width => Definition.Shape[2];
    public int Channels => Definition.Shape[^1];
}

/// <summary>
/// One operator made ready for one model on one core: weights packed, addresses fixed, nothing left to check. Runs without
/// allocating. The work is cut into <see cref="Pieces"/> that touch disjoint outputs, so that workers take ranges of them.
/// </summary>
internal abstract class PreparedOperator : IDisposable
{
    /// <summary>
    /// Equal pieces of work, at least 1 (rows of tiles, channel blocks); 0 when nothing is left to do at run time.
    /// </summary>
    public abstract int Pieces { get; }

    /// <summary>Multiply-accumulates of one run; 0 where the notion makes no sense.</summary>
    public virtual long MultiplyAccumulates => 0;

    /// <summary>Kernel name in the grammar Operator-Tile-Isa, for profiles.</summary>
    public abstract string Kernel { get; }

    /// <summary>Does pieces [first, end).</summary>
    public abstract void Run(int first, int end);

    public virtual void Dispose()
    {
    }
}

/// <summary>What a kernel may ask for while it prepares.</summary>
internal abstract class PreparationContext
{
    /// <summary>Readable bytes behind every tensor, so that kernels may load a whole vector at the last element.</summary>
    public const int OverreadBytes = 64;

    public abstract InstructionSet InstructionSet { get; }

    /// <summary>Threads that will share the pieces.</summary>
    public abstract int Workers { get; }

    public abstract TensorView Tensor(int index);

    /// <summary>The decoded constant, row-major.</summary>
    public abstract ReadOnlySpan<T> Constant<T>(int index)
        where T : unmanaged;

    /// <summary>
    /// 64-byte aligned, zeroed native memory that lives as long as the session: packed weights, indirection tables, padding rows.
    /// </summary>
    public abstract unsafe void* Allocate(nuint bytes);
}
