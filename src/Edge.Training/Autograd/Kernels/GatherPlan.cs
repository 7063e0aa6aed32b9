namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// Which input pixels make which output pixels, for a grid of output pixels that all see the same taps of the kernel. Grid point
/// (u, v) writes the pixel Output + (u, v)·OutputStep and reads the pixels (u, v)·Step + Tap; those beside the image are zero.
/// </summary>
internal sealed class GatherPlan
{
    private readonly int[] _offsets;
    private readonly int _minY, _maxY, _minX, _maxX;

    private GatherPlan(Tap[] taps, int height, int width, int pitch)
    {
        Taps = taps;
        Height = height;
        Width = width;
        Pitch = pitch;
        _offsets = Array.ConvertAll(taps, t => ((t.Y * width) + t.X) * pitch);
        _minY = -taps.Min(t => (int?)t.Y) ?? 0;
        _maxY = height - 1 - taps.Max(t => (int?)t.Y) ?? 0;
        _minX = -taps.Min(t => (int?)t.X) ?? 0;
        _maxX = width - 1 - taps.Max(t => (int?)t.X) ?? 0;
    }

    /// <summary>Offsets into the input, in pixels.</summary>
    public Tap[] Taps { get; }

    /// <summary>Of the input.</summary>
    public int Height { get; }

    /// <summary>Of the input.</summary>
    public int Width { get; }

    /// <summary>Elements of an input pixel.</summary>
    public int Pitch { get; }

    public required int GridHeight { get; init; }

    public required int GridWidth { get; init; }

    public int GridPixels => GridHeight * GridWidth;

    public int StepY { get; private init; } = 1;

    public int StepX { get; private init; } = 1;

    public required int OutputHeight { get; init; }

    public required int OutputWidth { get; init; }

    public int OutputY { get; private init; }

    public int OutputX { get; private init; }

    public int OutputStepY { get; private init; } = 1;

    public int OutputStepX { get; private init; } = 1;

    /// <summary>From input pixels to output pixels.</summary>
    public static GatherPlan Forward(ConvolutionShape s)
    {
        Tap[] taps = new Tap[s.KernelHeight * s.KernelWidth];
        for (int t = 0; t < taps.Length; t++)
        {
            (int ky, int kx) = Math.DivRem(t, s.KernelWidth);
            taps[t] = new Tap(t, (ky * s.DilationY) - s.PadTop, (kx * s.DilationX) - s.PadLeft);
        }

        return new GatherPlan(taps, s.Height, s.Width, s.InputChannels)
        {
            GridHeight = s.OutputHeight,
            GridWidth = s.OutputWidth,
            OutputHeight = s.OutputHeight,
            OutputWidth = s.OutputWidth,
            StepY = s.StrideY,
            StepX = s.StrideX,
        };
    }

    /// <summary>
    /// From padded images to output pixels, one tap for each row of the kernel: the pixels under a row lie side by side and serve
    /// as one vector of kW·i elements.
    /// </summary>
    public static GatherPlan ForwardByRows(ConvolutionShape s, int paddedHeight, int paddedWidth)
    {
        Tap[] taps = new Tap[s.KernelHeight];
        for (int ky = 0; ky < taps.Length; ky++)
            taps[ky] = new Tap(ky * s.KernelWidth, ky * s.DilationY, 0);
        return new GatherPlan(taps, paddedHeight, paddedWidth, s.InputChannels)
        {
            GridHeight = s.OutputHeight,
            GridWidth = s.OutputWidth,
            OutputHeight = s.OutputHeight,
            OutputWidth = s.OutputWidth,
            StepY = s.StrideY,
            StepX = s.StrideX,
        };
    }

    /// <summary>
    /// From the gradients of output pixels to those of input pixels. With strides the input pixels fall into stride² classes by
    /// their remainders, each of which sees other taps, perhaps none.
    /// </summary>
    public static IEnumerable<GatherPlan> Backward(ConvolutionShape s)
    {
        for (int y = 0; y < Math.Min(s.StrideY, s.Height); y++)
        {
            for (int x = 0; x < Math.Min(s.StrideX, s.Width); x++)
            {
                List<Tap> taps = [];
                for (int t = 0; t < s.KernelHeight * s.KernelWidth; t++)
                {
                    // Output row oy reads input row oy·stride − pad + ky·dilation.
                    int ty = y + s.PadTop - (t / s.KernelWidth * s.DilationY);
                    int tx = x + s.PadLeft - (t % s.KernelWidth * s.DilationX);
                    if (ty % s.StrideY == 0 && tx % s.StrideX == 0)
                        taps.Add(new Tap(t, ty / s.StrideY, tx / s.StrideX));
                }

                yield return new GatherPlan([.. taps], s.OutputHeight, s.OutputWidth, s.OutputChannels)
                {
                    GridHeight = (s.Height - y + s.StrideY - 1) / s.StrideY,
                    GridWidth = (s.Width - x + s.StrideX - 1) / s.StrideX,
                    OutputHeight = s.Height,
                    OutputWidth = s.Width,
                    OutputY = y,
                    OutputX = x,
                    OutputStepY = s.StrideY,
                    OutputStepX = s.StrideX,
                };
            }
        }
    }

    /// <summary>The addresses of the input pixels of some grid points, as [count / rows, taps, rows].</summary>
    /// <param name="images">The first image.</param>
    /// <param name="zeros">Stands for pixels beside the image and for the grid points that the last group of rows lacks.</param>
    /// <param name="first">The first grid point, counted through all images.</param>
    /// <param name="count">Grid points.</param>
    /// <param name="rows">Grid points that lie side by side in the table.</param>
    /// <param name="table">Receives the addresses.</param>
    public unsafe void Inputs<T>(T* images, T* zeros, long first, int count, int rows, T** table)
        where T : unmanaged
    {
        (int n, int u, int v) = Position(first);
        int row = 0;
        for (int p = 0; p < count; p++)
        {
            int y = u * StepY, x = v * StepX;
            T* pixel = images + (((((nint)n * Height) + y) * Width) + x) * Pitch;
            T** entry = table + row;
            if (y >= _minY && y <= _maxY && x >= _minX && x <= _maxX)
            {
                foreach (int offset in _offsets)
                {
                    *entry = pixel + offset;
                    entry += rows;
                }
            }
            else
            {
                for (int t = 0; t < Taps.Length; t++, entry += rows)
                {
                    bool inside = (uint)(y + Taps[t].Y) < (uint)Height && (uint)(x + Taps[t].X) < (uint)Width;
                    *entry = inside ? pixel + _offsets[t] : zeros;
                }
            }

            Advance(ref n, ref u, ref v);
            if (++row == rows)
            {
                row = 0;
                table += rows * Taps.Length;
            }
        }

        for (; row != 0 && row < rows; row++)
        {
            for (int t = 0; t < Taps.Length; t++)
                table[(t * rows) + row] = zeros;
        }
    }

    /// <summary>The addresses of the output pixels of some grid points.</summary>
    /// <param name="images">The first image.</param>
    /// <param name="pitch">Elements of an output pixel.</param>
    /// <param name="first">The first grid point, counted through all images.</param>
    /// <param name="count">Grid points.</param>
    /// <param name="table">Receives the addresses.</param>
    public unsafe void Outputs<T>(T* images, int pitch, long first, int count, T** table)
        where T : unmanaged
    {
        (int n, int u, int v) = Position(first);
        for (int p = 0; p < count; p++)
        {
            int y = OutputY + (u * OutputStepY), x = OutputX + (v * OutputStepX);
            table[p] = images + (((((nint)n * OutputHeight) + y) * OutputWidth) + x) * pitch;
            Advance(ref n, ref u, ref v);
        }
    }

    private (int Image, int U, int V) Position(long point)
    {
        (long row, long v) = Math.DivRem(point, GridWidth);
        (long n, long u) = Math.DivRem(row, GridHeight);
        return ((int)n, (int)u, (int)v);
    }

    private void Advance(ref int n, ref int u, ref int v)
    {
        if (++v < GridWidth)
            return;
        v = 0;
        if (++u < GridHeight)
            return;
        u = 0;
        n++;
    }

    /// <summary>One element of the kernel.</summary>
    /// <param name="Weight">Its index in [kH, kW].</param>
    /// <param name="Y">Rows from the grid point's pixel to the one that it reads.</param>
    /// <param name="X">Columns likewise.</param>
    internal readonly record struct Tap(int Weight, int Y, int X);
}
