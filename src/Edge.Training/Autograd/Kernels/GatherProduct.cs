using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// Convolution as a matrix product: rows are grid points of a plan, columns the channels of the output, the depth goes through
/// taps and channels of the input. The left operand is read where the images lie (or from a padded copy of one image), the right
/// one is packed for each call. Blocks of rows are small enough to stay in the second-level cache while all panels of weights
/// pass.
/// </summary>
/// <param name="plan">Pixels.</param>
/// <param name="padding">Of the input, when the plan wants it.</param>
/// <param name="groups">Of channels.</param>
/// <param name="depth">Input channels of a group.</param>
/// <param name="columns">Output channels of a group.</param>
/// <param name="strides">Where the weights lie.</param>
internal sealed unsafe class GatherProduct<T, TKernel>(
    GatherPlan plan, ImagePadding? padding, int groups, int depth, int columns, WeightStrides strides)
    where T : unmanaged, IFloatingPointIeee754<T>
    where TKernel : struct, IGemmKernel<T>
{
    /// <summary>Elements of the left operand in a block of rows.</summary>
    private const int BlockElements = 65536;

    private const int MaxTableEntries = 8192;

    private readonly Panels _panels = new(columns, TKernel.Narrow);

    // Weights of one vector of the left operand: in padded images a tap stands for a row of the kernel.
    private readonly int _tapsPerVector = strides.KernelWidthOf(padding);

    private int Depth => depth * _tapsPerVector;

    private int Taps => plan.Taps.Length;

    private int RowsPerBlock
    {
        get
        {
            int rows = Math.Min(BlockElements / Depth, MaxTableEntries / Math.Max(1, Taps));
            return Math.Clamp(rows / TKernel.Rows, 4, 64) * TKernel.Rows;
        }
    }

    /// <summary>Elements of the packed weights.</summary>
    public int PackedLength => groups * GroupLength;

    private int GroupLength => Taps * Depth * _panels.Padded;

    /// <summary>Panels of weights, for sharing the packing.</summary>
    public int PackPieces => groups * _panels.Count;

    /// <summary>Packs some panels as [taps, depth, width of the panel].</summary>
    public void Pack(T* weights, T* packed, int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            (int g, int panel) = Math.DivRem(piece, _panels.Count);
            int width = _panels.Width(panel), valid = _panels.Valid(panel);
            T* to = packed + ((nint)g * GroupLength) + ((nint)Taps * Depth * _panels.First(panel));
            T* from = weights + (g * strides.Group) + (_panels.First(panel) * strides.Column);
            foreach (GatherPlan.Tap tap in plan.Taps)
            {
                for (int t = tap.Weight; t < tap.Weight + _tapsPerVector; t++)
                {
                    for (int k = 0; k < depth; k++, to += width)
                    {
                        T* row = from + (k * strides.Row) + t;
                        for (int j = 0; j < valid; j++)
                            to[j] = row[j * strides.Column];
                        for (int j = valid; j < width; j++)
                            to[j] = T.Zero;
                    }
                }
            }
        }
    }

    /// <summary>Computes one worker's share of the grid points of a batch.</summary>
    /// <param name="input">[batch, h, w, groups · depth].</param>
    /// <param name="packed">From <see cref="Pack"/>.</param>
    /// <param name="bias">[groups · columns]; null for none.</param>
    /// <param name="accumulate">Add to the output.</param>
    /// <param name="output">[batch, h, w, groups · columns].</param>
    /// <param name="batch">Images.</param>
    /// <param name="worker">Of <paramref name="workers"/>.</param>
    /// <param name="workers">Workers that share the grid points.</param>
    public void Run(T* input, T* packed, T* bias, bool accumulate, T* output, int batch, int worker, int workers)
    {
        Scratch<T> scratch = Scratch<T>.Current;
        T* zeros = scratch.Elements(ScratchUse.Zeros, plan.Pitch * _tapsPerVector);
        new Span<T>(zeros, plan.Pitch * _tapsPerVector).Clear();
        long points = (long)batch * plan.GridPixels, end = points * (worker + 1) / workers;
        for (long first = points * worker / workers; first < end;)
        {
            if (padding is null)
            {
                RunBlocks(input, zeros, packed, bias, accumulate, output, first, end, 0);
                return;
            }

            long image = first / plan.GridPixels, last = Math.Min(end, (image + 1) * plan.GridPixels);
            T* padded = scratch.Elements(ScratchUse.Image, padding.Elements);
            padding.Copy(input + ((nint)image * strides.InputElements), padded);
            RunBlocks(padded, zeros, packed, bias, accumulate, output, first, last, image * plan.GridPixels);
            first = last;
        }
    }

    private void RunBlocks(
        T* input, T* zeros, T* packed, T* bias, bool accumulate, T* output, long first, long end, long firstOfInput)
    {
        const int Rows = 16;
        Scratch<T> scratch = Scratch<T>.Current;
        int block = RowsPerBlock, tile = TKernel.Rows, pitch = groups * columns;
        T** inputs = scratch.Addresses(ScratchUse.Inputs, (long)block * Taps);
        T** outputs = scratch.Addresses(ScratchUse.Outputs, block);

        // A tile that overhangs goes to a buffer of its own; rows that overhang beside whole columns go to the line behind it.
        int edgePitch = 2 * TKernel.Narrow;
        T* edge = scratch.Elements(ScratchUse.Edge, (Rows * edgePitch) + pitch);
        T* biasEdge = edge + ((Rows - 1) * edgePitch);
        T** edges = stackalloc T*[Rows];
        for (int r = 0; r < Rows; r++)
            edges[r] = edge + (r * edgePitch);

        for (; first < end; first += block)
        {
            int rows = (int)Math.Min(block, end - first), tiles = (rows + tile - 1) / tile;
            plan.Inputs(input, zeros, first - firstOfInput, rows, tile, inputs);
            plan.Outputs(output, pitch, first, rows, outputs);
            for (int r = rows; r < tiles * tile; r++)
                outputs[r] = edge + (Rows * edgePitch);
            for (int g = 0; g < groups; g++)
            {
                for (int panel = 0; panel < _panels.Count; panel++)
                {
                    int column = (g * columns) + _panels.First(panel), valid = _panels.Valid(panel);
                    T* weights = packed + ((nint)g * GroupLength) + ((nint)Taps * Depth * _panels.First(panel));
                    T* panelBias = bias == null ? null : bias + column;
                    bool overhangs = valid < _panels.Width(panel), wide = _panels.IsWide(panel);
                    if (overhangs && bias != null)
                    {
                        new Span<T>(panelBias, valid).CopyTo(new Span<T>(biasEdge, valid));
                        panelBias = biasEdge;
                    }

                    for (int i = 0; i < tiles; i++)
                    {
                        T** from = inputs + ((nint)i * Taps * tile);
                        T** to = outputs + (i * tile);
                        if (!overhangs)
                        {
                            TKernel.Gather(wide, from, g * depth, Taps, Depth, weights, panelBias, accumulate, to, column);
                            continue;
                        }

                        TKernel.Gather(wide, from, g * depth, Taps, Depth, weights, panelBias, false, edges, 0);
                        for (int r = 0; r < Math.Min(tile, rows - (i * tile)); r++)
                            CopyEdge(edges[r], to[r] + column, valid, accumulate);
                    }
                }
            }
        }
    }

    private static void CopyEdge(T* from, T* to, int count, bool accumulate)
    {
        if (accumulate)
        {
            for (int j = 0; j < count; j++)
                to[j] += from[j];
        }
        else
        {
            for (int j = 0; j < count; j++)
                to[j] = from[j];
        }
    }
}
