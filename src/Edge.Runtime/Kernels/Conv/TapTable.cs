using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Where the taps of every output pixel lie: the indirection table of a convolution (Dukhan, "The Indirect Convolution
/// Algorithm", 2019). Taps in the padding point at a row filled with the zero point. A kernel row whose pixels are
/// neighbours in memory may be one tap; where such a row crosses the image's left or right border, its part inside the image
/// is copied between zero points at run time, and the tap points at the copy.
/// </summary>
internal sealed unsafe class TapTable
{
    /// <summary>
    /// Below this many input channels whole kernel rows are one tap even where that means copies at the border.
    /// </summary>
    private const int FewChannels = 16;

    private readonly sbyte** _pointers;
    private readonly BorderCopy* _copies;
    private readonly int* _firstCopy;

    /// <param name="rows">Output pixels of a tile.</param>
    /// <param name="tapMultiple">The number of taps is padded to a multiple of this with taps that read zero points.</param>
    public TapTable(in ConvProblem problem, PreparationContext context, int rows, int tapMultiple = 1)
    {
        Window window = problem.Window;
        bool mergeable = window.DilationX == 1 && problem.Groups == 1 && problem.InputStride == problem.InputChannels;
        bool merged = mergeable && window.KernelWidth > 1 && (problem.InputChannels < FewChannels || !problem.HasPadding);
        int columns = merged ? 1 : window.KernelWidth, width = merged ? window.KernelWidth : 1;
        int kernelTaps = window.KernelHeight * columns;
        Taps = (kernelTaps + tapMultiple - 1) / tapMultiple * tapMultiple;
        Depth = width * problem.GroupInputs;
        int tiles = (problem.Pixels + rows - 1) / rows;

        _pointers = (sbyte**)context.Allocate((nuint)tiles * (nuint)(Taps * rows * sizeof(sbyte*)));
        sbyte* padding = ZeroPoints(context, problem, width * problem.InputChannels);
        _firstCopy = (int*)context.Allocate((nuint)(tiles + 1) * sizeof(int));
        var copies = new List<BorderCopy>();
        for (int tile = 0; tile < tiles; tile++)
        {
            _firstCopy[tile] = copies.Count;
            for (int row = 0; row < rows; row++)
            {
                int pixel = (tile * rows) + row;
                sbyte** column = _pointers + ((nint)tile * Taps * rows) + row;
                for (int tap = 0; tap < Taps; tap++)
                {
                    column[tap * rows] = pixel >= problem.Pixels ? column[(tap * rows) - 1]
                        : tap >= kernelTaps ? padding
                        : Locate(problem, pixel, tap / columns, tap % columns, width, padding, copies);
                }
            }
        }

        _firstCopy[tiles] = copies.Count;
        _copies = PlaceCopies(problem, context, copies, tiles * Taps * rows);
    }

    public int Taps { get; }

    /// <summary>Real input bytes of a tap.</summary>
    public int Depth { get; }

    public bool HasCopies => _copies != null;

    /// <summary>The [tap][row] pointers of a tile.</summary>
    public sbyte** Tile(int tile, int rows) => _pointers + ((nint)tile * Taps * rows);

    /// <summary>Brings the copied border taps of tiles [first, end) up to date with the input.</summary>
    public void Refresh(int first, int end)
    {
        if (_copies == null)
            return;
        for (int i = _firstCopy[first]; i < _firstCopy[end]; i++)
            Buffer.MemoryCopy(_copies[i].From, _copies[i].To, _copies[i].Bytes, _copies[i].Bytes);
    }

    private static sbyte* Locate(
        in ConvProblem problem, int pixel, int kernelRow, int kernelColumn, int width, sbyte* padding, List<BorderCopy> copies)
    {
        Window window = problem.Window;
        int y = (pixel / problem.OutputWidth * window.StrideY) - window.PadTop + (kernelRow * window.DilationY);
        int x = (pixel % problem.OutputWidth * window.StrideX) - window.PadLeft + (kernelColumn * window.DilationX);
        int begin = Math.Max(x, 0), end = Math.Min(x + width, problem.InputWidth);
        if (y < 0 || y >= problem.InputHeight || begin >= end)
            return padding;
        sbyte* inside = problem.Input + ((((nint)y * problem.InputWidth) + begin) * problem.InputStride);
        if (end - begin == width)
            return inside;
        int channels = problem.InputChannels;
        copies.Add(new BorderCopy { From = inside, Bytes = (end - begin) * channels, Place = (begin - x) * channels });
        return (sbyte*)-copies.Count;
    }

    /// <summary>Gives every copy its memory and replaces the numbers in the table that stand for it.</summary>
    private BorderCopy* PlaceCopies(in ConvProblem problem, PreparationContext context, List<BorderCopy> copies, int pointers)
    {
        if (copies.Count == 0)
            return null;
        var placed = (BorderCopy*)context.Allocate((nuint)copies.Count * (nuint)sizeof(BorderCopy));
        sbyte* memory = ZeroPoints(context, problem, copies.Count * Depth);
        for (int i = 0; i < copies.Count; i++)
        {
            placed[i] = copies[i];
            placed[i].To = memory + ((nint)i * Depth) + copies[i].Place;
        }

        for (int i = 0; i < pointers; i++)
        {
            nint number = -(nint)_pointers[i];
            if (number > 0)
                _pointers[i] = memory + ((number - 1) * Depth);
        }

        return placed;
    }

    private static sbyte* ZeroPoints(PreparationContext context, in ConvProblem problem, int bytes)
    {
        int readable = bytes + PreparationContext.OverreadBytes;
        var memory = (sbyte*)context.Allocate((nuint)readable);
        NativeMemory.Fill(memory, (nuint)readable, (byte)problem.InputZeroPoint);
        return memory;
    }

    private struct BorderCopy
    {
        public sbyte* From;
        public sbyte* To;
        public int Bytes;

        /// <summary>Bytes of padding in front.</summary>
        public int Place;
    }
}
