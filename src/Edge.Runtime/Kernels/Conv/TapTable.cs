using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Where the taps of every output pixel lie: the indirection table of a convolution (Dukhan, "The Indirect Convolution
/// Algorithm", 2019). Taps in the padding point at a row filled with the zero point. Kernel rows are one tap where nothing is
/// padded and their pixels are neighbours in memory.
/// </summary>
internal sealed unsafe class TapTable
{
    private readonly sbyte** _pointers;
    private readonly int _rows;

    /// <param name="rows">Output pixels of a tile: pointers lie as [tile][tap][row]. 1, or at least the image's pixels.</param>
    /// <param name="tapMultiple">The number of taps is padded to a multiple of this with taps that read zero points.</param>
    public TapTable(in ConvProblem problem, PreparationContext context, int rows, int tapMultiple = 1)
    {
        Window window = problem.Window;
        bool merged = window.DilationX == 1 && problem.Groups == 1 && problem.InputStride == problem.InputChannels
            && !problem.HasPadding;
        int columns = merged ? 1 : window.KernelWidth, width = merged ? window.KernelWidth : 1;
        int kernelTaps = window.KernelHeight * columns;
        Taps = (kernelTaps + tapMultiple - 1) / tapMultiple * tapMultiple;
        Depth = width * problem.GroupInputs;
        _rows = rows;
        int pixelStep = rows == 1 ? Taps : 1, tapStep = rows == 1 ? 1 : rows, tiles = rows == 1 ? problem.Pixels : 1;

        _pointers = (sbyte**)context.Allocate((nuint)tiles * (nuint)Taps * (nuint)rows * (nuint)sizeof(sbyte*));
        int readable = problem.InputChannels + PreparationContext.OverreadBytes;
        var padding = (sbyte*)context.Allocate((nuint)readable);
        NativeMemory.Fill(padding, (nuint)readable, (byte)problem.InputZeroPoint);
        for (int tap = 0; tap < Taps; tap++)
        {
            sbyte** pointers = _pointers + ((nint)tap * tapStep);
            if (tap < kernelTaps)
                Locate(problem, tap / columns, tap % columns, width, padding, pointers, pixelStep);
            else
                Fill(pointers, problem.Pixels, pixelStep, padding, 0);
            if (rows > problem.Pixels)
                Fill(pointers + problem.Pixels, rows - problem.Pixels, 1, pointers[problem.Pixels - 1], 0);
        }
    }

    public int Taps { get; }

    /// <summary>Real input bytes of a tap.</summary>
    public int Depth { get; }

    /// <summary>The [tap][row] pointers of a tile.</summary>
    public sbyte** Tile(int tile, int rows) => _pointers + ((nint)tile * Taps * rows);

    /// <summary>The first tap's pointer of a pixel, in a table of one tile.</summary>
    public sbyte** Pixel(int pixel) => _pointers + pixel;

    /// <summary>Pointers from one tap of a pixel to the next, in a table of one tile.</summary>
    public int TapPitch => _rows;

    /// <summary>One tap of all pixels: in each output row some pixels of padding, a run inside the image, padding again.</summary>
    private static void Locate(
        in ConvProblem problem, int kernelRow, int kernelColumn, int width, sbyte* padding, sbyte** pointers, nint step)
    {
        Window window = problem.Window;
        int outputWidth = problem.OutputWidth, left = (kernelColumn * window.DilationX) - window.PadLeft;
        int before = left >= 0 ? 0 : Math.Min((-left + window.StrideX - 1) / window.StrideX, outputWidth);
        int room = problem.InputWidth - width - left;
        int end = room < 0 ? before : Math.Clamp((room / window.StrideX) + 1, before, outputWidth);
        nint pixelBytes = (nint)window.StrideX * problem.InputStride;
        for (int row = 0; row < problem.OutputHeight; row++, pointers += outputWidth * step)
        {
            int y = (row * window.StrideY) - window.PadTop + (kernelRow * window.DilationY);
            bool outside = y < 0 || y >= problem.InputHeight;
            int first = outside ? outputWidth : before, last = outside ? outputWidth : end;
            nint x = left + ((nint)first * window.StrideX);
            Fill(pointers, first, step, padding, 0);
            if (first < last)
            {
                sbyte* inside = problem.Input + ((((nint)y * problem.InputWidth) + x) * problem.InputStride);
                Fill(pointers + (first * step), last - first, step, inside, pixelBytes);
            }

            Fill(pointers + (last * step), outputWidth - last, step, padding, 0);
        }
    }

    private static void Fill(sbyte** pointers, int count, nint step, sbyte* first, nint distance)
    {
        for (; count > 0; count--, pointers += step, first += distance)
            *pointers = first;
    }
}
