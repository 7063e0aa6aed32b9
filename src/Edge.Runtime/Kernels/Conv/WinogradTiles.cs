using System.Runtime.InteropServices;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Where the pixels of every tile of 4×4 outputs lie. Inputs in the padding point at a row filled with the zero point, outputs
/// beyond the image at memory that nobody reads.
/// </summary>
internal readonly unsafe struct WinogradTiles
{
    private readonly sbyte** _inputs;
    private readonly sbyte** _outputs;

    public WinogradTiles(in ConvProblem problem, PreparationContext context)
    {
        int across = (problem.OutputWidth + 3) / 4, down = (problem.OutputHeight + 3) / 4;
        Count = across * down;
        _inputs = (sbyte**)context.Allocate((nuint)Count * (nuint)(Winograd4x4Neon.Points * sizeof(sbyte*)));
        _outputs = (sbyte**)context.Allocate((nuint)Count * (nuint)(Winograd4x4Neon.Outputs * sizeof(sbyte*)));
        nuint row = (nuint)(problem.InputChannels + PreparationContext.OverreadBytes);
        var padding = (sbyte*)context.Allocate(row);
        NativeMemory.Fill(padding, row, (byte)problem.InputZeroPoint);
        var beyond = (sbyte*)context.Allocate((nuint)problem.OutputChannels);
        for (int tile = 0; tile < Count; tile++)
        {
            int top = tile / across * 4, left = tile % across * 4;
            for (int i = 0; i < Winograd4x4Neon.Points; i++)
            {
                int y = top + (i / 6) - problem.Window.PadTop, x = left + (i % 6) - problem.Window.PadLeft;
                bool inside = y >= 0 && y < problem.InputHeight && x >= 0 && x < problem.InputWidth;
                nint pixel = ((nint)y * problem.InputWidth) + x;
                Inputs(tile)[i] = inside ? problem.Input + (pixel * problem.InputStride) : padding;
            }

            for (int i = 0; i < Winograd4x4Neon.Outputs; i++)
            {
                int y = top + (i / 4), x = left + (i % 4);
                bool inside = y < problem.OutputHeight && x < problem.OutputWidth;
                nint pixel = ((nint)y * problem.OutputWidth) + x;
                Outputs(tile)[i] = inside ? problem.Output + (pixel * problem.OutputStride) : beyond;
            }
        }
    }

    public int Count { get; }

    /// <summary>The input pixels of a tile, row by row.</summary>
    public sbyte** Inputs(int tile) => _inputs + ((nint)tile * Winograd4x4Neon.Points);

    /// <summary>The output pixels of a tile, row by row.</summary>
    public sbyte** Outputs(int tile) => _outputs + ((nint)tile * Winograd4x4Neon.Outputs);
}
