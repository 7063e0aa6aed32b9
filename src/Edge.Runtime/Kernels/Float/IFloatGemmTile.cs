namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// The innermost loop of convolution and matrix product: a block of <see cref="Rows"/> pixels by <see cref="Columns"/> output
/// channels kept in registers. Every output is one chain of fused multiply-adds in the order of taps, then depth, whatever the
/// width of the vectors: all tiles give the same bits.
/// </summary>
internal unsafe interface IFloatGemmTile
{
    /// <summary>Rows of the block, at most 16.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of the block, at most 32.</summary>
    static abstract int Columns { get; }

    /// <summary>Rows, columns and instruction set, for profiles.</summary>
    static abstract string Suffix { get; }

    /// <summary>output[r, j] = min(max(bias[j] + Σ_t Σ_k rows[t·Rows + r][k] · weights[(t·depth + k)·weightStride + j], low), high).</summary>
    /// <param name="rows">Addresses of <paramref name="taps"/> · <see cref="Rows"/> vectors.</param>
    /// <param name="offset">Elements to add to each of these addresses.</param>
    /// <param name="taps">Number of vectors per row.</param>
    /// <param name="depth">Length of each vector.</param>
    /// <param name="weights">At least <see cref="Columns"/> readable columns.</param>
    /// <param name="weightStride">Elements from one k to the next.</param>
    /// <param name="bias"><see cref="Columns"/> values.</param>
    /// <param name="low">Lower bound, −∞ for none.</param>
    /// <param name="high">Upper bound, +∞ for none.</param>
    /// <param name="output">The first element of the block; all of it is written.</param>
    /// <param name="outputStride">Elements from one row to the next.</param>
    static abstract void Run(
        float** rows, nint offset, int taps, int depth, float* weights, nint weightStride, float* bias, float low, float high,
        float* output, nint outputStride);
}
